"""The tag that a reference should have: rules first, then what the images behind the tags show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from imagebot.engine.gates import examine
from imagebot.engine.questions import DescriptionOf, DigestOf, Talk
from imagebot.errors import RegistryError
from imagebot.policies.policy import Selection, Verdict
from imagebot.policies.selection import rank

if TYPE_CHECKING:
    from imagebot.evidence import Evidence
    from imagebot.policies.policy import Policy
    from imagebot.registries.protocol import Listing

LOOKED_INTO = 20
"""Most candidates whose images are looked into: each costs requests, and the newest ones matter."""

NO_IMAGE = "registry-no-image"
_NOT_LOOKED_INTO = f"not looked into: {LOOKED_INTO} newer candidates did not pass"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy makes of a repository for one tag that is deployed.

    Attributes:
        selection: A verdict for every tag.
        evidence: What was gathered, by tag.
        stays: Why nothing moves, whatever is selected; empty if nothing speaks against it.
    """

    selection: Selection
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    stays: str = ""


def judge(policy: Policy, listing: Listing, current: str | None) -> Talk[Judgement]:
    """Choose among the tags of a repository.

    Args:
        policy: With ``order: semver``.
        listing: The repository's tags.
        current: The tag that is deployed.
    """
    ranking = rank(policy.tags, listing.tags, current)
    if stays := _doubt(listing, current, accepted=bool(ranking.accepted)):
        return Judgement(ranking.selection(), stays=stays)
    newer = list(islice((tag for tag in ranking.accepted if tag != current), LOOKED_INTO + 1))
    candidates = frozenset(newer)
    rejected: dict[str, Verdict] = {}
    gathered: dict[str, Evidence] = {}
    for tag in ranking.accepted:
        if tag == current:
            break  # it is where it should be: nothing needs to be shown of it
        if len(gathered) == LOOKED_INTO:
            rejected[tag] = Verdict(tag, accepted=False, reason=_NOT_LOOKED_INTO, rule="looked-into")
            continue
        digest: str = yield DigestOf(tag)
        objection, gathered[tag] = yield from examine(policy.gates, tag, digest, candidates)
        if objection is None:
            break
        rejected[tag] = objection
    selection = ranking.selection(rejected)
    stays = _all_rejected(rejected) if rejected and selection.selected in {None, current} else ""
    return Judgement(selection, gathered, stays)


def follow(policy: Policy, tag: str) -> Talk[Judgement]:
    """Look at what a mutable tag points to now (``order: digest``)."""
    digest: str = yield DigestOf(tag)
    objection, evidence = yield from examine(policy.gates, tag, digest, frozenset({tag}))
    verdict = objection or Verdict(tag, accepted=True, reason="followed by its digest")
    selection = Selection(tag if objection is None else None, (verdict,), None)
    return Judgement(selection, {tag: evidence}, f"{tag}: {objection.reason}" if objection else "")


def described(evidence: Evidence, *, pinned: bool) -> Talk[Evidence]:
    """The evidence with what the image says of itself.

    Reading it is also the proof that the digest names something: where the digest gets pinned, it must
    succeed. Elsewhere it is a courtesy to the reviewer, and a failing one changes nothing.
    """
    try:
        found = yield DescriptionOf(evidence.digest)
    except RegistryError as error:
        if pinned and error.id != NO_IMAGE:
            raise
        return evidence
    return replace(evidence, described=found, platforms=found.platforms)


def _doubt(listing: Listing, current: str | None, *, accepted: bool) -> str:
    """Why a list is no ground to propose anything."""
    if listing.doubt:
        return listing.doubt
    if current is not None and accepted and current not in listing.tags:
        return (
            f"the current tag {current} is no longer in the registry, so the list may not be whole; "
            "write a tag that is there to go on"
        )
    return ""


def _all_rejected(rejected: Mapping[str, Verdict]) -> str:
    """The newest candidate and what speaks against it: the one that somebody waits for."""
    tag, verdict = next(iter(rejected.items()))
    others = len(rejected) - 1
    more = f"; {others} older candidate{'s' if others > 1 else ''} did not pass either" if others else ""
    return f"{tag}: {verdict.reason}{more}"
