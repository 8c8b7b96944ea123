"""Versions by PEP 440, as Python packages write them: ``1.0.dev3``, ``1.0b2``, ``1.0``, ``1.0.post1``.

Source: https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

from imagebot.references.orders.order import Order, Reading, identifier
from imagebot.references.ranges import Range
from imagebot.references.version import Identifier, TagVersion

_LETTERS = ("dev", "a", "b", "rc")
_PLAIN = re.compile(r"[vV]?[0-9]{1,40}(?:\.[0-9]{1,40}){0,3}(?!\.?[0-9])[0-9A-Za-z._-]{0,256}")
_NO_DEV: Identifier = (1, 0, "")
"""Above every number: what is no development release comes after all that are."""


def read(text: str) -> Reading | None:
    """A version without epoch and local part: tags have neither."""
    version = _version(text)
    return Reading(version.precedence, version) if version else None


def _version(text: str) -> TagVersion | None:
    if not _PLAIN.fullmatch(text):
        return None
    try:
        found = Version(text)
    except InvalidVersion:
        return None
    prefix = text[0] if text[0] in "vV" else ""
    kind, identifiers = _phase(found)
    core = TagVersion(text, prefix, found.release, (), "", ()).core
    return TagVersion(
        text, prefix, found.release, _prerelease(found), "", (), precedence=(core, kind, identifiers)
    )


def _prerelease(found: Version) -> tuple[str, ...]:
    """Its letters and number; a development version of a post-release comes after the release: none."""
    if found.pre:
        return (found.pre[0], str(found.pre[1]))
    return ("dev", str(found.dev)) if found.dev is not None and found.post is None else ()


def _phase(found: Version) -> tuple[int, tuple[Identifier, ...]]:
    """Before the release, the release itself, or after it; and how far."""
    dev = _NO_DEV if found.dev is None else _number(found.dev)
    post = _number(0 if found.post is None else found.post + 1)
    if found.pre:
        return 0, (_number(_LETTERS.index(found.pre[0])), _number(found.pre[1]), post, dev)
    if found.post is not None:
        return 2, (post, dev)
    if found.dev is not None:
        return 0, (_number(_LETTERS.index("dev")), dev)
    return 1, ()


def _number(number: int) -> Identifier:
    return (0, number, "")


def parse_range(text: str) -> Range:
    """A range whose bounds may be pre-releases, such as ``>=1.0-rc1``."""
    return Range.parse(text, _version)


ORDER = Order("pep440", "not a version by PEP 440", read, identifier, parse_range, versions=True)
