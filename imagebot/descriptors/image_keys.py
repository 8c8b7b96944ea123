"""The keys under which settings keep the parts of an image.

There are few of them and many mappings, so every answer is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_HINT = re.compile(r"mage|MAGE|repository|Repository|^value$|^hub$")
_TAG = re.compile(r"(?P<stem>.*?_?)(?:[tT]ag|TAG)$")
_NUMBERED = re.compile(
    r"image[A-Z0-9]\w*(?<!Registry)(?<!Repository)(?<!Tag)(?<!Policy)(?<!Secrets)(?<!Version)"
)
_DIGEST = re.compile(r"(?P<stem>.*?)[dD]igest\w*")
_LIST = re.compile(r"images|.*[a-z]Images|imageList|imagesTo\w+")
_NAME_ENDS = ("", "Name", "Repository", "Repo", "_name", "_repository", "_repo")
_ALONE = frozenset(end for end in _NAME_ENDS if end) | {"name", "repo"}


@lru_cache(maxsize=4096)
def may_name(key: str) -> bool:
    """Whether a key can be one of an image."""
    return _HINT.search(key) is not None


@lru_cache(maxsize=4096)
def is_list_key(key: str) -> bool:
    """Whether a key holds several references: ``images``, ``extraImages``, ``imageList``."""
    return _LIST.fullmatch(key) is not None


@lru_cache(maxsize=4096)
def is_numbered_key(key: str) -> bool:
    """Whether a key is one of several images beside each other: ``imageK8S``, ``imageDataplane``."""
    return _NUMBERED.fullmatch(key) is not None


def second_digest(keys: Mapping[str, object], stem: str) -> str:
    """A digest beside an image that is not the one that moves with its tag: ``genericDigest``; or nothing."""
    own = digest_keys(stem)
    for key, value in keys.items():
        found = _DIGEST.fullmatch(key)
        text = getattr(value, "value", "")
        pins = isinstance(text, str) and text.startswith("sha256:")
        if (
            found
            and key not in own
            and pins
            and not any(f"{found['stem']}{tag}" in keys for tag in ("Tag", "tag"))
        ):
            return key
    return ""


@lru_cache(maxsize=4096)
def tag_stem(key: str, *, in_image: bool) -> str | None:
    """What stands before ``tag`` in the key of a tag: ``web`` of ``webTag``, nothing of ``tag``; else None.

    Args:
        key: The key.
        in_image: Whether the keys around say that it is about an image; ``version`` is a tag then.
    """
    found = _TAG.fullmatch(key)
    if found:
        return found["stem"]
    if key == "imageVersion":
        return "image"
    return "" if in_image and key == "version" else None


@lru_cache(maxsize=4096)
def name_keys(stem: str, *, in_image: bool) -> tuple[str, ...]:
    """Keys of the name that a tag belongs to, the likeliest first: ``webImage`` of ``webImageTag``."""
    bare = stem.rstrip("_")
    if not bare:
        own = ("repository", "image", "imageRepository", "imageName", "image_name", "image_repository")
        more = ("containerImage", "baseImage")
        return (*own, *more, "name", "repo", "uri", "url") if in_image else (*own, *more)
    joints = ("",) if bare.lower().endswith("image") else ("", "Image", "_image")
    found = [bare + joint + end for joint in joints for end in _NAME_ENDS]
    if bare == "image":
        found += ["repository"]
    if not bare.lower().endswith("image"):
        found = [key for key in found if "mage" in key or "epo" in key]
    return tuple(key for key in found if key not in _ALONE)


def digest_keys(stem: str) -> tuple[str, ...]:
    """Keys of the digest that belongs to a tag."""
    return (
        (f"{stem}Digest", f"{stem}digest", "digest") if stem else ("digest", "imageDigest", "sha", "sha256")
    )


def registry_keys(stem: str) -> tuple[str, ...]:
    """Keys of the registry that belongs to a name."""
    bare = stem.removesuffix("image").removesuffix("Image").rstrip("_")
    own = (f"{stem}Registry", f"{bare}Registry", f"{bare}ImageRegistry") if stem else ()
    return (*own, "registry", "imageRegistry", "hub")
