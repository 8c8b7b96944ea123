"""Compare a move that people made with what would have been proposed to them. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from imagebot.policies.reading import Read
from imagebot.policies.rules import lane, lanes
from imagebot.replay import Compared

if TYPE_CHECKING:
    from imagebot.engine.history import Moved
    from imagebot.policies.selection import Choice, Ranking


def compare(moved: Moved, ranking: Ranking, out: Mapping[str, datetime], until: datetime) -> Compared:
    """When the tag that people chose, or a newer one, would have been proposed with the same tag deployed.

    Args:
        moved: What people did.
        ranking: The tags of the image under its policy.
        out: Since when each tag may be proposed.
        until: The time now.
    """
    choice = ranking.choose(moved.before)
    reader = ranking.reader
    before, after = choice.judge.deployed, reader.read(moved.after)
    objection = _objection(choice, ranking, moved.after)
    if before is None or after is None:
        reason = f"{moved.before} {choice.no_way}" if choice.no_way else objection
        return Compared("unknown" if reader.rules.order == "created" else "never", reason=reason)
    if lane(reader.rules, after) not in lanes(reader.rules, before):
        return Compared("never", reason=objection)
    if before.is_newer_than(after):
        return Compared("back")
    if not objection and moved.after not in out:
        return Compared("unknown", reason=f"no date is known of {moved.after}")
    first = _first(ranking, choice, after, out)
    return _when(first, moved, until) if first else Compared("never", reason=objection)


def _first(
    ranking: Ranking, choice: Choice, after: Read, out: Mapping[str, datetime]
) -> tuple[datetime, str] | None:
    """The first allowed tag to come that is as new; where each major version is proposed, of the same one."""
    major = after.version.release[0] if after.version else None

    def is_as_new(tag: str) -> bool:
        read = ranking.reader.read(tag)
        return read is not None and not after.is_newer_than(read)

    proposed = (
        (out[tag], tag)
        for part in choice.parts()
        if part.major in {None, major}
        for tag in takewhile(is_as_new, part.accepted())
        if tag in out
    )
    return min(proposed, key=lambda one: one[0], default=None)


def _when(first: tuple[datetime, str], moved: Moved, until: datetime) -> Compared:
    at, tag = first
    if at > until:
        return Compared("unknown", reason=f"`min-age` keeps it back until {at:%Y-%m-%d %H:%M} UTC")
    return Compared("proposed", max(at, moved.since), tag)


def _objection(choice: Choice, ranking: Ranking, tag: str) -> str:
    """Why a policy does not allow a tag, in the words of its verdict; empty if it does."""
    judged = ranking.reader.judged(tag)
    if not isinstance(judged, Read):
        return judged.reason
    found = choice.judge.objection(judged)
    return found[1] if found else ""
