"""Where one reference goes: tag by the rules of its policy, digest by what it pins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagebot.engine.gates import examine, passes_later
from imagebot.engine.pinning import NAMED, no_place, pins, same_images, tag_of, verifies, written
from imagebot.engine.questions import DigestOf
from imagebot.engine.verdict import Judgement, Ranked, described, follow, judge, ran_before
from imagebot.plan import Pin, Scanned, short_digest
from imagebot.policies.policy import Selection

if TYPE_CHECKING:
    from imagebot.engine.questions import Talk
    from imagebot.evidence import Described, Evidence
    from imagebot.policies.policy import Policy
    from imagebot.policies.selection import Choice

_NOTHING = Pin(None, None)


@dataclass(frozen=True, slots=True)
class Move:
    """Where references that share a verdict go, or why they stay; neither where they are as they should be.

    Attributes:
        to: Tag and digest that were chosen.
        written: What of it will stand in the file.
        before: What the image that runs now says of itself; None where nobody asked.
        major: The further major version it belongs to, where a policy asks for the newest of each.
        stays: Why nothing moves.
        waits: Whether it may move yet, when more is known or time has passed.
        pending: The gate that still holds it, where it is proposed as a draft all the same.
    """

    to: Pin | None = None
    written: Pin = _NOTHING
    evidence: Evidence | None = None
    before: Described | None = None
    selection: Selection | None = None
    major: int | None = None
    stays: str = ""
    waits: bool = False
    pending: str = ""


_AS_IT_SHOULD_BE = Move()


def settle(item: Scanned, tags: Ranked | None) -> Talk[list[Move]]:
    """Settle one managed reference.

    Args:
        item: With a policy.
        tags: Of its repository under that policy; None where the policy compares none.
    """
    image, policy = item.reference.image, item.policy
    assert policy is not None  # noqa: S101 - only managed references are settled
    source = Pin(image.tag, image.digest)
    if policy.tags.order == "digest":
        return [(yield from _followed(policy, source))]
    if tags is None:
        return [Move(stays=f"no tag is written, so policy {policy.name} has no version to move from")]
    deployed = source.tag
    if deployed is None and source.digest is not None:
        deployed = yield from tag_of(tags.ranking.newest_first(), source.digest)
    if deployed is None:
        return [Move(stays=_unnamed(policy, source), waits=source.digest is not None)]
    moves = []
    for choice in tags.ranking.choose(deployed).parts():
        judgement = yield from judge(tags, choice)
        if choice.is_next:
            moves.append((yield from _next(policy, source, choice, judgement)))
        else:
            moves.append((yield from _chosen(policy, source, choice, judgement)))
    return moves


def why_not(item: Scanned, move: Move) -> str:
    """Why a move is not made at a reference; empty if it is, or if there is nothing to move."""
    if move.stays or move.to is None or item.policy is None:
        return move.stays
    return no_place(item.reference, item.policy, move.written)


def _next(policy: Policy, source: Pin, choice: Choice, judgement: Judgement) -> Talk[Move]:
    """A further major version: nothing to move to in it is nothing to hold."""
    tag = judgement.selection.selected
    if judgement.stays:
        return Move(stays=judgement.stays, waits=True)
    if tag is None:
        return _AS_IT_SHOULD_BE
    return (yield from _move(policy, source, tag, judgement, choice.major))


def _chosen(policy: Policy, source: Pin, choice: Choice, judgement: Judgement) -> Talk[Move]:
    tag = judgement.selection.selected
    if judgement.stays:
        return Move(stays=judgement.stays, waits=True)
    if tag is None:
        return Move(stays=_nothing_selected(choice))
    if tag == choice.current:
        return (yield from _same_tag(policy, source, tag))
    return (yield from _move(policy, source, tag, judgement, None))


def _move(policy: Policy, source: Pin, tag: str, judgement: Judgement, major: int | None) -> Talk[Move]:
    evidence = judgement.evidence[tag]
    pinned = source.digest is not None or pins(policy) or verifies(policy)
    evidence = yield from described(evidence, pinned=pinned)
    before = yield from ran_before(source, evidence)
    to = Pin(tag, evidence.digest or None)
    wanted, pending = written(policy, source, to), judgement.pending
    return Move(to, wanted, evidence, before, judgement.selection, major, pending=pending)


def _same_tag(policy: Policy, source: Pin, tag: str) -> Talk[Move]:
    """The tag stays; what is pinned of it may be missing, too much, or no longer what it points to."""
    if source.digest is None and not pins(policy):
        return _AS_IT_SHOULD_BE
    digest: str = yield DigestOf(tag)
    to = Pin(tag, digest or None)
    if digest == source.digest or not digest:
        return _as_written(policy, source, to)
    if source.digest is not None:
        if (yield from same_images(policy, source.digest, digest)):
            return _as_written(policy, source, Pin(tag, source.digest))
        if not policy.refresh:
            return Move(stays=_moved(policy, tag, source.digest, digest))
    return (yield from _pinned(policy, source, tag, digest))


def _as_written(policy: Policy, source: Pin, to: Pin) -> Move:
    """The image is what it should be; tag and digest may not be written as the policy wants."""
    wanted = written(policy, source, to)
    if wanted in {source, _NOTHING}:
        return _AS_IT_SHOULD_BE
    return Move(to, wanted)


def _pinned(policy: Policy, source: Pin, tag: str, digest: str) -> Talk[Move]:
    """A digest that is to be written for a tag that stays has to pass what any candidate has to."""
    objection, evidence = yield from examine(policy.gates, tag, digest, frozenset({tag}))
    pending = passes_later(policy, objection, evidence)
    if objection is not None and not pending:
        return Move(stays=f"{tag}: {objection.reason}", waits=True)
    evidence = yield from described(evidence, pinned=True)
    before = yield from ran_before(source, evidence)
    to = Pin(tag, digest)
    return Move(to, written(policy, source, to), evidence, before, pending=pending)


def _followed(policy: Policy, source: Pin) -> Talk[Move]:
    """``order: digest``: the tag stays, its digest is kept at what it points to."""
    if source.tag is None:
        return Move(stays=f"no tag is written beside the digest, so policy {policy.name} has none to follow")
    if source.digest is None and not pins(policy):
        return Move(stays=f"no digest is pinned, so policy {policy.name} has nothing to move")
    judgement = yield from follow(policy, source.tag)
    if judgement.stays:
        return Move(stays=judgement.stays, waits=True)
    evidence = judgement.evidence[source.tag]
    to = Pin(source.tag, evidence.digest or None)
    if evidence.digest == source.digest:
        return _as_written(policy, source, to)
    if source.digest and (yield from same_images(policy, source.digest, evidence.digest)):
        return _as_written(policy, source, Pin(source.tag, source.digest))
    evidence = yield from described(evidence, pinned=True)
    before = yield from ran_before(source, evidence)
    wanted, pending = written(policy, source, to), judgement.pending
    return Move(to, wanted, evidence, before, judgement.selection, pending=pending)


def _moved(policy: Policy, tag: str, old: str, new: str) -> str:
    return (
        f"tag moved: {tag} points to {short_digest(new)} now, and {short_digest(old)} is pinned; "
        f"with `refresh: true` policy {policy.name} would propose it"
    )


def _unnamed(policy: Policy, source: Pin) -> str:
    if source.digest is None:
        return f"no tag is written, so policy {policy.name} has no version to move from"
    return (
        f"none of the {NAMED} newest tags points to {short_digest(source.digest)}, "
        f"so policy {policy.name} has no version to move from; write its tag beside it"
    )


def _nothing_selected(choice: Choice) -> str:
    candidates = choice.selection().candidates
    if not candidates:
        return "the repository has no tags"
    reasons = {verdict.reason for verdict in candidates}
    return reasons.pop() if len(reasons) == 1 else f"no allowed tag is as new as {choice.current}"
