"""Decide what the managed references to one repository should become: pure, as a conversation.

References that share policy, tag and digest share one verdict, however many they are; the tags of the
repository are read and sorted once for each policy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagebot.engine.pinning import named_by_digest
from imagebot.engine.questions import TagsOf
from imagebot.engine.settle import Move, settle, why_not
from imagebot.engine.verdict import Ranked, ranked
from imagebot.errors import RegistryError
from imagebot.plan import Failure, Held, Scanned, Step, Update, proposal_id

if TYPE_CHECKING:
    from imagebot.engine.questions import Talk
    from imagebot.plan import Pin
    from imagebot.policies.policy import Policy
    from imagebot.registries.protocol import Listing

PASSED_OVER = 10
"""Rejected newer tags kept as evidence: enough to judge, short enough to read."""


@dataclass(slots=True)
class Decision:
    """What can be said of managed references: each is in one of the lists, or stopped by a failure."""

    updates: list[Update] = field(default_factory=list)
    current: list[Scanned] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: Decision) -> None:
        """Take in what was decided of another repository."""
        self.updates += other.updates
        self.current += other.current
        self.held += other.held
        self.failures += other.failures


def decide(items: Sequence[Scanned]) -> Talk[Decision]:
    """Decide about the managed references to one repository.

    A question that cannot be answered fails the references that need the answer, and no others.
    """
    decision = Decision()
    listing: Listing | RegistryError | None = None
    if any(_is_listed(item) for item in items):
        try:
            listing = yield TagsOf()
        except RegistryError as error:
            listing = error
    for members in _by_policy(items):
        tags = yield from _ranked([item for item in members if _is_listed(item)], listing)
        for alike in _alike(members):
            try:
                moves = yield from settle(alike[0], _answered(alike[0], tags))
            except RegistryError as error:
                decision.failures.append(_failure(alike, error))
            else:
                _enter(decision, alike, moves)
    return decision


def unanswered(items: Sequence[Scanned], error: RegistryError) -> Decision:
    """The decision about references whose registry gave no answer in time."""
    return Decision(failures=[_failure(items, error)])


def _is_listed(item: Scanned) -> bool:
    """Whether the list of tags is needed: not for a followed digest, nor where no tag can be compared."""
    policy = item.policy
    if policy is None or policy.tags.order == "digest":
        return False
    return item.reference.image.tag is not None or named_by_digest(policy)


def _ranked(
    listed: Sequence[Scanned], listing: Listing | RegistryError | None
) -> Talk[Ranked | RegistryError | None]:
    """The tags of the repository under the policy of these references; None where there is none of them."""
    policy = listed[0].policy if listed else None
    if policy is None or listing is None or isinstance(listing, RegistryError):
        return listing if isinstance(listing, RegistryError) else None
    deployed = frozenset(item.reference.image.tag for item in listed if item.reference.image.tag)
    try:
        return (yield from ranked(policy, listing, deployed))
    except RegistryError as error:
        return error


def _answered(item: Scanned, tags: Ranked | RegistryError | None) -> Ranked | None:
    """The tags, for a reference that needs them."""
    if not _is_listed(item):
        return None
    if isinstance(tags, RegistryError):
        raise tags
    return tags


def _by_policy(items: Iterable[Scanned]) -> list[list[Scanned]]:
    groups: defaultdict[str, list[Scanned]] = defaultdict(list)
    for item in items:
        groups[item.policy.name if item.policy else ""].append(item)
    return list(groups.values())


def _alike(items: Iterable[Scanned]) -> list[list[Scanned]]:
    """References under one policy that get the same verdict."""
    groups: defaultdict[tuple[str | None, str | None], list[Scanned]] = defaultdict(list)
    for item in items:
        image = item.reference.image
        groups[image.tag, image.digest].append(item)
    return list(groups.values())


def _enter(decision: Decision, members: Sequence[Scanned], moves: Sequence[Move]) -> None:
    """Enter what was settled for references that are alike; each may have a place for it, or none."""
    stays: list[dict[str, bool]] = [{} for _ in members]
    for move in moves:
        moving = []
        for item, reasons in zip(members, stays, strict=True):
            if reason := why_not(item, move):
                reasons[reason] = move.waits
            else:
                moving.append(item)
        if move.to is not None:
            decision.updates += _updates(moving, move, move.to)
    for item, reasons in zip(members, stays, strict=True):
        decision.held += [Held(item, reason, waits) for reason, waits in reasons.items()]
    if all(move.to is None for move in moves):
        decision.current += [item for item, reasons in zip(members, stays, strict=True) if not reasons]


def _updates(items: Sequence[Scanned], move: Move, to: Pin) -> Iterator[Update]:
    """The updates of references that are alike: they differ in nothing but their place."""
    if not items or items[0].policy is None:
        return
    usual: Step = "digest" if to.tag == items[0].reference.image.tag else "other"
    step = (move.selection.step if move.selection else None) or usual
    why = _why(items[0], items[0].policy, move)
    passed_over = move.selection.passed_over[:PASSED_OVER] if move.selection else ()
    for item in items:
        proposal = proposal_id(item, move.major)
        proof = move.evidence, move.before, move.pending
        yield Update(item, to, step, why, passed_over, proposal, move.written, *proof)


def _why(item: Scanned, policy: Policy, move: Move) -> str:
    order, tag = policy.tags.order, move.to.tag if move.to else None
    if order == "digest":
        return f"policy {policy.name} follows the digest of {tag}"
    if move.selection is None:  # the tag stays
        if item.reference.image.digest and move.written.digest not in {item.reference.image.digest, None}:
            return f"{tag} moved under its pinned digest, and policy {policy.name} refreshes it"
        return f"policy {policy.name} pins {policy.pin}"
    rules = f"{order} {policy.tags.range.text}" if policy.tags.range else order
    return f"the newest tag that policy {policy.name} allows ({rules})"


def _failure(items: Iterable[Scanned], error: RegistryError) -> Failure:
    members = list(items)
    proposals = frozenset(proposal_id(item) for item in members)
    return Failure(error, image=str(members[0].reference.image.name), proposals=proposals)


def merged(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """One failure per image and message, however many references share it; sorted."""
    found: dict[tuple[str | None, str], Failure] = {}
    for failure in failures:
        key = (failure.image, failure.error.message)
        known = found.get(key)
        proposals = failure.proposals | (known.proposals if known else frozenset())
        found[key] = Failure(failure.error, failure.image, failure.path, proposals)
    return tuple(sorted(found.values(), key=lambda f: (f.image or "", f.error.message)))
