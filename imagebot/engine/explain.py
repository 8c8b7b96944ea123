"""Explain an image: every candidate tag with its verdict, and what was gathered for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.engine.pinning import named_by_digest, tag_of
from imagebot.engine.questions import TagsOf, converse
from imagebot.engine.settle import settle, why_not
from imagebot.engine.verdict import Judgement, Ranked, follow, judge, ranked
from imagebot.plan import Explanation, Scanned, Subject
from imagebot.policies.policy import Selection

if TYPE_CHECKING:
    from imagebot.engine.questions import Talk
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Listing, Registries


def subjects(references: Sequence[Scanned], current: str | None) -> tuple[Subject, ...]:
    """Distinct (image, policy, what is deployed) among managed references, in the order they come.

    A reference without a tag has nothing to compare with and is left out, unless a tag is given, or its
    policy finds out which tag its digest is.
    """
    found: dict[tuple[ImageName, str, str | None, str | None], list[Scanned]] = {}
    for item in references:
        image, policy = item.reference.image, item.policy
        tag = current or image.tag
        digest = None if tag or policy is None or not named_by_digest(policy) else image.digest
        if policy is not None and (tag or digest):
            found.setdefault((image.name, policy.name, tag, digest), []).append(item)
    return tuple(
        Subject(name, places[0].policy, tag, places[0].why, tuple(places))
        for (name, _, tag, _), places in found.items()
        if places[0].policy is not None
    )


def explain(subjects: Sequence[Subject], registries: Registries) -> tuple[Explanation, ...]:
    """Ask the registry what the verdicts need and nothing more.

    Raises:
        ImagebotError: If the registry cannot answer.
    """
    by_name: dict[ImageName, list[Subject]] = {}
    for subject in subjects:
        by_name.setdefault(subject.name, []).append(subject)
    return tuple(
        explanation
        for name, members in by_name.items()
        for explanation in converse(_explained(members), name, registries)
    )


def _explained(subjects: Sequence[Subject]) -> Talk[list[Explanation]]:
    """The explanations of one image under several policies or tags."""
    listing: Listing | None = None
    found = []
    for subject in subjects:
        if subject.policy.tags.order != "digest":
            if listing is None:
                listing = yield TagsOf()
            found.append((yield from _chosen(subject, listing)))
        elif subject.current is not None:
            judgement = yield from follow(subject.policy, subject.current)
            stays = yield from _stays(subject, None, judgement.stays)
            found.append(Explanation(subject, judgement.selection, judgement.evidence, stays))
        else:
            found.append(Explanation(subject, Selection(None, (), None), {}))
    return found


def _chosen(subject: Subject, listing: Listing) -> Talk[Explanation]:
    """A verdict for every tag, over all major versions where the policy asks for each."""
    deployed = frozenset([subject.current] if subject.current else [])
    tags = yield from ranked(subject.policy, listing, deployed)
    digest = subject.places[0].reference.image.digest if subject.places else None
    if subject.current is None and digest is not None:
        subject = replace(subject, current=(yield from tag_of(tags.ranking.newest_first(), digest)))
    choice = tags.ranking.choose(subject.current)
    judgements: list[Judgement] = []
    for part in choice.parts():
        judgement = yield from judge(tags, part)
        judgements.append(judgement)
    refused = {tag: verdict for judgement in judgements for tag, verdict in judgement.refused.items()}
    gathered = {tag: evidence for judgement in judgements for tag, evidence in judgement.evidence.items()}
    known = "; ".join(dict.fromkeys(judgement.stays for judgement in judgements if judgement.stays))
    stays = yield from _stays(subject, tags, known)
    return Explanation(subject, choice.selection(refused), gathered, stays)


def _stays(subject: Subject, tags: Ranked | None, known: str) -> Talk[str]:
    """Why nothing moves in the places where it is deployed, as a plan would say it.

    Args:
        subject: What is explained; where it is supposed to be another tag than is written, no place counts.
        tags: Of the repository under its policy.
        known: Why nothing moves wherever it is.
    """
    reasons = {known: None} if known else {}
    for item in subject.places:
        if item.managed and item.reference.image.tag in {None, subject.current}:
            moves = yield from settle(item, tags)
            reasons |= dict.fromkeys(reason for move in moves if (reason := why_not(item, move)))
    return "; ".join(reasons)
