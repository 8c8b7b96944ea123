"""The title of a pull request, which is also the subject of its commit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from imagebot.forges.text.phrases import count, environments, moves, said, short_names
from imagebot.plan import short_digest

if TYPE_CHECKING:
    from imagebot.plan import Asked, Update

TITLE_LIMIT = 72
_PLACES_LIMIT = 30
"""Characters of the environments before a title; more of them are counted."""

_LOOKED_AT = 30
_FEWEST = 3
_MERGE = re.compile(r"Merge (?:branch|pull request|remote-tracking branch|tag|commit)\b")
_CONVENTIONAL = re.compile(
    r"(?:build|chore|ci|deps|docs|feat|fix|perf|refactor|revert|style|test)(?:\([^()\n]+\))?!?: \S"
)
"""Source: https://www.conventionalcommits.org/en/v1.0.0/, with the types that it and Angular name."""


def title(updates: Sequence[Update], asked: Asked | None = None, *, conventional: bool = False) -> str:
    """Say what moves where, in at most 72 characters.

    What does not fit drops in this order: the old version, the list of images. The environment stays whatever
    else goes.

    Args:
        updates: Of one proposal.
        asked: Who asked for it, if somebody did.
        conventional: Whether it has the form of a Conventional Commit.
    """
    prefix = _prefix(environments(updates), conventional=conventional)
    phrases = _phrases(updates, "roll back" if asked and asked.kind == "rollback" else "update")
    for phrase in phrases:
        if len(prefix + phrase) <= TITLE_LIMIT:
            return prefix + phrase
    return (prefix + phrases[-1])[: TITLE_LIMIT - 3] + "..."


def is_conventional(subjects: Iterable[str]) -> bool:
    """Whether a branch follows Conventional Commits: three in four of its last 30 subjects, merges left out.

    Args:
        subjects: Newest first.
    """
    own = [subject for subject in islice(subjects, _LOOKED_AT) if not _MERGE.match(subject)]
    following = sum(_CONVENTIONAL.match(subject) is not None for subject in own)
    return len(own) >= _FEWEST and following * 4 >= len(own) * 3


def _prefix(places: Sequence[str], *, conventional: bool) -> str:
    named = ", ".join(places)
    if len(places) > 1 and len(named) > _PLACES_LIMIT:
        named = f"{len(places)} environments"
    if conventional:
        return f"chore({named}): " if named else "chore: "
    return f"{named}: " if named else ""


def _phrases(updates: Sequence[Update], verb: str) -> list[str]:
    """Ways to say it, the fullest first."""
    names = list(short_names(updates).values())
    found = moves(updates)
    if len(names) > 1:
        images = count(len(names), "image")
        return [f"{verb} {images} ({', '.join(names)})", f"{verb} {images}"]
    targets = {to.tag for _, _, to in found}
    if len(found) > 1:
        to = targets.pop() if len(targets) == 1 else None
        return [*([f"{verb} {names[0]} to {to}"] if to else []), f"{verb} {names[0]}"]
    _, old, new = found[0]
    if updates[0].step == "digest":
        return _same_tag(names[0], updates[0], verb)
    return [
        f"{verb} {names[0]} {said(old)} to {said(new)}",
        f"{verb} {names[0]} to {said(new)}",
        f"{verb} {names[0]}",
    ]


def _same_tag(name: str, update: Update, verb: str) -> list[str]:
    """The tag stays, and its digest comes, goes or moves."""
    old, new = update.source, update.to
    tagged = f"{name} {old.tag or new.tag or ''}".rstrip()
    if verb == "update":
        verb = "unpin" if update.unpins else "pin" if update.pins else "refresh"
    to = short_digest(new.digest) if new.digest and not update.unpins else ""
    digests = f"{short_digest(old.digest)} to {to}" if old.digest else to
    return [*([f"{verb} {tagged} (digest {digests})"] if to else []), f"{verb} {tagged}", f"{verb} {name}"]
