"""How to go back, what may be said to imagebot, and the digests to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagebot.forges.text.phrases import image, listed, moves, said
from imagebot.forges.text.words import code
from imagebot.plan import Pin, short_digest

if TYPE_CHECKING:
    from imagebot.forges.text.page import Page

_NAMED = 3


def way_back(page: Page) -> str:
    """How a merge is taken back, and what imagebot makes of that."""
    found = moves(page.updates)
    until = ", until somebody comments `/imagebot resume`" if page.commands else ""
    if page.asked and page.asked.kind == "rollback":
        gone = _named([_apart(old, new) for _, old, new in found])
        return f"**Afterwards:** imagebot does not propose {gone} here again{until}; newer versions it does."
    how = "revert this pull request"
    if page.commands:
        how += ", or comment `/imagebot rollback`"
    there = len(found) == 1 and any(update.before for update in page.updates)
    still = f" {code(_apart(*found[0][1:]))} is still in the registry." if there else ""
    new = _named([_apart(new, old) for _, old, new in found])
    kept = f" imagebot does not propose {new} again after a revert{until}."
    return f"**Roll back:** {how}; nothing else was changed.{still}{kept}"


def _apart(pin: Pin, other: Pin) -> str:
    """What tells one side of a move from the other: its tag, or the begin of its digest."""
    return short_digest(pin.digest) if pin.digest and pin.tag == other.tag else said(pin)


def _named(tags: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(tags))
    return listed([code(tag) for tag in distinct]) if len(distinct) <= _NAMED else "these versions"


def commands(page: Page) -> str:
    """What may be said to imagebot, and what keeps it away."""
    hands_off = "Editing this branch stops imagebot from touching it."
    if not page.commands:
        return hands_off
    tags = {new.tag for _, old, new in moves(page.updates) if new.tag != old.tag}
    version = tags.pop() if len(tags) == 1 and page.asked is None else "VERSION"
    known = ("recreate", f"skip {version}", "hold 14d REASON", "resume", "explain", "rollback")
    named = " · ".join([code("/imagebot rebase"), *map(code, known)])
    return f"Commands, in a comment: {named}. {hands_off}"


def digests(page: Page) -> str:
    """Full digests, folded: what a reviewer copies, not what they read."""
    lines = dict.fromkeys(
        f"- {' '.join(code(part) for part in (image(u), pin.tag) if part)}: {code(pin.digest)}"
        for u in page.updates
        for pin in (u.source, u.to)
        if pin.digest
    )
    return page.folded("Full digests", "\n".join(lines)) if lines else ""
