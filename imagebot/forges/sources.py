"""What changed in the sources of the images of a proposal, as far as a forge tells."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from imagebot.errors import ImagebotError
from imagebot.evidence import Comparison, SourceChanges
from imagebot.forges.text.phrases import by_aim
from imagebot.forges.text.source import SourceLinks, source_links

if TYPE_CHECKING:
    from imagebot.evidence import Described, Release
    from imagebot.forges.protocol import Sources
    from imagebot.plan import Update

IMAGES = 30
"""Most images that are asked for: each costs two requests."""

_TAG_LIMIT = 128
_VERSION = ("org.opencontainers.image.version", "org.label-schema.version")


def source_changes(forge: Sources, updates: Iterable[Update]) -> dict[tuple[str, str], SourceChanges]:
    """Release notes and comparison, by image and tag; only links where the forge does not tell them.

    Args:
        forge: Asked for what is on its own host; a failure costs its answer, and nothing else.
        updates: Of one proposal; those whose images say what they were built from are looked up.
    """
    asked = ((key, update) for key, update in by_aim(updates).items() if _links(update).repository)
    return {key: _changes(forge, update) for key, update in islice(asked, IMAGES)}


def _changes(forge: Sources, update: Update) -> SourceChanges:
    links = _links(update)
    return SourceChanges(_release(forge, links, update), _comparison(forge, links))


def _release(forge: Sources, links: SourceLinks, update: Update) -> Release | None:
    try:
        return forge.release(links.repository, release_tags(update.to.tag or "", _described(update)))
    except ImagebotError:
        return None


def _comparison(forge: Sources, links: SourceLinks) -> Comparison | None:
    if not links.old or not links.new or links.old == links.new:
        return None
    only_link = Comparison(links.compare) if links.compare else None
    try:
        return forge.comparison(links.repository, links.old, links.new) or only_link
    except ImagebotError:
        return only_link


def release_tags(tag: str, described: Described | None = None) -> tuple[str, ...]:
    """Git tags that a release may have: as the image tag is, or as the image calls its version."""
    labels = described.labels if described else {}
    names = [tag, *(labels[key] for key in _VERSION if key in labels)]
    return tuple(dict.fromkeys(one for name in names for one in _with_and_without_v(name)))


def _with_and_without_v(name: str) -> tuple[str, ...]:
    if not name or not name.isascii() or not name.isprintable() or len(name) > _TAG_LIMIT:
        return ()
    bare = name[1:] if name[:1] == "v" and name[1:2].isdigit() else name
    return (name, bare if bare != name else f"v{name}") if bare[:1].isdigit() else (name,)


def _links(update: Update) -> SourceLinks:
    return source_links(update.before, _described(update))


def _described(update: Update) -> Described | None:
    return update.evidence.described if update.evidence else None
