"""Versions by SemVer 2.0.0, and the lenient forms that images use."""

from __future__ import annotations

from imagebot.references.orders.order import Order, Reading, identifier
from imagebot.references.version import TagVersion


def read(text: str) -> Reading | None:
    """``[v]N[.N[.N[.N]]][pre-release][suffix]``."""
    version = TagVersion.parse(text)
    return Reading(version.precedence, version) if version else None


ORDER = Order("semver", "not a version", read, identifier, versions=True)
