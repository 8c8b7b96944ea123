"""Which versions people turned down, as far as it still counts: what ``memory`` obeys, for people to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.engine.memory import recall
from imagebot.engine.world import environment_of
from imagebot.forges.marker import Marker, Move, find_marker
from imagebot.plan import Pin
from imagebot.references.version import TagVersion
from imagebot.standing import How, Request, Shift, TurnedDown

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Scan

JUST_MERGED = timedelta(minutes=15)
"""The base may have been read before a merge as young as this: nobody went back yet."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The pull requests of one branch.

    Attributes:
        opened: The open one.
        closed: Earlier ones, newest first.
    """

    opened: PullRequest | None
    closed: tuple[PullRequest, ...]

    @property
    def all(self) -> tuple[PullRequest, ...]:
        """Newest first."""
        return (*([self.opened] if self.opened else []), *self.closed)


class Deployed:
    """What the base holds, by file and image."""

    def __init__(self, scan: Scan) -> None:
        self._pins: defaultdict[tuple[str, str], set[Pin]] = defaultdict(set)
        for item in scan.references:
            image = item.reference.image
            self._pins[item.reference.path, str(image.name)].add(Pin(image.tag, image.digest))

    def lacks(self, move: Move, *, merged: bool) -> bool:
        """Whether a version is still one that might be proposed: neither there, nor older than what is.

        Of a merged one it is also asked that a person went back; a version that cannot be compared is taken
        for gone back to where it came from, and for nothing else.
        """
        pins = self._pins.get((move.path, move.image), set()) - {move.written}
        if not merged:
            return any(not _is_newer(pin, move.written) for pin in pins)
        return any(pin == move.source or _is_newer(move.written, pin) for pin in pins)


def turned_down(thread: Thread, deployed: Deployed, base: str, now: datetime) -> Iterator[TurnedDown]:
    """What people said to the pull requests of one branch; the newest word on a version counts.

    Args:
        thread: The pull requests.
        deployed: What the base holds; what it has by now, or has something newer for, is history.
        base: Branch that they went to.
        now: With time zone.
    """
    opened = find_marker(thread.opened.body) if thread.opened else None
    counts = set(recall(thread.closed, opened, base, now).refused)
    replaced: set[tuple[str, str]] = set()
    for request in thread.all:
        known = find_marker(request.body)
        if known is None:
            continue
        said = _said(request, known, base, now)
        fresh = request.merged and request.closed is not None and now - request.closed < JUST_MERGED
        reasons = {target: reason for target, reason in said.items() if target in counts and not fresh}
        yield from _rows(request, known, reasons, deployed, replaced)
        counts -= set(said)
        if request.merged:
            replaced |= {(move.path, move.image) for move in known.moves}


def _said(request: PullRequest, known: Marker, base: str, now: datetime) -> Mapping[str, str]:
    """What this pull request alone turns down, and why, by target."""
    memory = recall((), known, base, now) if request.open else recall((request,), None, base, now)
    return memory.refused


def _rows(
    request: PullRequest,
    known: Marker,
    reasons: Mapping[str, str],
    deployed: Deployed,
    replaced: set[tuple[str, str]],
) -> Iterator[TurnedDown]:
    """A row for each way in which the pull request turned something down."""
    found: defaultdict[How, list[Move]] = defaultdict(list)
    for move in dict.fromkeys((*known.moves, *known.skipped_moves)):
        merged = request.merged and move.target not in known.skipped
        counts = move.target in reasons and (move.path, move.image) not in replaced
        if counts and deployed.lacks(move, merged=merged):
            found[_how(request, known, move.target)].append(move)
    for how, moves in found.items():
        yield TurnedDown(named(request, known), how, reasons[moves[0].target], shifts(moves), request.closed)
    if not known.moves and reasons and not request.merged and not replaced:
        target = next(iter(reasons))  # too much for a marker: the title says it
        how = _how(request, known, target)
        yield TurnedDown(named(request, known), how, reasons[target], (), request.closed)


def _how(request: PullRequest, known: Marker, target: str) -> How:
    if target in known.skipped:
        return "skipped"
    return "gone-back" if request.merged else "closed"


def shifts(moves: Sequence[Move]) -> tuple[Shift, ...]:
    """Moves of one image between the same versions put together, in the order of the moves."""
    places: defaultdict[tuple[str, Pin, Pin], int] = defaultdict(int)
    for move in moves:
        places[move.image, move.source, move.written] += 1
    return tuple(Shift(*what, places=number) for what, number in places.items())


def named(request: PullRequest, known: Marker | None) -> Request:
    """A pull request as people know it."""
    proposal = known.proposal if known else ""
    environment = environment_of(proposal)
    return Request(
        number=request.number,
        url=request.url,
        branch=request.branch,
        title=request.title,
        proposal=proposal,
        environment="" if environment == "_" else environment,
    )


def _is_newer(one: Pin, other: Pin) -> bool:
    """Whether one pin is a newer version than another, as far as their tags are versions."""
    left, right = (TagVersion.parse(pin.tag or "") for pin in (one, other))
    return left is not None and right is not None and left.sort_key > right.sort_key
