"""Calendar versions: tags that begin with a date.

Sources: https://calver.org (``YYYY``, ``YY``, ``MM``, ``DD``, ``MICRO``), and dates and times as ISO 8601
writes them, as far as a tag can hold them. A date that cannot be (month 13, 31 February) is none.
"""

from __future__ import annotations

import re
from calendar import monthrange

from imagebot.references.orders.order import Order, Reading, identifier
from imagebot.references.ranges import Range
from imagebot.references.suffix import NO_SUFFIX, read_suffix
from imagebot.references.version import TagVersion

_YEAR = r"(?:199[0-9]|20[0-9]{2})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_HOUR = r"(?:[01][0-9]|2[0-3])"
_SIXTY = r"[0-5][0-9]"
_CLOCK = rf"{_HOUR}{_SIXTY}(?:{_SIXTY})?"
_PREFIX = r"(?P<prefix>(?:[A-Za-z]+[-._]){0,3}[vV]?)"

_SEPARATED = re.compile(
    rf"{_PREFIX}(?P<year>{_YEAR})(?P<by>[-._])(?P<month>0?[1-9]|1[0-2])"
    rf"(?:(?P=by)(?P<day>[0-9]{{1,2}})(?P<clock>(?:[T_-]|(?<=-[0-9]{{2}})\.){_HOUR}[-.]?{_SIXTY}(?:[-.]?{_SIXTY})?Z?)"
    r"|(?P<more>(?:(?P=by)[0-9]{1,40}){0,2}))(?P<rest>(?![0-9]).*)"
)
_COMPACT = re.compile(
    rf"{_PREFIX}(?P<year>{_YEAR})(?P<month>{_MONTH})(?P<day>[0-9]{{2}})?"
    rf"(?P<clock>[T.-]?{_CLOCK}Z?(?![0-9]))?(?P<micro>\.[0-9]{{1,40}}(?![0-9]))?(?P<rest>(?![0-9]).*)"
)
_SHORT = re.compile(
    rf"{_PREFIX}(?P<year>[0-9]{{2}})\.(?P<month>0?[1-9]|1[0-2])(?P<more>(?:\.[0-9]{{1,40}})?)(?P<rest>(?![0-9]).*)"
)
_DATE_BOUND = re.compile(
    rf"(?<![0-9.-])({_YEAR})(?:-({_MONTH})(?:-([0-9]{{2}}))?|({_MONTH})([0-9]{{2}})?)(?![0-9.-])"
)


_MOST_NUMBERS = 7
"""Year, month, day, hour, minute, second, micro."""


def read(text: str) -> Reading | None:
    """``2024.01.15``, ``20240115``, ``202401``, ``24.04.1``, with words before it and a suffix behind it."""
    version = _separated(text) or _compact(text) or _short(text)
    return Reading(version.precedence, version) if version else None


def _separated(text: str) -> TagVersion | None:
    match = _SEPARATED.fullmatch(text)
    if match is None:
        return None
    by, clock = match["by"], match["clock"]
    numbers = [match["day"]] if clock else match["more"].split(by)[1:]
    release = (int(match["year"]), int(match["month"]), *map(int, numbers))
    if (clock or (by == "-" and numbers)) and not _is_day(*release[:3]):
        return None  # with dashes it is a date and nothing else; 2024.01.100 has a micro
    layout = by.join(["YYYY", "MM", *["DD", "N"][: len(numbers)]])
    return _version(text, match, release + _time(clock), layout + _clock_layout(clock))


def _compact(text: str) -> TagVersion | None:
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"])
    day, clock = match["day"], match["clock"]
    if day is None:
        return None if clock or match["micro"] else _version(text, match, (year, month), "YYYYMM")
    if not _is_day(year, month, int(day)):
        return None
    release = (year, month, int(day), *_time(clock))
    layout = "YYYYMMDD" + _clock_layout(clock)
    if match["micro"]:
        release, layout = (*release, int(match["micro"][1:])), f"{layout}.N"
    return _version(text, match, release, layout)


def _short(text: str) -> TagVersion | None:
    match = _SHORT.fullmatch(text)
    if match is None:
        return None
    more = [int(number) for number in match["more"].split(".")[1:]]
    return _version(text, match, (int(match["year"]), int(match["month"]), *more), "YY.MM" + ".N" * len(more))


def _version(text: str, match: re.Match[str], release: tuple[int, ...], layout: str) -> TagVersion | None:
    suffix = read_suffix(match["rest"]) if match["rest"] else NO_SUFFIX
    return TagVersion(text, match["prefix"], release, *suffix, layout) if suffix is not None else None


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]


def _time(clock: str | None) -> tuple[int, ...]:
    """Hour, minute and second; what is not written is zero."""
    if not clock:
        return ()
    digits = re.sub(r"[^0-9]", "", clock).ljust(6, "0")
    return (int(digits[:2]), int(digits[2:4]), int(digits[4:]))


def _clock_layout(clock: str | None) -> str:
    """``T16-07-38Z`` is written ``Thh-mm-ssZ``."""
    names = iter(["hh", "mm", "ss"])
    return re.sub(r"[0-9]{2}", lambda _: next(names), clock or "")


def parse_range(text: str) -> Range:
    """A range of dates: ``>=2024.01 <2025``; bounds may also be written ``2024-01-15`` and ``20240115``."""

    def dotted(match: re.Match[str]) -> str:
        # blanks behind keep the place of what follows, so that a fault further on is shown where it is
        found = ".".join(str(int(part)) for part in match.groups() if part)
        return found.ljust(len(match[0]))

    # a day holds the builds of that day, whatever stands behind it: no bound is written in full
    found = Range.parse(_DATE_BOUND.sub(dotted, text), whole=_MOST_NUMBERS + 1)
    return Range(text, found.alternatives)


ORDER = Order("calver", "not a calendar version", read, identifier, parse_range, versions=True)
