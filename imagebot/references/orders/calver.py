"""Calendar versions: tags that begin with a date.

Sources: https://calver.org (``YYYY``, ``YY``, ``MM``, ``DD``, ``MICRO``), and dates and times as ISO 8601
writes them, as far as a tag can hold them. A date that cannot be (month 13, 31 February) is none.
"""

from __future__ import annotations

import re
from calendar import monthrange

from imagebot.references.orders.order import Order, Reading, identifier
from imagebot.references.ranges import Range
from imagebot.references.version import TagVersion, read_suffix

_YEAR = r"(?:199[0-9]|20[0-9]{2})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_CLOCK = r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?"
_PREFIX = r"(?P<prefix>(?:[A-Za-z]+[-._]){0,3}[vV]?)"

_SEPARATED = re.compile(
    rf"{_PREFIX}(?P<year>{_YEAR})(?P<by>[-._])(?P<month>0?[1-9]|1[0-2])"
    r"(?P<more>(?:(?P=by)[0-9]{1,40}){0,2})"
    r"(?P<clock>[T_-](?P<hour>[0-9]{2})[-.]?(?P<minute>[0-9]{2})(?:[-.]?(?P<second>[0-9]{2}))?Z?)?"
    r"(?P<rest>(?![0-9]).*)"
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
_DAYS = 31


def read(text: str) -> Reading | None:
    """``2024.01.15``, ``20240115``, ``202401``, ``24.04.1``, with words before it and a suffix behind it."""
    version = _separated(text) or _compact(text) or _short(text)
    return Reading((*version.precedence, version.numbers), version) if version else None


def _separated(text: str) -> TagVersion | None:
    match = _SEPARATED.fullmatch(text)
    if match is None:
        return None
    by = match["by"]
    more = [int(number) for number in match["more"].split(by)[1:]]
    release = (int(match["year"]), int(match["month"]), *more)
    layout = by.join(["YYYY", "MM", *["DD", "N"][: len(more)]])
    if match["clock"]:
        if len(more) != 1 or not _is_day(*release):
            return None
        release += tuple(int(match[part] or 0) for part in ("hour", "minute", "second"))
        layout += _clock_layout(match["clock"])
    elif by == "-" and more and not _is_day(*release[:3]):
        return None  # with dashes it is a date and nothing else; 2024.01.100 has a micro
    return _version(text, match, release, layout)


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
    release: tuple[int, ...] = (year, month, int(day))
    layout = "YYYYMMDD"
    if clock:
        digits = re.sub(r"[^0-9]", "", clock).ljust(6, "0")
        release += (int(digits[:2]), int(digits[2:4]), int(digits[4:]))
        layout += _clock_layout(clock)
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
    suffix = read_suffix(match["rest"]) if match["rest"] else ((), "", ())
    return TagVersion(text, match["prefix"], release, *suffix, layout) if suffix else None


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]


def _clock_layout(clock: str) -> str:
    """``T16-07-38Z`` is written ``Thh-mm-ssZ``."""
    names = iter(["hh", "mm", "ss"])
    return re.sub(r"[0-9]{2}", lambda _: next(names), clock)


def parse_range(text: str) -> Range:
    """A range of dates: ``>=2024.01 <2025``; bounds may also be written ``2024-01-15`` and ``20240115``."""

    def dotted(match: re.Match[str]) -> str:
        # blanks behind keep the place of what follows, so that a fault further on is shown where it is
        found = ".".join(str(int(part)) for part in match.groups() if part)
        return found.ljust(len(match[0]))

    found = Range.parse(_DATE_BOUND.sub(dotted, text))
    return Range(text, found.alternatives)


ORDER = Order("calver", "not a calendar version", read, identifier, parse_range, versions=True)
