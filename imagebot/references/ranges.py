"""Version ranges in the syntax that Helm, Flux and npm users write.

``>=1.4 <2``, ``^1.4``, ``~1.4.2``, ``1.x``, ``1.2 - 1.4``, ``<1 || >=2``. A space or a comma means "and".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imagebot.references.version import TagVersion

_CLAUSE = re.compile(r"(?P<operator>[<>=!~^]*)[ ]*(?P<version>[^ ,|<>=!~^]*)")
_PARTIAL = re.compile(
    r"[vV]?(?P<release>[0-9]{1,40}(?:\.[0-9]{1,40}){0,3})?(?P<wild>(?:(?:^|\.)[xX*]){0,3})"
    r"(?P<prerelease>-[0-9A-Za-z.-]{1,128})?"
)
_HYPHEN = re.compile(r"(?P<low>[^ ,|<>=!~^]+)[ ]+-[ ]+(?P<high>[^ ,|<>=!~^]+)")
_OPERATORS = {"", "=", "==", "!=", ">", ">=", "<", "<=", "~", "~>", "^"}

Read = Callable[[str], TagVersion | None]


WHOLE = 3
"""How many numbers a version has that is written in full."""


class InvalidRange(ValueError):  # noqa: N818 - names a thing, as the errors of imagebot do
    """A text that is no range.

    Attributes:
        message: What is wrong.
        offset: 0-based offset in the text where it is wrong.
        hint: What to write instead.
    """

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint or "write for example >=1.4 <2, ^1.4, ~1.4.2, 1.x, 1.2 - 1.4, <1 || >=2"


@dataclass(frozen=True, slots=True)
class Bound:
    """A version to compare with, as far as it is written.

    Attributes:
        release: The numbers written; empty for ``*``.
        prerelease: Whether it names a pre-release.
        version: The version with zeros for what is not written.
        is_whole: Whether it stands for itself alone, and not for all versions that begin so.
    """

    release: tuple[int, ...]
    prerelease: bool
    version: TagVersion
    is_whole: bool

    def next(self, place: int) -> TagVersion:
        """The first version that differs from it at a place: 1.4.2 at place 1 gives 1.5."""
        return _release((*self.release[:place], self.release[place] + 1))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: ``lower`` bounds are inclusive, ``upper`` ones exclusive unless said.

    Attributes:
        negated: Whether the version must lie outside.
    """

    lower: TagVersion | None = None
    upper: TagVersion | None = None
    lower_open: bool = False
    upper_closed: bool = False
    negated: bool = False

    def contains(self, version: TagVersion) -> bool:
        """Whether the version lies inside."""
        inside = self._above(version) and self._below(version)
        return inside != self.negated

    def _above(self, version: TagVersion) -> bool:
        if self.lower is None:
            return True
        if self.lower_open:
            return version.precedence > self.lower.precedence
        return version.precedence >= self.lower.precedence

    def _below(self, version: TagVersion) -> bool:
        if self.upper is None:
            return True
        if self.upper_closed:
            return version.precedence <= self.upper.precedence
        # ``<2`` means "no 2.0 yet": a pre-release of 2.0 is one, unless the bound itself names one.
        if version.core == self.upper.core and not self.upper.prerelease:
            return False
        return version.precedence < self.upper.precedence


@dataclass(frozen=True, slots=True)
class Range:
    """A set of versions. Suffix families play no part in it.

    Attributes:
        text: As written.
        alternatives: A version is in the range if all comparisons of one alternative hold.
    """

    text: str
    alternatives: tuple[tuple[Comparison, ...], ...]

    @classmethod
    def parse(cls, text: str, read: Read = TagVersion.parse, whole: int = WHOLE) -> Range:
        """Read a range.

        Args:
            text: As written.
            read: How the bounds are read that are written in full.
            whole: How many numbers make a version whole: with fewer a bound stands for all that begin so.

        >>> Range.parse(">=1.4 <2").text
        '>=1.4 <2'

        Raises:
            InvalidRange: With the place of the first thing that is wrong.
        """
        alternatives = []
        offset = 0
        for alternative in text.split("||"):
            alternatives.append(tuple(_alternative(alternative, offset, read, whole)))
            offset += len(alternative) + len("||")
        return cls(text, tuple(alternatives))

    def contains(self, version: TagVersion) -> bool:
        """Whether a version is in the range.

        Whether pre-releases are allowed at all is not decided here: they compare by precedence,
        except that an upper bound without pre-release excludes those of its own version.
        """
        return any(
            all(comparison.contains(version) for comparison in alternative)
            for alternative in self.alternatives
        )


