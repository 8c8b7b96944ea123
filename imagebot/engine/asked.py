"""Proposals that somebody asked for: the way back from a merged pull request, and what a CI job named.

No policy wants them, so they carry what they move in the marker of their pull request: from there they are
made again on each run, for as long as a reference is left that they have not moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.engine.planning import proposal_of
from imagebot.forges.marker import Marker, Move
from imagebot.plan import Asked, Pin, Proposal, Update, without_major

if TYPE_CHECKING:
    from imagebot.engine.world import World
    from imagebot.plan import Scan, Scanned, Step

SUFFIX = {"rollback": "@rollback", "set": "@set"}


def rollback(known: Marker, asked: Asked, scan: Scan) -> Proposal | None:
    """The proposal that takes a merged one back; None if nothing stands any more where that one put it."""
    back = [replace(move, source=move.written, written=move.source) for move in known.moves]
    return of_moves(f"{without_major(known.proposal)}{SUFFIX['rollback']}", back, asked, scan)


def still_asked(world: World, scan: Scan) -> Iterator[Proposal]:
    """The proposals that open pull requests were asked for, as far as the base does not hold them yet."""
    for branch in sorted(world.open):
        known = world.marker(branch)
        if known and known.asked and (found := of_moves(known.proposal, known.moves, known.asked, scan)):
            yield found


def of_moves(proposal: str, moves: Iterable[Move], asked: Asked, scan: Scan) -> Proposal | None:
    """A proposal of exactly these moves; None if there is no reference left to move."""
    places: defaultdict[tuple[str, str, Pin], list[Scanned]] = defaultdict(list)
    for item in scan.references:
        reference = item.reference
        pin = Pin(reference.image.tag, reference.image.digest)
        places[reference.path, str(reference.image.name), pin].append(item)
    updates = [
        _update(item, move, proposal, asked)
        for move in dict.fromkeys(moves)
        for item in places[move.path, move.image, move.source]
        if not item.reference.ignored
    ]
    updates.sort(key=lambda update: (update.reference.path, update.reference.line, update.reference.column))
    return proposal_of(proposal, tuple(updates), asked) if updates else None


def _update(item: Scanned, move: Move, proposal: str, asked: Asked) -> Update:
    step: Step = "digest" if move.written.tag == move.source.tag else "other"
    what = f"asked for the way back from #{asked.number}" if asked.kind == "rollback" else "asked for it"
    return Update(item, move.written, step, f"{asked.by} {what}", (), proposal, move.written)
