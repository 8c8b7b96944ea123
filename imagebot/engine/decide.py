"""Decide what the managed references to one repository should become: pure, as a conversation.

References that share policy, tag and digest share one verdict, however many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagebot.engine.questions import TagsOf
from imagebot.engine.verdict import Judgement, described, follow, judge
from imagebot.errors import RegistryError
from imagebot.plan import Failure, Held, Pin, Scanned, Step, Update, proposal_id

if TYPE_CHECKING:
    from imagebot.engine.questions import Talk
    from imagebot.evidence import Evidence
    from imagebot.policies.policy import Policy, Selection, Verdict
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


@dataclass(frozen=True, slots=True)
class _Move:
    """Where references that share a verdict go, or why they stay."""

    to: Pin | None = None
    evidence: Evidence | None = None
    selection: Selection | None = None
    stays: str = ""
    waits: bool = False


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
    for members in _alike(items):
        try:
            move = yield from _move(members[0], listing)
        except RegistryError as error:
            decision.failures.append(_failure(members, error))
        else:
            _enter(decision, members, move)
    return decision


def unanswered(items: Sequence[Scanned], error: RegistryError) -> Decision:
    """The decision about references whose registry gave no answer in time."""
    return Decision(failures=[_failure(items, error)])


def _is_listed(item: Scanned) -> bool:
    """Whether the list of tags is needed: a followed digest needs none."""
    return bool(item.policy and item.policy.tags.order != "digest" and item.reference.image.tag)


def _alike(items: Iterable[Scanned]) -> list[list[Scanned]]:
    """References that get the same verdict."""
    groups: dict[tuple[str, str | None, str | None], list[Scanned]] = {}
    for item in items:
        image = item.reference.image
        key = (item.policy.name if item.policy else "", image.tag, image.digest)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _move(item: Scanned, listing: Listing | RegistryError | None) -> Talk[_Move]:
    image, policy = item.reference.image, item.policy
    if policy is None or image.tag is None:
        return _Move(stays=_no_tag(policy))
    if policy.tags.order == "digest":
        if image.digest is None:
            return _Move(stays=f"no digest is pinned, so policy {policy.name} has nothing to move")
        judgement = yield from follow(policy, image.tag)
    elif isinstance(listing, RegistryError):
        raise listing
    else:
        assert listing is not None  # noqa: S101 - asked for whenever such a reference is there
        judgement = yield from judge(policy, listing, image.tag)
    if judgement.stays:
        return _Move(stays=judgement.stays, waits=True)
    return (yield from _chosen(item, judgement))


def _chosen(item: Scanned, judgement: Judgement) -> Talk[_Move]:
    image, selection = item.reference.image, judgement.selection
    tag = selection.selected
    if tag is None or image.tag is None:
        return _Move(stays=_nothing_selected(selection, image.tag or ""))
    evidence = judgement.evidence.get(tag)
    if evidence is None or (tag == image.tag and evidence.digest == image.digest):
        return _Move()
    pinned = image.digest is not None or _verifies(item.policy)
    evidence = yield from described(evidence, pinned=pinned)
    return _Move(Pin(tag, evidence.digest or None), evidence, selection)


def _enter(decision: Decision, members: Sequence[Scanned], move: _Move) -> None:
    if move.stays:
        decision.held += [Held(item, move.stays, move.waits) for item in members]
    elif move.to is None:
        decision.current += members
    else:
        for item in members:
            update = _update(item, move, move.to)
            if update.pins and _has_no_place(item):
                decision.held.append(Held(item, _unpinned(item)))
            else:
                decision.updates.append(update)


def _update(item: Scanned, move: _Move, to: Pin) -> Update:
    selection = move.selection
    passed_over: tuple[Verdict, ...] = selection.passed_over[:PASSED_OVER] if selection else ()
    usual: Step = "digest" if to.tag == item.reference.image.tag else "other"
    step = (selection.step if selection else None) or usual
    return Update(
        scanned=item,
        to=to,
        step=step,
        why=_why(item.policy, to),
        passed_over=passed_over,
        proposal=proposal_id(item),
        evidence=move.evidence,
        pins=_verifies(item.policy) and item.reference.digest is None,
    )


def _verifies(policy: Policy | None) -> bool:
    """Whether signatures are checked: they say something of a digest, and nothing of a tag."""
    return policy is not None and policy.gates.verification is not None


def _has_no_place(item: Scanned) -> bool:
    """Whether no digest can stand behind the tag: a value that is the tag alone has other uses too."""
    return item.reference.tag is None or item.reference.tag.whole


def _unpinned(item: Scanned) -> str:
    name = item.policy.name if item.policy else "_"
    return (
        f"policy {name} verifies signatures, which hold for a digest, and none is pinned here: "
        "write the digest of the current tag beside it once"
    )


def _why(policy: Policy | None, to: Pin) -> str:
    if policy is None:
        return ""
    if policy.tags.order == "digest":
        return f"policy {policy.name} follows the digest of {to.tag}"
    rules = f"semver {policy.tags.range.text}" if policy.tags.range else "semver"
    return f"the newest tag that policy {policy.name} allows ({rules})"


def _no_tag(policy: Policy | None) -> str:
    name = policy.name if policy else "_"
    if policy and policy.tags.order == "digest":
        return f"no tag is written beside the digest, so policy {name} has none to follow"
    return f"no tag is written, so policy {name} has no version to move from"


def _nothing_selected(outcome: Selection, tag: str) -> str:
    if not outcome.candidates:
        return "the repository has no tags"
    reasons = {verdict.reason for verdict in outcome.candidates}
    if len(reasons) == 1:
        return reasons.pop()
    return f"no allowed tag is as new as {tag}"


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
