"""What stands around an image in settings, and how its name is put together from that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from imagebot.descriptors.image_keys import registry_keys
from imagebot.descriptors.looks import is_image_key
from imagebot.descriptors.nodes import Mapping, Scalar
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import NO_NAME, Hole, Pending, Variable
from imagebot.descriptors.written import Item, name_pieces, skipped


@dataclass(frozen=True, slots=True)
class Setting:
    """How the images of one document are to be read.

    Attributes:
        descriptor: Kind of descriptor.
        registry: Host that is put before a ``repository`` without one: ``global.imageRegistry``.
        bare: Whether ``image: nginx``, without tag and digest, is an image.
        only_beside: Whether that host is put only where a ``registry`` of its own stands beside the name.
        hub: Whether the host and the tag of bare names are set for all of them (``global.hub`` of Istio).
        overlay: Whether a tag alone belongs to the name that the values beside it have under the same keys.
        base: Whether these are the values that overlays beside them belong to.
    """

    descriptor: str
    registry: Scalar | None = None
    bare: bool = False
    only_beside: bool = False
    hub: bool = False
    overlay: bool = False
    base: bool = False


@dataclass(slots=True)
class Reading:
    """One mapping that is being read.

    Attributes:
        key: The key that it stands under.
        above: The key above that one.
        taken: Keys that are told already.
        path: The keys from the root of the document to it.
    """

    source: Source
    setting: Setting
    node: Mapping
    keys: list[str]
    key: str
    above: str
    taken: set[str]
    path: str

    @property
    def is_image(self) -> bool:
        """Whether the keys around it say that the mapping is about an image."""
        return is_image_key(self.key) or self.key == "images" or self.above == "images"


def unnamed(reading: Reading, stem: str, tag: Scalar) -> Item:
    """A tag alone: that of an overlay, whose name stands in the values beside it, or of nothing known."""
    own = any(not is_empty(reading.node.scalar(key)) for key in registry_keys(stem))
    if not reading.setting.overlay or not reading.path or own or reading.setting.registry is not None:
        return skipped(reading.source, tag, NO_NAME)
    try:
        at = piece(reading.source, tag)
    except NotEditable as problem:
        return skipped(reading.source, tag, str(problem))
    parts = (Hole(f"{reading.path}:{stem}", None), ":", at)
    return Pending("helm-values", reading.setting.descriptor, parts, at.place)


def base_name(reading: Reading, names: list[Scalar | str], stem: str) -> Iterator[Item]:
    """The name that overlays beside this file have the tag of."""
    with suppress(NotEditable):
        written = name_pieces(reading.source, names)
        last = written[-1]
        if isinstance(last, Piece):
            name = f"{reading.path}:{stem}"
            yield Variable("helm-values", reading.source.folder, name, last, None, tuple(written[:-1]))


def prefixes(reading: Reading, name_key: str, name: Scalar, stem: str) -> list[Scalar | str]:
    """What stands before a name: the chart's own registry, and an organisation."""
    node, setting = reading.node, reading.setting
    own = next((node.scalar(key) for key in registry_keys(stem) if not is_empty(node.scalar(key))), None)
    before: list[Scalar | str] = []
    if setting.registry is not None and "epository" in name_key:
        if "registry" in node.last or not (has_host(name.value) or setting.only_beside):
            before = [setting.registry.value]
    elif own is not None:
        before = [own]
    organisation = node.scalar("organization") or node.scalar("org")
    if organisation is not None and not is_empty(organisation) and "/" not in name.value:
        before.append(organisation)
    repo = node.scalar("repo")
    if name_key == "name" and repo is not None and not is_empty(repo):
        before.append(repo)
        reading.taken.add("repo")
    return before


def versioned(reading: Reading, value: Scalar) -> list[Scalar | str]:
    """The name before a ``version``, with the repository or registry beside it; none if in doubt."""
    repository = reading.node.scalar("repository")
    if repository is not None and not is_empty(repository):
        reading.taken.add("repository")
        return [repository, value]
    before = prefixes(reading, "image", value, "")
    return [*before, value] if before or reading.setting.bare or "/" in value.value else []


def has_host(name: str) -> bool:
    """Whether a name begins with the host of a registry."""
    first, slash, _ = name.partition("/")
    return bool(slash) and is_host(first)


def is_host(name: str) -> bool:
    """Whether a text is the host of a registry and nothing more."""
    return "/" not in name and ("." in name or ":" in name or name == "localhost")


def is_elsewhere(name: str) -> bool:
    """Whether a repository is one of Git or charts: with a tag beside it, it is no image."""
    if name.startswith(("github.com/", "gitlab.com/", "bitbucket.org/", "git@")) or name.endswith(".git"):
        return True
    return "://" in name or " " in name