def _alternative(text: str, offset: int, read: Read, whole: int) -> Iterator[Comparison]:
    if not text.strip(" ,"):
        raise InvalidRange("nothing stands here; a version is wanted", offset)
    position = 0
    while position < len(text):
        if text[position] in " ,":
            position += 1
        elif match := _HYPHEN.match(text, position):
            yield _hyphen(match, offset, read, whole)
            position = match.end()
        elif match := _CLAUSE.match(text, position):
            if match.end() == position:
                raise InvalidRange(f"{text[position]!r} has no meaning here", offset + position)
            yield _clause(match, offset, read, whole)
            position = match.end()


def _hyphen(match: re.Match[str], offset: int, read: Read, whole: int) -> Comparison:
    low = _bound(match["low"], offset + match.start("low"), read, whole)
    high = _bound(match["high"], offset + match.start("high"), read, whole)
    if high.release and not high.is_whole:
        return Comparison(low.version, high.next(len(high.release) - 1))
    return Comparison(low.version, high.version if high.release else None, upper_closed=True)


def _clause(match: re.Match[str], offset: int, read: Read, whole: int) -> Comparison:
    operator, written = match["operator"], match["version"]
    start = offset + match.start()
    if operator not in _OPERATORS:
        raise InvalidRange(f"{operator!r} is not an operator", start, "operators: = != > >= < <= ~ ^")
    if not written:
        raise InvalidRange(f"{operator!r} is not followed by a version", start)
    bound = _bound(written, offset + match.start("version"), read, whole)
    if not bound.release:
        return _everything(operator, start)
    return _COMPARISONS[operator](bound)


def _everything(operator: str, start: int) -> Comparison:
    if operator in {"!=", ">", "<"}:
        raise InvalidRange(f"{operator!r} and a wildcard allow nothing", start)
    return Comparison()


def _bound(text: str, offset: int, read: Read, whole: int) -> Bound:
    match = _PARTIAL.fullmatch(text)
    if (
        match is None
        or (match["release"] is None and not match["wild"])
        or (match["wild"] and match["prerelease"])
    ):
        raise InvalidRange(f"{text!r} is not a version", offset)
    release = tuple(int(number) for number in (match["release"] or "").split(".") if number)
    shown = ".".join(map(str, release or (0,))) + (match["prerelease"] or "")
    has_prerelease = bool(match["prerelease"])
    version = _prerelease(shown, match["prerelease"], read)
    return Bound(release, has_prerelease, version, has_prerelease or len(release) >= whole)


def _prerelease(text: str, prerelease: str | None, read: Read) -> TagVersion:
    """A bound's pre-release is one whatever its words: after a range's ``-`` SemVer allows no other."""
    version = read(text) if prerelease else TagVersion.parse(text)
    if version is not None and (prerelease is None or version.prerelease):
        return version
    release = _release(tuple(int(n) for n in text.partition("-")[0].split(".")))
    ids = tuple((prerelease or "")[1:].split("."))
    return TagVersion(text, "", release.release, ids, "", ())


def _release(numbers: tuple[int, ...]) -> TagVersion:
    return TagVersion(".".join(map(str, numbers)), "", numbers, (), "", ())


def _same(bound: Bound) -> Comparison:
    """``1.4`` is every 1.4.x; a full version is that version alone."""
    if bound.is_whole:
        return Comparison(bound.version, bound.version, upper_closed=True)
    return Comparison(bound.version, bound.next(len(bound.release) - 1))


def _different(bound: Bound) -> Comparison:
    same = _same(bound)
    return Comparison(same.lower, same.upper, upper_closed=same.upper_closed, negated=True)


def _greater(bound: Bound) -> Comparison:
    """``>1.4`` starts at 1.5: every 1.4.x is 1.4."""
    if bound.is_whole:
        return Comparison(lower=bound.version, lower_open=True)
    return Comparison(lower=bound.next(len(bound.release) - 1))


def _at_most(bound: Bound) -> Comparison:
    """``<=1.4`` holds every 1.4.x."""
    if bound.is_whole:
        return Comparison(upper=bound.version, upper_closed=True)
    return Comparison(upper=bound.next(len(bound.release) - 1))


def _tilde(bound: Bound) -> Comparison:
    """``~1.4.2`` moves the last number, ``~1`` the second."""
    return Comparison(bound.version, bound.next(min(len(bound.release) - 1, 1)))


def _caret(bound: Bound) -> Comparison:
    """``^1.4.2`` keeps the first number that is not zero: below 1.0 a minor step may break."""
    place = next((i for i, number in enumerate(bound.release) if number), len(bound.release) - 1)
    return Comparison(bound.version, bound.next(place))


_COMPARISONS: dict[str, Callable[[Bound], Comparison]] = {
    "": _same,
    "=": _same,
    "==": _same,
    "!=": _different,
    ">": _greater,
    ">=": lambda bound: Comparison(lower=bound.version),
    "<": lambda bound: Comparison(upper=bound.version),
    "<=": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
