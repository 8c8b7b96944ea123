"""Versions as image tags write them: SemVer, and the lenient forms around it.

``[v]N[.N[.N[.N]]][pre-release][suffix][+build]``. Precedence follows SemVer 2.0.0 (https://semver.org, items
10 and 11) for release and pre-release; a build, which versions of charts have and tags cannot, has none; then
the numbers of the suffix; the text itself breaks the last tie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

PRERELEASE_WORDS = (
    *("alpha", "beta", "rc", "cr", "pre", "preview", "prerelease", "dev", "snapshot"),
    *("nightly", "canary", "milestone", "ea", "insiders", "unstable"),
)
"""Words that mean "before the release"; every other word names a suffix family."""

PRERELEASE_LETTERS = ("a", "b", "m")
"""Letters that mean the same with a number behind them: ``1.0b2``, ``2.0.0-M1``."""

COMPONENTS = 4
DIGITS = 40
"""Longest number; no version is longer, and no comparison should cost more."""

_VERSION = re.compile(
    rf"(?P<prefix>[vV]?)(?P<release>[0-9]{{1,{DIGITS}}}(?:\.[0-9]{{1,{DIGITS}}}){{0,{COMPONENTS - 1}}})"
    r"(?P<rest>(?![0-9.])[^+]*|)(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_WORDS = "|".join(sorted(PRERELEASE_WORDS, key=len, reverse=True))
_LETTERS = "|".join(PRERELEASE_LETTERS)
_PRERELEASE = re.compile(
    rf"(?:^|[-._])(?:(?P<word>{_WORDS})(?P<ids>(?:[-._]?[0-9]{{1,{DIGITS}}})?(?:\.[0-9A-Za-z]+)*)"
    rf"|(?P<letter>{_LETTERS})(?P<number>[-._]?[0-9]{{1,{DIGITS}}}))(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SEPARATORS = "-._"
_NUMBER = re.compile(rf"[0-9]{{1,{DIGITS}}}")

Identifier = tuple[int, int, str]
"""A SemVer identifier that sorts by precedence: numbers first and by value, then words by ASCII."""

Precedence = tuple[tuple[int, ...], int, tuple[Identifier, ...]]
SortKey = tuple[Precedence, tuple[int, ...], str]


@total_ordering
@dataclass(frozen=True, slots=True)
class TagVersion:
    """A tag read as a version.

    Attributes:
        text: As written.
        prefix: ``v``, ``V`` or empty.
        release: One to four numbers.
        prerelease: Identifiers such as ``("rc", "1")``; empty for a release.
        family: Suffix with every number replaced by ``#``: ``-alpine#.#`` for ``-alpine3.19``.
        numbers: Those numbers, in order.
    """

    text: str
    prefix: str
    release: tuple[int, ...]
    prerelease: tuple[str, ...]
    family: str
    numbers: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> TagVersion | None:
        """Read a tag; None if it is no version.

        >>> TagVersion.parse("v1.2.3-rc1-alpine3.19").family
        '-alpine#.#'
        """
        match = _VERSION.fullmatch(text)
        if match is None:
            return None
        rest = match["rest"]
        found = _PRERELEASE.search(rest)
        # A pre-release stands right behind the version, or behind its suffix (1.2.3-alpine-rc1).
        prerelease: tuple[str, ...] = ()
        if found:
            prerelease = _identifiers(found["word"] or found["letter"], found["ids"] or found["number"] or "")
            rest = rest[: found.start()] + rest[found.end() :]
        if rest and rest[0] not in _SEPARATORS:
            return None  # a commit id such as 9f8e7d6, or a word that begins with digits
        return cls(
            text=text,
            prefix=match["prefix"],
            release=tuple(int(number) for number in match["release"].split(".")),
            prerelease=prerelease,
            family=_NUMBER.sub("#", rest),
            numbers=tuple(int(number) for number in _NUMBER.findall(rest)),
        )

    @property
    def precision(self) -> int:
        """How many numbers the version has."""
        return len(self.release)

    @property
    def padded(self) -> tuple[int, ...]:
        """The release with zeros for what is not written."""
        return self.release + (0,) * (COMPONENTS - len(self.release))

    @property
    def precedence(self) -> Precedence:
        """What SemVer compares; a release comes after its pre-releases."""
        return (
            self.padded,
            0 if self.prerelease else 1,
            tuple(_identifier(part) for part in self.prerelease),
        )

    def __lt__(self, other: TagVersion) -> bool:
        return self.sort_key < other.sort_key

    @property
    def sort_key(self) -> SortKey:
        """Precedence, then the numbers of the suffix, then the text: total and stable."""
        return (self.precedence, self.numbers, self.text)


def _identifiers(word: str, ids: str) -> tuple[str, ...]:
    """``rc1``, ``rc.1`` and ``RC-1`` are one pre-release: ``("rc", "1")``."""
    return (word.lower(), *(part for part in re.split(r"[-._]", ids) if part))


def _identifier(part: str) -> Identifier:
    return (0, int(part), "") if part.isascii() and part.isdecimal() else (1, 0, part)
