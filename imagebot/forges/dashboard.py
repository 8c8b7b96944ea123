"""The body of the one issue that shows everything: a pure function of what a run found.

It holds a hidden mark by which it is found, and a hidden line that says when it was written and from what
content, so that the same content is not written again. A person ticks a box to have something opened at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from imagebot.forges import dashboard_sections as sections
from imagebot.reports.documents import timestamp

if TYPE_CHECKING:
    from imagebot.forges.values import Abilities
    from imagebot.plan import Outcome, Plan
    from imagebot.standing import Standing

MARK = "<!-- imagebot:dashboard -->"
TITLE = "imagebot: what is open, waiting and failing"

_HEAD = re.compile(r"<!-- imagebot:page (?P<at>[0-9T:-]{1,30}Z) (?P<content>[0-9a-f]{32}) -->")
_BOX = re.compile(r"^- \[(?P<tick>[ xX])\] <!-- imagebot:now (?P<id>\S{1,1000}) -->", re.MULTILINE)
_LENGTH = re.compile(r"\b[0-9.]+ (?:s|seconds?|min|minutes?|h|hours?|d|days?)\b")
"""What grows from run to run, and is no change: "out for 7 h of 3 d"."""

_SHOWN = (50, 20, 5, 0)
"""Rows of each section: as many as the body holds."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one run found.

    Attributes:
        at: When, with time zone.
        commit: Commit of the base that the plan was made from.
    """

    at: datetime
    commit: str
    standing: Standing
    plan: Plan
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A body to store.

    Attributes:
        content: Hash of what it says; the date, the commit and lengths of time that grow are no part of it.
    """

    text: str
    content: str


def dashboard(page: Page, abilities: Abilities, *, ticked: Collection[str] = ()) -> Body:
    """The body, shorter than the forge's limit.

    Args:
        page: What it shows.
        abilities: Of the forge: longest body, folds, boxes.
        ticked: Proposals whose box was ticked and not obeyed yet: it stays so.
    """
    at = timestamp(page.at)
    for shown in _SHOWN:
        content = "\n\n".join(_sections(page, shown, abilities)) or "Nothing is open, and nothing waits."
        found = hashlib.sha256(_LENGTH.sub("", content).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        whole = f"{MARK}\n<!-- imagebot:page {at} {found} -->\n{_age(at, page.commit)}\n\n{content}\n"
        text = _BOX.sub(lambda box: _kept(box, ticked), whole)
        if len(text) <= abilities.body:
            break
    return Body(text, found)


def _age(at: str, commit: str) -> str:
    return (
        f"As of **{at}**, commit `{commit[:7]}`. This page is rewritten when something changes and at least "
        "once a day: an older date means that imagebot does not run."
    )


def _sections(page: Page, shown: int, abilities: Abilities) -> list[str]:
    found = (
        sections.opened(page.standing, page.outcomes, shown),
        sections.waiting(page.plan, page.outcomes, shown, box if abilities.checkboxes else _no_box),
        sections.failing(page.plan, page.outcomes, shown),
        sections.cooling(page.plan, shown, folds=abilities.folds),
        sections.held(page.plan, page.standing, page.outcomes, shown, folds=abilities.folds),
        sections.turned_down(page.standing, shown),
        sections.not_understood(page.plan.scan, shown, folds=abilities.folds),
    )
    return [section for section in found if section]


def box(proposal: str) -> str:
    """The begin of a line that a person can tick: the id is quoted, so that it cannot end the comment."""
    return f"- [ ] <!-- imagebot:now {quote(proposal, safe='/@')} --> open now: "


def _no_box(_: str) -> str:
    return "- "


def _kept(found: re.Match[str], ticked: Collection[str]) -> str:
    return found[0].replace("- [ ]", "- [x]", 1) if unquote(found["id"]) in ticked else found[0]


def ticked(body: str) -> frozenset[str]:
    """Ids of the proposals whose box a person ticked."""
    return frozenset(unquote(box["id"]) for box in _BOX.finditer(body) if box["tick"] != " ")


def written_at(body: str) -> datetime | None:
    """When a stored body was written; None if it does not say."""
    head = _HEAD.search(body)
    try:
        return datetime.fromisoformat(head["at"]) if head else None
    except ValueError:
        return None


def content_of(body: str) -> str:
    """The hash of what a stored body says; empty if it has none."""
    head = _HEAD.search(body)
    return head["content"] if head else ""
