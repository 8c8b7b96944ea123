"""Find images by the keys of a mapping: ``repository`` + ``tag``, ``image``, ``proxyImage``, ``images`` ...

What charts, operators and applications call an image in their settings follows a few habits; they are
told here once, for every kind of descriptor that holds such settings.
"""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.image_keys import (
    digest_keys,
    is_list_key,
    is_numbered_key,
    may_name,
    name_keys,
    second_digest,
    tag_stem,
)
from imagebot.descriptors.image_names import (
    Reading,
    Setting,
    base_name,
    has_host,
    is_elsewhere,
    is_host,
    prefixes,
    unnamed,
    versioned,
)
from imagebot.descriptors.looks import is_file_name, is_image_key, names_version
from imagebot.descriptors.nodes import MERGE_KEY, Mapping, Node, Scalar, Sequence, resolved
from imagebot.descriptors.options import option_value
from imagebot.descriptors.piece import is_empty, unknown_part
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, joined, prefixed, skipped, whole

EMPTY_TAG = "the tag is empty: the chart's own version decides"
NO_TAG = "no tag is written: the chart's own version decides"
EMPTY_NAME = "the repository is empty: the chart's own decides where the image is"
NO_VERSION = "no tag or digest is written, so there is nothing to move"


_OF_GIT = frozenset({"branch", "revision", "gitRef"})
"""Keys that a repository has beside it when it is one of Git."""


def images_in(source: Source, setting: Setting, node: Node, key: str = "") -> Iterator[Item]:
    """Every image at any depth below a node, in the order of the file; aliases are not followed.

    Args:
        source: The file.
        setting: How to read.
        node: Where to begin.
        key: The key that the node stands under.
    """
    pending = [(key, "", "", node)]
    while pending:
        key, above, path, current = pending.pop()
        if isinstance(current, Mapping):
            yield from images_of(source, setting, current, key, above, path)
            below = [(k, key, f"{path}.{k}", v) for k, v in current.last.items() if type(v) is not Scalar]
            pending += below[::-1]
        elif isinstance(current, Sequence):
            if source.has_options:
                yield from options_in(source, setting, current)
            pending += [(key, above, "", item) for item in current.items[::-1] if type(item) is not Scalar]


def images_of(
    source: Source, setting: Setting, node: Mapping, key: str = "", above: str = "", path: str = ""
) -> list[Item]:
    """The images that one mapping names by its own keys, merged ones included.

    Args:
        source: The file.
        setting: How to read.
        node: The mapping.
        key: The key that it stands under.
        above: The key above that one.
        path: The keys from the root of the document to it.
    """
    keys = _keys(node)
    reading = Reading(source, setting, node, keys, key, above, set(), path)
    if not reading.is_image and not any(map(may_name, keys)):
        return []
    found: list[Item] = []
    for tag_key in keys:
        stem = tag_stem(tag_key, in_image=reading.is_image)
        if stem is not None and tag_key not in reading.taken:
            found += _tagged(reading, stem, tag_key)
    for name_key in keys:
        if name_key not in reading.taken:
            found += _untagged(reading, name_key)
    return found


def options_in(source: Source, setting: Setting, arguments: Sequence) -> Iterator[Item]:
    """``--sidecar-image=ref`` in a list, and ``--sidecar-image`` with the reference behind it."""
    before = ""
    for argument in map(resolved, arguments.items):
        if not isinstance(argument, Scalar):
            continue
        skip = option_value(argument.value, before)
        if skip is not None:
            yield whole(source, setting.descriptor, argument, skip)
        before = argument.value


def _keys(node: Mapping) -> list[str]:
    if MERGE_KEY not in node.last:
        return list(node.last)
    merged = [key for mapping in node.merged() for key in mapping.last]
    return list(dict.fromkeys([*node.last, *merged]))


def _tagged(reading: Reading, stem: str, tag_key: str) -> Iterator[Item]:
    """The image whose tag stands under a key of its own."""
    node, source = reading.node, reading.source
    tag = node.scalar(tag_key)
    if tag is None:
        return
    name_key = next(
        (k for k in name_keys(stem, in_image=reading.is_image) if not is_empty(node.scalar(k))), None
    )
    name = node.scalar(name_key) if name_key else None
    if name is None or name_key is None:
        asked = reading.is_image or stem.endswith(("image", "Image")) or "hub" in node.last
        if asked and not is_empty(tag):
            yield unnamed(reading, stem, tag)
        return
    if name_key == "name" and "repository" in node.last:
        yield skipped(source, tag, EMPTY_NAME)
        reading.taken.add("name")
        return
    image = node.scalar("image")
    if not stem and name_key == "repository" and image is not None and not is_empty(image):
        reading.taken.update({"image", name_key, tag_key})
        yield skipped(source, name, "`repository` and `image` both name an image here")
    elif "epository" in name_key or not names_version(name.value):  # else the tag is not the image's own
        yield from _split(reading, name_key, name, tag, stem)
        reading.taken.add(tag_key)


