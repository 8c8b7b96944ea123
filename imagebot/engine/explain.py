"""Explain an image: every candidate tag with its verdict, and what was gathered for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagebot.engine.questions import TagsOf, converse
from imagebot.engine.verdict import Judgement, follow, judge, ranked
from imagebot.plan import Explanation, Scanned, Subject
from imagebot.policies.policy import Selection

if TYPE_CHECKING:
    from imagebot.engine.questions import Talk
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Listing, Registries


def subjects(references: Sequence[Scanned], current: str | None) -> tuple[Subject, ...]:
    """Distinct (image, policy, current tag) among managed references, in the order they come.

    A reference without a tag has nothing to compare with and is left out, unless a tag is given.
    """
    found: dict[tuple[ImageName, str, str | None], list[Scanned]] = {}
    for item in references:
        tag = current or item.reference.image.tag
        if item.policy is not None and tag is not None:
            found.setdefault((item.reference.image.name, item.policy.name, tag), []).append(item)
    return tuple(
        Subject(name, places[0].policy, tag, places[0].why, tuple(places))
        for (name, _, tag), places in found.items()
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
        policy, current = subject.policy, subject.current
        if policy.tags.order != "digest":
            if listing is None:
                listing = yield TagsOf()
            found.append((yield from _chosen(subject, listing)))
        elif current is not None:
            judgement = yield from follow(policy, current)
            found.append(Explanation(subject, judgement.selection, judgement.evidence, judgement.stays))
        else:
            found.append(Explanation(subject, Selection(None, (), None), {}))
    return found


def _chosen(subject: Subject, listing: Listing) -> Talk[Explanation]:
    """A verdict for every tag, over all major versions where the policy asks for each."""
    deployed = frozenset([subject.current] if subject.current else [])
    tags = yield from ranked(subject.policy, listing, deployed)
    choice = tags.ranking.choose(subject.current)
    judgements: list[Judgement] = []
    for part in choice.parts():
        judgement = yield from judge(tags, part)
        judgements.append(judgement)
    refused = {tag: verdict for judgement in judgements for tag, verdict in judgement.refused.items()}
    gathered = {tag: evidence for judgement in judgements for tag, evidence in judgement.evidence.items()}
    stays = "; ".join(dict.fromkeys(judgement.stays for judgement in judgements if judgement.stays))
    return Explanation(subject, choice.selection(refused), gathered, stays)
