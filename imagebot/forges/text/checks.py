"""The table of what was checked of the images, and whose word it is: a cell has a value or says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.forges.text.changes import changes_of
from imagebot.forges.text.page import rows_that_fit
from imagebot.forges.text.phrases import by_aim, count
from imagebot.forges.text.reach import reach
from imagebot.forges.text.words import code, words

if TYPE_CHECKING:
    from imagebot.evidence import Evidence
    from imagebot.forges.text.page import Page
    from imagebot.plan import Update
    from imagebot.policies.policy import Gates

Facts = Mapping[tuple[str, str], Mapping[str, str]]
"""What each image is, by the name of the check."""

IMAGES = 30
"""Most rows of a group."""

_PLATFORMS = 8
_HOW_LIMIT = 200
_NOT_GATHERED = "not gathered by this run"
_SILENT = "the image does not say"


def table_of_checks(page: Page) -> str:
    """A line for each check of one image, or a row for each image of a group, on a quarter of the page."""
    aims = by_aim(page.updates)
    if len(aims) == 1:
        (update,) = aims.values()
        lines = [f"| {name} | {value} |" for name, value in (*_facts(page, update), ("Reach", reach(page)))]
        return "\n".join(["| Check | Result |", "|---|---|", *lines])
    facts = {aim: dict(_facts(page, update)) for aim, update in aims.items()}
    alike = {name: value for name, value in _facts(page, page.updates[0]) if _all_say(facts, name, value)}
    named = [name for name, _ in _facts(page, page.updates[0]) if name not in alike]
    of_all = [f"**{name}** (all images): {value}." for name, value in alike.items()]
    rows = _rows(facts, named, page.limit // 4) if named else ""
    return "\n\n".join(part for part in (rows, " ".join([*of_all, f"**Reach:** {reach(page)}."])) if part)


def _all_say(facts: Facts, name: str, value: str) -> bool:
    return all(said[name] == value for said in facts.values())


def _rows(facts: Facts, named: Sequence[str], room: int) -> str:
    """A row for each image, with the columns in which they differ."""
    head = [f"| Image | {' | '.join(named)} |", f"|---|{'---|' * len(named)}"]
    rows = []
    for (image, tag), said in list(facts.items())[:IMAGES]:
        name = image.rpartition("/")[2]
        cells = [code(f"{name}:{tag}" if tag else name), *(said[column] for column in named)]
        rows.append(f"| {' | '.join(cells)} |")
    fitting = rows_that_fit(rows, room)
    hidden = len(facts) - len(fitting)
    return "\n".join([*head, *fitting]) + (f"\n\nand {count(hidden, 'more image')}." if hidden else "")


def _facts(page: Page, update: Update) -> Sequence[tuple[str, str]]:
    policy = update.scanned.policy
    gates = policy.gates if policy else None
    evidence = update.evidence
    return (
        ("Signature", _signature(evidence, gates)),
        ("Platforms", _platforms(update)),
        ("Out since", _out(evidence, gates)),
        ("Built", _built(evidence)),
        ("Source changes", changes_of(page, update)),
    )


def _signature(evidence: Evidence | None, gates: Gates | None) -> str:
    if evidence and evidence.signature:
        return f"{evidence.signature.state}: {words(evidence.signature.how, _HOW_LIMIT)}"
    return _NOT_GATHERED if gates and gates.verification else "not checked: the policy has no `verify`"


def _platforms(update: Update) -> str:
    evidence = update.evidence
    now = evidence.platforms if evidence else None
    if not now:
        return _NOT_GATHERED if now is None else _SILENT
    before = update.before.platforms if update.before else ()
    return f"{_named(now)}{_compared(before, now) if before else ''}"


def _compared(before: Sequence[str], now: Sequence[str]) -> str:
    """What an update takes away, or brings."""
    old, new = ({one.replace("/arm64/v8", "/arm64"): one for one in side} for side in (before, now))
    lost = [one for key, one in old.items() if key not in new]
    gained = [one for key, one in new.items() if key not in old]
    if not lost and not gained:
        return " (same as before)"
    said = [f"**no longer** {_named(lost)}" if lost else "", f"new: {_named(gained)}" if gained else ""]
    return f" ({'; '.join(filter(None, said))})"


def _named(platforms: Sequence[str]) -> str:
    more = len(platforms) - _PLATFORMS
    named = ", ".join(code(one) for one in platforms[:_PLATFORMS])
    return f"{named}{f' and {more} more' if more > 0 else ''}"


def _out(evidence: Evidence | None, gates: Gates | None) -> str:
    """Only where the policy asks for an age: a cache that was lost would give another day each time."""
    if gates is None or gates.min_age is None:
        return "not asked: the policy has no `min-age`"
    if evidence is None or evidence.out_since is None:
        return _NOT_GATHERED
    wanted = f"`min-age: {_span(gates.min_age)}`"
    return f"{_time(evidence.out_since)}, {words(evidence.out_says)}; the policy asks for {wanted}"


def _built(evidence: Evidence | None) -> str:
    described = evidence.described if evidence else None
    if described is None:
        return _NOT_GATHERED
    return f"{_time(described.created)}, says the image" if described.created else _SILENT


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _span(length: timedelta) -> str:
    """A length of time as policies write it."""
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
