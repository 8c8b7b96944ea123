"""The sections of the dashboard, each a heading and rows; nothing where there is no row.

Titles, tags, reasons and messages come from outside: every cell is escaped and cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from imagebot.reports.escape import code
from imagebot.reports.markdown_table import and_more, markdown_table
from imagebot.reports.status_markdown import open_table, section, span, text, turned_down_table

if TYPE_CHECKING:
    from imagebot.errors import ImagebotError
    from imagebot.plan import Held, Outcome, Plan, Scan
    from imagebot.standing import Standing

_SKIPPED = 20
"""Things that were not understood that are named; the rest is counted."""


def opened(standing: Standing, outcomes: Sequence[Outcome], shown: int) -> str:
    """Open pull requests by environment, with what stands against them."""
    reasons = {outcome.branch: outcome.reason for outcome in outcomes if outcome.reason}
    return section("Open", open_table(standing, reasons, shown=shown))


def waiting(plan: Plan, outcomes: Sequence[Outcome], shown: int, begin: Callable[[str], str]) -> str:
    """What limits or the calendar keep closed, each with the begin of its line."""
    titles = {proposal.id: proposal.title for proposal in plan.proposals}
    rows = [
        f"{begin(outcome.proposal)}**{text(titles.get(outcome.proposal, outcome.proposal))}**, "
        f"{text(outcome.reason.removeprefix('waits: '))}"
        for outcome in outcomes
        if outcome.waits
    ]
    if not rows:
        return ""
    more = and_more(len(rows) - len(rows[:shown]))
    return section("Waiting", "\n".join(rows[:shown]), more)


def failing(plan: Plan, outcomes: Sequence[Outcome], shown: int) -> str:
    """What could not be asked or done, and how to fix it."""
    rows = [(failure.image or failure.path or "-", failure.error) for failure in plan.failures]
    rows += [(outcome.proposal, outcome.error) for outcome in outcomes if outcome.error]
    cells = [(code(error.id), span(what), *_told(error)) for what, error in rows]
    return section("Failing", markdown_table(("Error", "What", "Message", "What to do"), cells, shown=shown))


def _told(error: ImagebotError) -> tuple[str, str]:
    return text(error.message), text(error.hint)


def cooling(plan: Plan, shown: int, *, folds: bool) -> str:
    """What may move yet, when it is older or more is known."""
    rows = [_held_row(held) for held in plan.held if held.waits]
    return _fold("Cooling", len(rows), markdown_table(_HELD, rows, shown=shown), folds=folds)


def held(plan: Plan, standing: Standing, outcomes: Sequence[Outcome], shown: int, *, folds: bool) -> str:
    """What does not move, and why; what is told in another section is not told again."""
    told = {found.request.branch for found in standing.open}
    told |= {row.request.branch for row in standing.turned_down}
    rows = [
        (span(outcome.proposal), "", text(outcome.reason))
        for outcome in outcomes
        if outcome.action == "held" and not outcome.waits and outcome.branch not in told
    ]
    rows += [_held_row(held) for held in plan.held if not held.waits]
    return _fold("Held", len(rows), markdown_table(_HELD, rows, shown=shown), folds=folds)


_HELD = ("Place", "Image", "Reason")


def _held_row(held: Held) -> tuple[str, str, str]:
    reference = held.scanned.reference
    return span(f"{reference.path}:{reference.line}"), span(reference.written), text(held.reason)


def turned_down(standing: Standing, shown: int) -> str:
    """What people do not want, and how they get it back."""
    return section("Turned down", turned_down_table(standing, shown=shown))


def not_understood(scan: Scan, shown: int, *, folds: bool) -> str:
    """How much was seen and not understood, and the first of it."""
    rows = [
        (span(f"{item.path}:{item.line}" if item.line else item.path), text(item.reason))
        for item in scan.skipped
    ]
    table = markdown_table(("Place", "Reason"), rows, shown=min(shown, _SKIPPED))
    return _fold("Not understood", len(rows), table, folds=folds)


def _fold(title: str, number: int, table: str, *, folds: bool) -> str:
    """A section that is folded, where the forge can."""
    if not table or not folds:
        return section(f"{title} ({number})", table)
    summary = f"<details><summary>{number} {'row' if number == 1 else 'rows'}</summary>"
    return section(title, f"{summary}\n\n{table}\n\n</details>")