def _split(reading: Reading, name_key: str, name: Scalar, tag: Scalar | None, stem: str) -> Iterator[Item]:
    """An image whose name, tag and digest stand in scalars of their own; nothing where it is none."""
    node, source = reading.node, reading.source
    digest_key = next((key for key in digest_keys(stem) if not is_empty(node.scalar(key))), None)
    digest = node.scalar(digest_key) if digest_key else None
    reading.taken.update({name_key, *digest_keys(stem)})
    of_git = name_key == "repository" and not reading.is_image and node.last.keys() & _OF_GIT
    if of_git or is_elsewhere(name.value):
        return
    names = [*prefixes(reading, name_key, name, stem), name]
    if reading.setting.base and reading.path and digest is None:
        yield from base_name(reading, names, stem)
    if second := second_digest(node.last, stem):
        yield skipped(
            source, tag or name, f"`{second}` pins another digest beside it, which would stay behind"
        )
        return
    if is_empty(tag) and digest is None:
        yield skipped(source, tag or name, EMPTY_TAG)
        return
    if len(names) == 1 and is_host(name.value):
        yield skipped(source, tag or name, f"{name.value} is a registry, and no image")
        return
    yield joined(source, reading.setting.descriptor, names, None if is_empty(tag) else tag, digest)


def _untagged(reading: Reading, key: str) -> Iterator[Item]:
    """An image under a key without a tag beside it."""
    node, source, descriptor = reading.node, reading.source, reading.setting.descriptor
    value = node.get(key)
    if is_list_key(key) or reading.above == "images" or (key == "image" and isinstance(value, Sequence)):
        yield from _listed(reading, value)
    if not isinstance(value, Scalar) or is_empty(value) or is_list_key(key):
        return
    if key == "value" and is_image_key(node.text("name")) and names_version(value.value):
        yield whole(source, descriptor, value)
    elif "epository" in key and key[:-10].lower() in {"", "image"}:
        yield from _repository(reading, key, value)
    elif is_image_key(key):
        yield from _by_key(reading, key, value)
    elif is_numbered_key(key) and names_version(value.value):
        yield from _complete(reading, value)
    elif is_image_key(reading.key) and names_version(value.value):
        if key == "name":
            yield from _complete(reading, value)
        elif "/" in value.value:
            yield whole(source, descriptor, value)


def _repository(reading: Reading, key: str, value: Scalar) -> Iterator[Item]:
    """A repository without a tag: pinned by its digest alone, or by nothing at all."""
    stem = key[:-10]
    digests = [key for key in digest_keys(stem) if not is_empty(reading.node.scalar(key))]
    if digests:
        yield from _split(reading, key, value, None, stem)
    elif reading.is_image and not is_elsewhere(value.value) and not names_version(value.value):
        if reading.setting.base and reading.path:
            yield from base_name(reading, [*prefixes(reading, key, value, stem), value], stem)
        yield skipped(reading.source, value, NO_TAG)
    elif reading.is_image and names_version(value.value):
        yield from _complete(reading, value)


def _by_key(reading: Reading, key: str, value: Scalar) -> Iterator[Item]:  # noqa: C901 - a table of habits
    node, source, setting = reading.node, reading.source, reading.setting
    version = node.scalar("version") or node.scalar("imageVersion")
    if names_version(value.value.strip()):
        yield from _complete(reading, value)
    elif unknown_part(value.value):
        if key == "image" or "/" in value.value:
            yield whole(source, setting.descriptor, value)
    elif is_elsewhere(value.value) or is_file_name(value.value):
        return
    elif key == "image" and any(not is_empty(node.scalar(k)) for k in digest_keys("")):
        yield from _split(reading, key, value, None, "")
    elif key == "image" and not is_empty(version) and (names := versioned(reading, value)):
        yield joined(source, setting.descriptor, names, version)
    elif key == "image" and setting.hub:
        yield skipped(source, value, "its host and its tag are set for all images by `global`")
    elif key == "image" and setting.bare:
        yield whole(source, setting.descriptor, value)
    elif ":" in value.value or "@" in value.value:
        yield whole(source, setting.descriptor, value)  # an image by its key, and no reference: that is said
    elif "/" in value.value and key != "image":
        yield skipped(source, value, NO_VERSION)


def _complete(reading: Reading, value: Scalar) -> Iterator[Item]:
    """A reference with a tag or digest, behind the registry that stands beside it."""
    registry = reading.node.scalar("registry")
    if registry is None or is_empty(registry) or has_host(value.value):
        yield whole(reading.source, reading.setting.descriptor, value)
    else:
        yield prefixed(reading.source, reading.setting.descriptor, registry, value)


def _listed(reading: Reading, value: Node | None) -> Iterator[Item]:
    """References in a list, or in a map from names of one's own."""
    items = value.items if isinstance(value, Sequence) else [value] if value else []
    for item in map(resolved, items):
        if isinstance(item, Scalar) and names_version(item.value):
            yield whole(reading.source, reading.setting.descriptor, item)
