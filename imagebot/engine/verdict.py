"""The tag that a reference should have: rules first, then what the images behind the tags show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from imagebot.engine.dating import NO_IMAGE, dates
from imagebot.engine.gates import examine, passes_later
from imagebot.engine.questions import DescriptionOf, DigestOf, Talk
from imagebot.errors import RegistryError
from imagebot.forges.text.source import repository_of, revision_of
from imagebot.policies.policy import Selection, Verdict
from imagebot.policies.selection import Ranking, rank

if TYPE_CHECKING:
    from imagebot.evidence import Described, Evidence
    from imagebot.plan import Pin
    from imagebot.policies.policy import Policy
    from imagebot.policies.selection import Choice
    from imagebot.registries.protocol import Listing

LOOKED_INTO = 20
"""Most candidates whose images are looked into: each costs requests, and the newest ones matter."""

_NOT_LOOKED_INTO = f"not looked into: {LOOKED_INTO} newer candidates did not pass"


@dataclass(frozen=True, slots=True)
class Ranked:
    """The tags of a repository under one policy: read and sorted once, whatever is deployed.

    Attributes:
        tags: All of them.
        doubt: Why nothing is proposed from them; empty if they may be used.
    """

    policy: Policy
    tags: frozenset[str]
    ranking: Ranking
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy makes of a repository for one tag that is deployed.

    Attributes:
        selection: What is selected; verdicts are left to who reads them (``Choice.selection``).
        evidence: What was gathered, by tag.
        stays: Why nothing moves, whatever is selected; empty if nothing speaks against it.
        refused: Verdicts on tags whose images did not pass.
        pending: The gate that still holds what is selected, where the policy proposes it as a draft.
    """

    selection: Selection
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    stays: str = ""
    refused: Mapping[str, Verdict] = field(default_factory=dict)
    pending: str = ""


def ranked(policy: Policy, listing: Listing, deployed: frozenset[str]) -> Talk[Ranked]:
    """Read and sort the tags of a repository.

    Args:
        policy: With any order but ``digest``.
        listing: The repository's tags.
        deployed: Tags that are deployed.
    """
    found = yield from dates(policy, listing.tags, deployed)
    ranking = rank(policy.tags, listing.tags, found.by_tag)
    return Ranked(policy, frozenset(listing.tags), ranking, listing.doubt or found.doubt)


def judge(ranked: Ranked, choice: Choice) -> Talk[Judgement]:
    """Choose among the tags of a repository."""
    if stays := _doubt(ranked, choice):
        return Judgement(choice.decided(), stays=stays)
    policy, pending = ranked.policy, ""
    candidates = _candidates(policy, choice)
    refused: dict[str, Verdict] = {}
    gathered: dict[str, Evidence] = {}
    for tag in choice.accepted():
        if tag == choice.current:
            break  # it is where it should be: nothing needs to be shown of it
        if len(gathered) == LOOKED_INTO:
            refused[tag] = Verdict(tag, accepted=False, reason=_NOT_LOOKED_INTO, rule="looked-into")
            continue
        digest: str = yield DigestOf(tag)
        objection, gathered[tag] = yield from examine(policy.gates, tag, digest, candidates)
        pending = passes_later(policy, objection, gathered[tag])
        if objection is None or pending:
            break
        refused[tag] = objection
    selection = choice.decided(refused)
    stays = _all_refused(refused) if refused and selection.selected in {None, choice.current} else ""
    return Judgement(selection, gathered, stays, refused, pending)


def _candidates(policy: Policy, choice: Choice) -> frozenset[str]:
    """Tags whose push times one question can ask for; none where no gate looks at them."""
    if policy.gates.min_age is None:
        return frozenset()
    return frozenset(islice((tag for tag in choice.accepted() if tag != choice.current), LOOKED_INTO + 1))


def follow(policy: Policy, tag: str) -> Talk[Judgement]:
    """Look at what a mutable tag points to now (``order: digest``)."""
    digest: str = yield DigestOf(tag)
    objection, evidence = yield from examine(policy.gates, tag, digest, frozenset({tag}))
    if pending := passes_later(policy, objection, evidence):
        objection = None
    verdict = objection or Verdict(tag, accepted=True, reason="followed by its digest")
    selection = Selection(tag if objection is None else None, (verdict,), None)
    stays = f"{tag}: {objection.reason}" if objection else ""
    return Judgement(selection, {tag: evidence}, stays, pending=pending)


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


def ran_before(source: Pin, evidence: Evidence) -> Talk[Described | None]:
    """What the image that runs now says of itself, where there is something to compare: a courtesy.

    Args:
        source: What is written now.
        evidence: Of the image that it moves to.
    """
    if not _comparable(evidence.described):
        return None
    try:
        digest: str | None = source.digest
        if digest is None and source.tag is not None:
            digest = yield DigestOf(source.tag)
        if not digest or digest == evidence.digest:
            return None
        found: Described = yield DescriptionOf(digest)
    except RegistryError:
        return None
    return found


def _comparable(described: Described | None) -> bool:
    """Whether an image names source and revision, or runs on several platforms."""
    if described is None:
        return False
    return len(described.platforms) > 1 or bool(repository_of(described) and revision_of(described))


def _doubt(ranked: Ranked, choice: Choice) -> str:
    """Why a list is no ground to propose anything."""
    if ranked.doubt:
        return ranked.doubt
    current = choice.current
    if current is not None and current not in ranked.tags and any(choice.accepted()):
        return (
            f"the current tag {current} is no longer in the registry, so the list may not be whole; "
            "write a tag that is there to go on"
        )
    return ""


def _all_refused(refused: Mapping[str, Verdict]) -> str:
    """The newest candidate and what speaks against it: the one that somebody waits for."""
    tag, verdict = next(iter(refused.items()))
    others = len(refused) - 1
    more = f"; {others} older candidate{'s' if others > 1 else ''} did not pass either" if others else ""
    return f"{tag}: {verdict.reason}{more}"
