"""Why a proposal is what it is, as the answer to a question in a comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from imagebot.forges.text.words import code, words
from imagebot.plan import proposal_id

if TYPE_CHECKING:
    from imagebot.plan import Plan, Scanned, Update

_SHOWN = 20


def explanation(plan: Plan, proposal: str) -> str:
    """What policies make of the references of a proposal now: what moves and why, what stays and why.

    Args:
        plan: Of this run.
        proposal: Id of a proposal.
    """
    lines = list(
        dict.fromkeys([*_moving(plan, proposal), *_staying(plan, proposal), *_failing(plan, proposal)])
    )
    more = [f"- and {len(lines) - _SHOWN} more: `imagebot plan` lists them"] if len(lines) > _SHOWN else []
    if not lines:
        return "No policy wants anything here now."
    return "\n".join([*lines[:_SHOWN], *more])


def _moving(plan: Plan, proposal: str) -> Iterator[str]:
    for update in plan.updates:
        if update.proposal == proposal:
            name = code(str(update.reference.image.name))
            yield f"- {name} {_pin(update)}: {words(update.why)}.{_passed(update)}"


def _pin(update: Update) -> str:
    return f"{code(update.source.tag or 'digest')} to {code(update.to.tag or update.to.digest or '')}"


def _passed(update: Update) -> str:
    passed = ", ".join(f"{code(v.tag)} ({words(v.reason)})" for v in update.passed_over)
    return f" Passed over: {passed}." if passed else ""


def _staying(plan: Plan, proposal: str) -> Iterator[str]:
    for held in plan.held:
        if proposal_id(held.scanned) == proposal:
            yield f"- {_stays(held.scanned)}: {words(held.reason)}."
    for item in plan.current:
        if proposal_id(item) == proposal:
            yield f"- {_stays(item)}: it is the newest that is allowed."


def _failing(plan: Plan, proposal: str) -> Iterator[str]:
    for failure in plan.failures:
        if proposal in failure.proposals:
            what = code(failure.image or failure.path or "")
            yield f"- {what} is undecided: {words(failure.error.message, 500)}."


def _stays(item: Scanned) -> str:
    image = item.reference.image
    return f"{code(str(image.name))} stays at {code(image.tag or image.digest or '')}"
