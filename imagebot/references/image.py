r"""Image references: the grammar and the normalisation of ``distribution/reference``.

Sources: https://github.com/distribution/reference (``regexp.go``, ``reference.go``, ``normalize.go``).
A Helm chart of a repository that is no registry is named by its address: ``https://host/path/chart:version``.
All classes are spelled out in ASCII and matched to the last character: ``$`` would let a final newline
through and ``\w`` would let letters of every script through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from imagebot.errors import InvalidReference
from imagebot.untrusted import clean, without_secrets

DOCKER_HUB = "docker.io"
CHART_SCHEMES = ("https://", "http://")
"""How the address of a chart begins whose repository is no registry."""
TAG_GRAMMAR = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
"""An expression for who asks more of a tag than ``is_tag``."""

PATH_LIMIT = 255
_SHOWN = 200

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?")
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+"
_CHART = re.compile(rf"(https?)://({_HOST.pattern})/({_SEGMENT}(?:/{_SEGMENT})*)")
"""An address whose path holds only what RFC 3986 calls unreserved, so that it is written in one way."""
_TAG = re.compile(TAG_GRAMMAR)
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}")
_IMAGE_ID = re.compile(r"[a-f0-9]{64}")


@dataclass(frozen=True, slots=True, order=True)
class ImageName:
    """A normalised repository name: ``docker.io/library/nginx`` for ``nginx``.

    Attributes:
        host: Registry host with optional port, ``docker.io`` for Docker Hub.
        path: Repository path on that host, ``library/`` included on Docker Hub.
        scheme: Empty for a repository of a registry; ``https`` or ``http`` for a chart of a chart
            repository, whose path is that of the repository with the chart's name behind it.
    """

    host: str
    path: str
    scheme: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.path}" if self.scheme else f"{self.host}/{self.path}"

    @classmethod
    def parse(cls, text: str) -> ImageName:
        """Parse a name without tag and digest.

        Raises:
            InvalidReference: If the text is no name, or carries a tag or digest.
        """
        reference = ImageReference.parse(text)
        if reference.tag is not None or reference.digest is not None:
            raise _invalid(text, "a name is wanted, without tag and digest")
        return reference.name


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A parsed reference. ``str()`` gives the normalised form.

    Attributes:
        name: Normalised repository name.
        tag: Tag, or None where none is written; never defaulted to ``latest``. Of a chart of a chart
            repository, its version, which may hold ``+``.
        digest: ``sha256:<64 hex>`` or ``sha512:<128 hex>``, or None.
    """

    name: ImageName
    tag: str | None = None
    digest: str | None = None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"

    @classmethod
    def parse(cls, text: str) -> ImageReference:
        """Parse ``[host[:port]/]path[:tag][@digest]``, or the address of a chart, and normalise its name.

        >>> str(ImageReference.parse("nginx:1.27"))
        'docker.io/library/nginx:1.27'
        >>> str(ImageReference.parse("https://Charts.example.com/stable/web:1.2.3"))
        'https://charts.example.com/stable/web:1.2.3'

        Raises:
            InvalidReference: If the text is no reference, with the part that is wrong.
        """
        return cls.of(text, parts(text))

    @classmethod
    def of(cls, text: str, found: Parts) -> ImageReference:
        """Normalise a reference whose parts are known.

        Raises:
            InvalidReference: If its name is none, or a chart of a chart repository has a digest.
        """
        name = _normalised(text[slice(*found.name)])
        if name.scheme and found.digest:
            raise _invalid(text, "a chart repository has no digests to ask for")
        return cls(
            name,
            text[slice(*found.tag)] if found.tag else None,
            text[slice(*found.digest)] if found.digest else None,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Half-open offsets of the parts of a written reference, without ``:`` and ``@``."""

    name: tuple[int, int]
    tag: tuple[int, int] | None
    digest: tuple[int, int] | None


def parts(text: str) -> Parts:
    """Find name, tag and digest in a written reference.

    Raises:
        InvalidReference: If tag or digest is malformed, or the name is empty.
    """
    at = text.find("@")
    end = at if at >= 0 else len(text)
    colon = text.rfind(":", text.rfind("/", 0, end) + 1, end)
    if colon >= 0 and text[:colon].startswith("[") and "]" not in text[:colon]:
        colon = -1  # a colon of a bracketed address, not of a tag
    name_end = colon if colon >= 0 else end
    tag = (colon + 1, end) if colon >= 0 else None
    digest = (at + 1, len(text)) if at >= 0 else None
    if name_end == 0:
        raise _invalid(text, "it names no repository")
    is_legal = is_version if text.startswith(CHART_SCHEMES) else is_tag
    if tag and not is_legal(text[slice(*tag)]):
        raise _invalid(text, "the tag is not one: letters, digits, `_`, `.` and `-`, at most 128")
    if digest and not is_digest(text[slice(*digest)]):
        raise _invalid(text, "the digest is not `sha256:` and 64, or `sha512:` and 128 lower-case hex digits")
    return Parts((0, name_end), tag, digest)


def is_tag(text: str) -> bool:
    """Whether a text is a legal tag."""
    return _TAG.fullmatch(text) is not None


def is_version(text: str) -> bool:
    """Whether a text is a legal tag, or may be the version of a chart, which can hold ``+`` besides."""
    return _VERSION.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether a text is a digest of an algorithm that registries use: sha256 or sha512."""
    return _DIGEST.fullmatch(text) is not None


@lru_cache(maxsize=8192)
def _normalised(name: str) -> ImageName:
    """A config repository names few images in many places."""
    text = name
    if _IMAGE_ID.fullmatch(name):
        raise _invalid(text, "64 hex digits are an image id, not a name")
    if name.startswith(CHART_SCHEMES):
        return _chart(name)
    host, path = _split(name)
    if host == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    if not _HOST.fullmatch(host):
        raise _invalid(text, f"{clean(host, 60)!r} is not a registry host")
    if not _PATH.fullmatch(path):
        upper = "; repository names are lower-case" if path != path.lower() else ""
        raise _invalid(text, f"{clean(path, 60)!r} is not a repository path{upper}")
    if len(path) > PATH_LIMIT:
        raise _invalid(text, f"the repository path is longer than {PATH_LIMIT} characters")
    return ImageName(host, path)


def _chart(address: str) -> ImageName:
    found = _CHART.fullmatch(address)
    if found is None or len(found[3]) > PATH_LIMIT:
        raise _invalid(
            address,
            "the address of a chart is https://host[:port]/path/chart, without credentials and escapes",
        )
    return ImageName(found[2].lower(), found[3], found[1])


def _split(name: str) -> tuple[str, str]:
    """Host and path; what does not look like a host belongs to Docker Hub."""
    first, slash, rest = name.partition("/")
    if not slash or not _looks_like_host(first):
        return DOCKER_HUB, name
    return (DOCKER_HUB if first == f"index.{DOCKER_HUB}" else first), rest


def _looks_like_host(component: str) -> bool:
    return component == "localhost" or "." in component or ":" in component or component != component.lower()


def _invalid(text: str, why: str) -> InvalidReference:
    return InvalidReference(
        f"{clean(without_secrets(text), _SHOWN)!r} is not an image reference: {why}",
        hint="write [host[:port]/]path[:tag][@digest], such as ghcr.io/acme/web:1.4.2",
    )
