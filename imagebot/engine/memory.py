"""What people said to earlier pull requests of a proposal: "not this version", "back again", "not now".

All of it is read from the forge, or from Git where that is the forge: there is no other place to lose it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imagebot.engine.together import move_together
from imagebot.engine.world import named
from imagebot.forges.marker import Hold, Marker, find_marker, move_of

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Pin, Scan, Update

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Memory:
    """What must not be proposed again.

    Attributes:
        refused: Why not, by target (see ``Marker.targets``).
        hold: What still binds the whole proposal; None if nothing does.
    """

    refused: Mapping[str, str] = field(default_factory=dict)
    hold: Hold | None = None

    def allowed(self, updates: Sequence[Update], scan: Scan) -> tuple[Update, ...]:
        """The updates that nobody refused, and that may move without those that somebody did."""
        left = [update for update in updates if move_of(update).target not in self.refused]
        if len(left) == len(updates):
            return tuple(updates)
        ids = {update.scanned: update.proposal for update in left}
        moved, _ = move_together(left, scan.references, scan.skipped)
        return tuple(replace(update, proposal=ids[update.scanned]) for update in moved)

    def reasons(self, updates: Sequence[Update]) -> str:
        """Why updates are refused, each reason once."""
        found = (self.refused.get(move_of(update).target, "") for update in updates)
        return "; ".join(dict.fromkeys(reason for reason in found if reason))


def of_any_group(own: Sequence[PullRequest], recent: Sequence[PullRequest]) -> tuple[PullRequest, ...]:
    """Earlier pull requests of a proposal and of others, newest first.

    A version that a person turned down is turned down in whatever group policies put it next; a hold is on
    its own proposal.
    """
    known = {request.branch for request in own}
    others = [_without_hold(request) for request in recent if request.branch not in known]
    return tuple(sorted((*own, *others), key=lambda request: request.closed or _LONG_AGO, reverse=True))


def _without_hold(request: PullRequest) -> PullRequest:
    found = find_marker(request.body)
    return replace(request, body=str(replace(found, hold=None)) if found else "")


def of_other_open(
    others: Mapping[str, tuple[PullRequest, Marker]], updates: Sequence[Update], now: datetime
) -> Mapping[str, str]:
    """What open pull requests of other proposals say against updates that a new grouping brings here.

    Args:
        others: By branch, with their markers.
        updates: Of this proposal.
        now: By which holds end.
    """
    refused: dict[str, str] = {}
    for request, known in others.values():
        refused |= dict.fromkeys(known.skipped, f"a person said `skip` in {named(request)}")
        if known.hold and known.hold.binds(now):
            places = {(move.path, move.image) for move in known.moves}
            moves = [move for move in map(move_of, updates) if (move.path, move.image) in places]
            reason = f"{known.hold.words}, in {named(request)}"
            refused |= {move.target: reason for move in moves}
    return refused


def recall(closed: Sequence[PullRequest], opened: Marker | None, base: str, now: datetime) -> Memory:
    """What earlier pull requests and the open one say; the newest word on a version counts.

    Args:
        closed: Earlier pull requests of the proposal, newest first.
        opened: Marker of the open one.
        base: Branch that they went to.
        now: By which holds end.
    """
    refused: dict[str, str] = {}
    if opened:
        refused |= dict.fromkeys(opened.skipped, "a person said `skip` in its open pull request")
    holds = [opened.hold] if opened and opened.hold else []
    left: set[tuple[str, str, Pin]] = set()
    for request in closed:
        known = find_marker(request.body)
        if known is None or (request.merged and request.base not in {"", base}):
            continue  # what was merged elsewhere, nobody took back from here
        gone_on = {move.target for move in known.moves if (move.path, move.image, move.written) in left}
        for target, reason in _words(request, known, base):
            if not (request.merged and target in gone_on):
                refused.setdefault(target, reason)
        if request.merged and not (known.asked and known.asked.kind == "rollback"):
            # a later pull request took these from there: nobody went back
            left |= {(move.path, move.image, move.source) for move in known.moves}
        if known.hold and not (known.lifted or request.merged):
            holds.append(known.hold)
    binding = next((hold for hold in holds if hold.binds(now)), None)
    return Memory({target: reason for target, reason in refused.items() if reason}, binding)


def _words(request: PullRequest, known: Marker, base: str) -> list[tuple[str, str]]:
    """What one closed pull request says of each target; an empty reason frees it."""
    everything = [*known.targets, *known.skipped]
    if known.lifted:
        return [(target, "") for target in everything]
    skipped = [
        (target, f"a person said `skip` in {named(request)}{_way_on(request)}") for target in known.skipped
    ]
    if request.merged:
        reason = (
            f"{named(request)} brought it, and {base} does not hold it: a person went back{_way_on(request)}"
        )
    elif known.closed_by_bot:
        return skipped
    elif request.number:
        reason = f"a person closed #{request.number} without merging it{_way_on(request)}"
    else:
        reason = f"a person deleted {request.branch} without merging it{_way_on(request)}"
    return [*skipped, *((target, reason) for target in known.targets)]


def _way_on(request: PullRequest) -> str:
    """How it gets on from here."""
    lifts = f"`imagebot resume {request.branch}`"
    if request.number:
        lifts = f"`/imagebot resume` on #{request.number}"
    return f"; a newer version is proposed, this one after {lifts}"
