"""How far an update reaches, and who is left where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from imagebot.forges.text.phrases import count, environments, image
from imagebot.forges.text.words import code

if TYPE_CHECKING:
    from imagebot.forges.text.page import Page
    from imagebot.plan import Scanned, Update

_SHOWN = 6


def reach(page: Page) -> str:
    """Files and environments that change, and the environments that stay."""
    places = environments(page.updates)
    files = count(len({u.reference.path for u in page.updates}), "file")
    changed = f"{files}, {count(len(places), 'environment')}" if places else files
    staying = dict.fromkeys(stay for u in page.updates for stay in page.elsewhere.get(image(u), ()))
    if len({image(update) for update in page.updates}) == 1:
        named = [f"{code(place)} stays at {code(tag)}" for place, tag in staying]
    else:  # a version says nothing where nobody knows of which image
        named = list(dict.fromkeys(f"{code(place)} stays as it is" for place, _ in staying))
    more = f" and {count(len(named) - _SHOWN, 'other')}" if len(named) > _SHOWN else ""
    return "; ".join([changed, *([", ".join(named[:_SHOWN]) + more] if named else [])])


def staying(
    references: Iterable[Scanned], updates: Iterable[Update]
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The tags at which other environments stay, by image: what ``body`` takes as ``elsewhere``.

    Args:
        references: Every reference of the scan.
        updates: Of one proposal.
    """
    moving = {image(update): set[str | None]() for update in updates}
    for update in updates:
        moving[image(update)].add(update.scanned.environment)
    found: dict[str, dict[tuple[str, str], None]] = {name: {} for name in moving}
    for item in references:
        name, place = str(item.reference.image.name), item.environment
        if name in moving and place and place not in moving[name] and item.reference.image.tag:
            found[name][place, item.reference.image.tag] = None
    return {name: tuple(stays) for name, stays in found.items() if stays}
