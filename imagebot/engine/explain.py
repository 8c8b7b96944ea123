"""Explain an image: every candidate tag with its verdict, from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagebot.plan import Explanation, Scanned, Subject
from imagebot.policies.policy import Selection, Verdict
from imagebot.policies.selection import select

if TYPE_CHECKING:
    from imagebot.references.image import ImageName
    from imagebot.registries.protocol import Registries


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


def explain(subject: Subject, registries: Registries) -> Explanation:
    """Ask the registry and judge every tag.

    Raises:
        RegistryError: If the registry cannot answer.
    """
    if subject.policy.tags.order == "digest":
        tags: tuple[str, ...] = (subject.current,) if subject.current else ()
        selection = _followed(tags)
    else:
        selection = select(subject.policy.tags, registries.tags(subject.name), subject.current)
    wanted = (selection.selected,) if selection.selected else ()
    digests = {tag: registries.digest(subject.name, tag) for tag in wanted}
    return Explanation(subject, selection, digests)


def _followed(tags: tuple[str, ...]) -> Selection:
    """The outcome of ``order: digest``: the current tag, whatever it holds now."""
    verdicts = tuple(Verdict(tag, True, "followed by its digest") for tag in tags)  # noqa: FBT003 - an accepted tag
    return Selection(tags[0] if tags else None, verdicts, None)
