"""Versions of Helm charts.

They are SemVer 2.0.0. A tag cannot hold the ``+`` before a build: in registries Helm writes ``_`` for it
(https://helm.sh/docs/topics/registries/), and in descriptors it does not.
"""

from __future__ import annotations

import re

_EXACT = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:[+_][0-9A-Za-z.-]+)?")
_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_STRICT = re.compile(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def is_exact(version: str) -> bool:
    """Whether a version names one version, and no range of them."""
    return _EXACT.fullmatch(version) is not None


def is_strict(version: str) -> bool:
    """Whether a version is SemVer to the letter; a ``v`` before it is let through, as Helm does."""
    return _STRICT.fullmatch(version) is not None


def as_tag(version: str) -> str:
    """The tag that a version has in a registry."""
    return version.replace("+", "_")


def as_version(tag: str) -> str:
    """The version that a tag of a registry stands for."""
    return tag.replace("_", "+")
