"""Why these tags, under which rule, and what was passed over: all of it is evidence of a decision made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from imagebot.forges.text.phrases import by_aim, image, short_names
from imagebot.forges.text.words import address, code, words

if TYPE_CHECKING:
    from imagebot.forges.text.page import Page
    from imagebot.plan import Update
    from imagebot.policies.policy import Verdict

_IN_SENTENCE = 3
_IN_FULL = 200
_REASON_LIMIT = 300
_TOO_YOUNG = "min-age"


def reasons(page: Page) -> str:
    """Why, once for all updates that have one reason."""
    by_reason: dict[str, list[Update]] = {}
    for update in page.updates:
        by_reason.setdefault(_reason(page, update), []).append(update)
    if len(by_reason) == 1:
        what = "this tag" if len(by_aim(page.updates)) == 1 else "these tags"
        return f"**Why {what}:** {next(iter(by_reason))}"
    names = short_names(page.updates)
    lines = [f"- {_named(names, members)}: {reason}" for reason, members in by_reason.items()]
    return "\n".join(["**Why these tags:**", "", *lines])


def candidates(page: Page) -> str:
    """Newer tags that were passed over, where a sentence has no room for them all."""
    verdicts = dict.fromkeys(
        (image(update).rpartition("/")[2], verdict)
        for update in page.updates
        if len(update.passed_over) > _IN_SENTENCE
        for verdict in update.passed_over
    )
    lines = [f"- {code(f'{name}:{v.tag}')}: {_rejected(v)}" for name, v in islice(verdicts, _IN_FULL)]
    more = [f"- and {len(verdicts) - _IN_FULL} more"] if len(verdicts) > _IN_FULL else []
    return page.folded("Newer tags that were passed over", "\n".join([*lines, *more])) if lines else ""


def _named(names: dict[str, str], members: Iterable[Update]) -> str:
    said = dict.fromkeys(f"{code(names[image(u)])} {code(u.to.tag or '')}".rstrip() for u in members)
    return ", ".join(said)


def _reason(page: Page, update: Update) -> str:
    return f"{words(update.why, _REASON_LIMIT)}.{_rule(page, update)}{_passed_over(update.passed_over)}"


def _rule(page: Page, update: Update) -> str:
    policy = update.scanned.policy
    if policy is None or not policy.file:
        return ""
    place = code(f"{policy.file}:{policy.line}")
    to = address(f"{page.files_url}{quote(policy.file)}#L{policy.line}") if page.files_url else None
    return f" Policy: {f'[{place}]({to})' if to else place}."


def _passed_over(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return ""
    more = f" and {len(verdicts) - _IN_SENTENCE} more" if len(verdicts) > _IN_SENTENCE else ""
    named = ", ".join(f"{code(v.tag)} ({_rejected(v)})" for v in verdicts[:_IN_SENTENCE])
    return f" Passed over: {named}{more}."


def _rejected(verdict: Verdict) -> str:
    """Why not; an age would be another one in an hour."""
    return "younger than `min-age`" if verdict.rule == _TOO_YOUNG else words(verdict.reason, _REASON_LIMIT)
