"""Tell by its characters whether a text looks like an image reference."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import lru_cache

from imagebot.errors import InvalidReference
from imagebot.references.image import ImageReference, parts

_WORDS = (
    b"mage",
    b"MAGE",
    b"repository",
    b"newTag",
    b"hart",
    b"oci:",
    b"docker:",
    b"dockerfile",
    b"package",
    b"substitute",
    b"HelmRepository",
    b"@sha256:",
)
"""What a file must hold anywhere to hold an image: searching for them one by one is what is fast."""

_HOSTED = r"/[\w./-]+[:@]\w"
"""From the end of a host to the tag; what stands before is looked at afterwards: `/` is quick to find."""
_HOSTED_BYTES = re.compile(_HOSTED.encode())
_HOSTED_TEXT = re.compile(_HOSTED)
_ENDS_LIKE_HOST = re.compile(rb"(?:\.[a-z]{2,}(?::\d+)?|:\d+|\.\d+|localhost)\Z")
_HOST = string.ascii_lowercase + string.digits + ".-"
_HOST_LIMIT = 253

QUALIFIED = re.compile(
    r"(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d{1,5})?"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?"
    r"|localhost(?::\d{1,5})?|[a-z0-9-]+:\d{1,5})"
    r"(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+"
    r"(?::[A-Za-z0-9_][\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})"
    r"(?![\w/:@]|[.-]\w)"
)
"""A reference that names its host and a tag or digest: hardly anything else looks like that."""

_NOT_BEFORE = re.compile(r"[\w./@:$}-]\Z")
_SCHEMES = ("oci://", "docker://", "docker-image://", "containers-storage:", "docker-daemon:")
_KEY = re.compile(
    r"(?i:image)$|[iI]mage_?(?:[nN]ame|[rR]ef(?:erence)?|[uU]r[il]|Url|Uri)$"
    r"|(?:^|_)IMAGE(?:_(?:NAME|REF|URI|URL))?$|^RELATED_IMAGE_"
)
_FILE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|ico|webp|bmp|tiff?|qcow2|img|iso|vmdk|raw)(?:\?.*)?$", re.IGNORECASE
)
_NO_IMAGE = ("://", " ", "\n", "\t")


def has_hint(content: bytes) -> bool:
    """Whether bytes hold a word that goes with images, or what may be a reference with its host."""
    return any(word in content for word in _WORDS) or any(
        _ENDS_LIKE_HOST.search(content, max(0, found.start() - _HOST_LIMIT), found.start())
        for found in _HOSTED_BYTES.finditer(content)
    )


def qualified_in(text: str) -> Iterator[re.Match[str]]:
    """Every reference in a text that names its host; found from the end of the host, which is rare."""
    at = done = 0
    while (sign := _HOSTED_TEXT.search(text, at)) is not None:
        start = _host_start(text, max(done, sign.start() - _HOST_LIMIT), sign.start())
        found = QUALIFIED.match(text, start) if _may_begin(text, start) else None
        if found is not None:
            yield found
            done = found.end()
        at = found.end() if found else sign.end() - 1


def _host_start(text: str, start: int, end: int) -> int:
    """Where the host begins that ends at an offset, with or without a port."""
    before = text[start:end]
    name, colon, port = before.rpartition(":")
    if colon and port.isdecimal():
        before = name
    return start + len(before.rstrip(_HOST))


def _may_begin(text: str, start: int) -> bool:
    """Whether a reference may begin here: not within an address, but behind a scheme of registries."""
    before = text[max(0, start - 20) : start]
    return _NOT_BEFORE.search(before) is None or before.endswith(_SCHEMES)


@lru_cache(maxsize=4096)
def is_image_key(key: str) -> bool:
    """Whether a key says that its value is an image: ``proxyImage``, ``imageName``, ``WEB_IMAGE``."""
    return _KEY.search(key) is not None


def is_file_name(value: str) -> bool:
    """Whether a text is the name of a picture or of a disk."""
    return _FILE.search(value) is not None


def names_version(value: str) -> bool:
    """Whether a text is a reference with a tag or a digest; a bare word is not told from any other word."""
    if any(sign in value for sign in _NO_IMAGE):
        return False
    if ":" not in value and "@" not in value:
        return False
    try:
        found = parts(value)
        ImageReference.of(value, found)
    except InvalidReference:
        return False
    return found.tag is not None or found.digest is not None


def is_qualified(value: str) -> bool:
    """Whether a text is a reference with a registry host and a tag or digest."""
    return QUALIFIED.fullmatch(value) is not None and names_version(value)
