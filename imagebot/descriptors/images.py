"""Find images by the keys of a mapping: ``repository`` + ``tag``, ``image``, ``proxyImage``, ``images`` ...

What charts, operators and applications call an image in their settings follows a few habits; they are
told here once, for every kind of descriptor that holds such settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from imagebot.descriptors.looks import is_image_key, names_version
from imagebot.descriptors.nodes import MERGE_KEY, Mapping, Node, Scalar, Sequence, resolved
from imagebot.descriptors.piece import is_empty, unknown_part
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, joined, skipped, whole

_KEY_HINT = re.compile(r"mage|MAGE|repository|Repository|repo\b")
_TAG_KEY = re.compile(r"(?P<of>|.*?[a-z]_|.*?)(?:[tT]ag|TAG)$")
_NAME_ENDS = ("", "Name", "Repository", "Repo", "_name", "_repository", "_repo")
_EMPTY_TAG = "the tag is empty: the chart's own version decides"


@dataclass(frozen=True, slots=True)
class Setting:
    """How the images of one document are to be read.

    Attributes:
        descriptor: Kind of descriptor.
        registry: Host that is put before names without one: ``global.imageRegistry`` of many charts.
        bare: Whether ``image: nginx``, without tag and digest, is an image.
    """

    descriptor: str
    registry: Scalar | None = None
    bare: bool = False


def images_in(source: Source, setting: Setting, node: Node, key: str = "") -> Iterator[Item]:
    """Every image at any depth below a node, in the order of the file; aliases are not followed.

    Args:
        source: The file.
        setting: How to read.
        node: Where to begin.
        key: The key that the node stands under.
    """
    pending = [(key, "", node)]
    while pending:
        key, above, current = pending.pop()
        if isinstance(current, Mapping):
            yield from images_of(source, setting, current, key, above)
            pairs = zip(current.keys, current.values, strict=True)
            pending += [
                (k.value if isinstance(k, Scalar) else "", key, v) for k, v in pairs if type(v) is not Scalar
            ][::-1]
        elif isinstance(current, Sequence):
            pending += [(key, above, item) for item in current.items[::-1]]


def images_of(source: Source, setting: Setting, node: Mapping, key: str = "", above: str = "") -> list[Item]:
    """The images that one mapping names by its own keys, merged ones included.

    Args:
        source: The file.
        setting: How to read.
        node: The mapping.
        key: The key that it stands under.
        above: The key above that one.
    """
    keys = _keys(node)
    if key in {"image", "images"} or above == "images" or is_image_key(key):
        named = _named(keys)
    elif not any(map(_may_name, keys)):
        return []
    else:
        named = None
    found: list[Item] = []
    taken: set[str] = set()
    for tag_key in keys:
        if tags := _TAG_KEY.match(tag_key):
            found += _tagged(source, setting, node, tags["of"], tag_key, taken, named)
    for name_key in keys:
        if name_key not in taken:
            found += _untagged(source, setting, node, name_key, key)
    return found


def split_image(
    source: Source,
    setting: Setting,
    node: Mapping,
    name: Scalar,
    tag: Scalar | None,
    digest: Scalar | None = None,
) -> Item | None:
    """An image whose name, tag and digest stand in scalars of their own; None where it is none."""
    if is_empty(name) or _is_elsewhere(name.value):
        return None
    if is_empty(tag) and is_empty(digest):
        return skipped(source, tag or name, _EMPTY_TAG)
    registry = node.scalar("registry")
    names: list[Scalar | str] = [name]
    if setting.registry is not None and ("registry" in node.last or not _has_host(name.value)):
        names = [setting.registry.value, name]
    elif not is_empty(registry) and registry is not None:
        names = [registry, name]
    own_tag = None if is_empty(tag) else tag
    own_digest = None if is_empty(digest) else digest
    return joined(source, setting.descriptor, names, own_tag, own_digest)


@lru_cache(maxsize=4096)
def _may_name(key: str) -> bool:
    """Whether a key can be one of an image; there are few keys and many mappings."""
    return _KEY_HINT.search(key) is not None


def _keys(node: Mapping) -> list[str]:
    if MERGE_KEY not in node.last:
        return list(node.last)
    merged = [key for mapping in node.merged() for key in mapping.last]
    return list(dict.fromkeys([*node.last, *merged]))


def _named(keys: list[str]) -> str | None:
    """``image: {name: acme/web, tag: ...}``: under a key that says image, a name is one."""
    return "name" if "name" in keys and "repository" not in keys and "image" not in keys else None


def _tagged(
    source: Source,
    setting: Setting,
    node: Mapping,
    of: str,
    tag_key: str,
    taken: set[str],
    named: str | None,
) -> Iterator[Item]:
    """The image whose tag stands under a key of its own."""
    if tag_key in taken:
        return
    tag = node.scalar(tag_key)
    if tag is None and tag_key in node.last:
        return
    name_key = _name_key(node, of) or (named if not of else None)
    name = node.scalar(name_key) if name_key else None
    if name is None or name_key is None:
        return
    if not of and name_key != "image" and not is_empty(node.scalar("image")):
        taken.update({"image", name_key, tag_key})
        yield skipped(source, name, f"`{name_key}` and `image` both name an image here")
        return
    digest = next(filter(None, map(node.scalar, _digest_keys(of))), None)
    if name_key == "image" and names_version(name.value):
        return  # the tag beside a complete reference is not its own
    found = split_image(source, setting, node, name, tag, digest)
    if found is not None:
        taken.update({name_key, tag_key, *_digest_keys(of)})
        yield found


def _name_key(node: Mapping, of: str) -> str | None:
    """The key of the name that a tag belongs to: ``repository`` of ``tag``, ``aImage`` of ``aImageTag``."""
    stem = of.rstrip("_")
    joints = ("", "Image", "_image") if stem else ("", "image")
    candidates = ["repository", "image", "repo"] if not stem else []
    candidates += [stem + joint + end for joint in joints for end in _NAME_ENDS if stem + joint + end]
    if stem in {"image", "Image"}:
        candidates += ["repository", "image"]
    for key in dict.fromkeys(candidates):
        if key in {"Name", "Repository", "Repo", "_name", "_repository", "_repo", "name"}:
            continue
        if stem and not stem.lower().endswith("image") and not is_image_key(key) and "epo" not in key:
            continue
        value = node.scalar(key)
        if value is not None and not is_empty(value):
            return key
    return None


def _digest_keys(of: str) -> tuple[str, ...]:
    return (f"{of}Digest", f"{of}digest") if of else ("digest", "imageDigest", "sha")


def _untagged(source: Source, setting: Setting, node: Mapping, key: str, above: str) -> Iterator[Item]:
    """An image under a key without a tag beside it."""
    value = node.get(key)
    if above == "images" or key in {"images", "extraImages", "additionalImages"}:
        yield from _listed(source, setting, value)
    elif not isinstance(value, Scalar) or is_empty(value):
        return
    elif key == "repository":
        digest = node.scalar("digest")
        if "tag" not in node.last and digest is not None and not is_empty(digest):
            found = split_image(source, setting, node, value, None, digest)
            if found is not None:
                yield found
    elif is_image_key(key):
        yield from _by_key(source, setting, node, key, value)


def _by_key(source: Source, setting: Setting, node: Mapping, key: str, value: Scalar) -> Iterator[Item]:
    version = node.scalar("version")
    if names_version(value.value.strip()):
        yield whole(source, setting.descriptor, value)
    elif unknown_part(value.value):
        if key == "image" or "/" in value.value:
            yield whole(source, setting.descriptor, value)
    elif key != "image":
        return
    elif (
        version is not None
        and not is_empty(version)
        and (setting.bare or "/" in value.value)
        and not _is_elsewhere(value.value)
    ):
        yield joined(source, setting.descriptor, [value], version)
    elif (setting.bare and not _is_elsewhere(value.value)) or names_version(value.value.split("\n")[0]):
        yield whole(source, setting.descriptor, value)


def _listed(source: Source, setting: Setting, value: Node | None) -> Iterator[Item]:
    """References in a list, or in a map from names of one's own."""
    items = value.items if isinstance(value, Sequence) else [value] if value else []
    for item in map(resolved, items):
        if isinstance(item, Scalar) and names_version(item.value):
            yield whole(source, setting.descriptor, item)


def _has_host(name: str) -> bool:
    first, slash, _ = name.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")


def _is_elsewhere(name: str) -> bool:
    """Whether a repository is one of Git or charts: with a tag beside it, it is no image."""
    return "://" in name or name.startswith("git@") or name.endswith(".git") or " " in name
