"""Version constraints of Masterminds/semver, which Flux, Argo CD Image Updater and Helm use, as ranges.

Source: https://github.com/Masterminds/semver#checking-version-constraints. There a constraint lets
pre-releases in by naming one (``-0``); here ``prereleases`` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagebot.references.ranges import InvalidRange, Range

_WILD = re.compile(
    r"(?P<sign>[=!<>~^]*)\s*[vV]?(?P<numbers>(?:[0-9]+\.){0,2})[xX*](?:\.[xX*])*(?P<pre>-[0-9A-Za-z.-]+)"
)
_PRERELEASE = re.compile(r"(?:[0-9]|[xX*])-[0-9A-Za-z]")
_EVERYTHING = re.compile(r"(?:>=|[~^=])?\s*v?(?:\*|x|X|0(?:\.0){0,2})(?:-0)?")


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint in imagebot's words.

    Attributes:
        range: Text of ``range``; empty where every version is allowed.
        prereleases: Whether it lets pre-releases in.
    """

    range: str
    prereleases: bool


def constraint(text: str) -> Constraint:
    """Translate a constraint.

    Raises:
        InvalidRange: If it is none, or cannot be said here.
    """
    text = text.strip()
    prereleases = _PRERELEASE.search(text) is not None
    if _EVERYTHING.fullmatch(text):
        return Constraint("", prereleases)
    written = _WILD.sub(_partial, text).replace("=>", ">=").replace("=<", "<=")
    Range.parse(written)
    return Constraint(written, prereleases)


def _partial(found: re.Match[str]) -> str:
    """``1.x-0`` is ``~1-0``: a range of imagebot's has no wildcard before a pre-release."""
    numbers = found["numbers"].rstrip(".")
    if not numbers:
        if found["sign"] in {"", "=", ">=", "~", "^"}:
            return f">=0.0.0{found['pre']}"
        raise InvalidRange(f"{found[0]!r} allows nothing", 0)
    sign = "~" if found["sign"] in {"", "="} else found["sign"]
    return f"{sign}{numbers}{found['pre']}"
