"""Versions as image tags write them: SemVer, and the lenient forms around it.

``[v]N[.N[.N[.N]]][pre-release][suffix][+build]``. Precedence follows SemVer 2.0.0 (https://semver.org, items
10 and 11) for release and pre-release; a build, which versions of charts have and tags cannot, has none; then
the numbers of the suffix; the text itself breaks the last tie. What ``git describe`` writes behind a tag
(``-4-gabc1234``) is a suffix whose commit is no part of its family (``suffix``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import total_ordering

from imagebot.references.suffix import DIGITS, NO_SUFFIX, is_commit, read_suffix

COMPONENTS = 4

_VERSION = re.compile(
    rf"(?P<prefix>[vV]?)(?P<release>[0-9]{{1,{DIGITS}}}(?:\.[0-9]{{1,{DIGITS}}}){{0,{COMPONENTS - 1}}})"
    r"(?P<rest>(?![0-9]|\.(?![A-Za-z]))[^+]*)(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)

Identifier = tuple[int, int, str]
"""A SemVer identifier that sorts by precedence: numbers first and by value, then words by ASCII."""

Precedence = tuple[tuple[int, ...], int, tuple[Identifier, ...]]
_NONE: Precedence = ((), 0, ())
SortKey = tuple[Precedence, tuple[int, ...], str]


@total_ordering
@dataclass(frozen=True, slots=True)
class TagVersion:
    """A tag read as a version.

    Attributes:
        text: As written.
        prefix: ``v``, ``V`` or empty.
        release: One to four numbers; of a date up to seven.
        prerelease: Identifiers such as ``("rc", "1")``; empty for a release.
        family: Suffix with ``#`` for every number that moves with releases: ``-alpine#.#`` for
            ``-alpine3.19``, and ``-jdk17`` for itself.
        numbers: Those numbers, in order.
        layout: How a date is written, such as ``YYYY-MM-DD``; empty for what is none.
        precedence: What SemVer compares; a release comes after its pre-releases. Trailing zeros do not
            count: ``1.2`` and ``1.2.0`` are the same version.
    """

    text: str
    prefix: str
    release: tuple[int, ...]
    prerelease: tuple[str, ...]
    family: str
    numbers: tuple[int, ...]
    layout: str = ""
    precedence: Precedence = field(default=_NONE, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.precedence is not _NONE:
            return
        core = self.release if self.release[-1] else _stripped(self.release)
        precedence = (core, 0, tuple(map(_identifier, self.prerelease))) if self.prerelease else (core, 1, ())
        object.__setattr__(self, "precedence", precedence)

    @classmethod
    def parse(cls, text: str) -> TagVersion | None:
        """Read a tag; None if it is no version.

        >>> TagVersion.parse("v1.2.3-rc1-alpine3.19").family
        '-alpine#.#'
        """
        match = _VERSION.fullmatch(text)
        if match is None:
            return None
        prefix, release, rest = match.group("prefix", "release", "rest")
        suffix = read_suffix(rest) if rest else NO_SUFFIX
        if suffix is None or (suffix.prerelease and is_commit(text)):
            return None  # a commit such as 9f8e7d6 or 4567b89, or a word that begins with digits
        return cls(text, prefix, tuple(map(int, release.split("."))), *suffix)

    @property
    def precision(self) -> int:
        """How many numbers the version has."""
        return len(self.release)

    @property
    def core(self) -> tuple[int, ...]:
        """The release without trailing zeros: equal for 1.2 and 1.2.0."""
        return self.precedence[0]

    def __lt__(self, other: TagVersion) -> bool:
        return self.sort_key < other.sort_key

    @property
    def sort_key(self) -> SortKey:
        """Precedence, then the numbers of the suffix, then the text: total and stable."""
        return (self.precedence, self.numbers, self.text)


def _stripped(release: tuple[int, ...]) -> tuple[int, ...]:
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    return release


def _identifier(part: str) -> Identifier:
    return (0, int(part), "") if part.isascii() and part.isdecimal() else (1, 0, part)
