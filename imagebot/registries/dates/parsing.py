"""Dates as registries and images write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,30})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NUMBER = re.compile(r"[0-9]{1,18}")

_EARLIEST = datetime(1980, 1, 2, tzinfo=UTC)
"""The first day of zip files, and all before it, is what reproducible builds and unset clocks write."""

_AHEAD = timedelta(hours=24)


def parse_rfc3339(text: object) -> datetime | None:
    """A date and time in UTC, cut to microseconds; None if it is no such text.

    The zone is required, and leap seconds are none that a ``datetime`` can hold.
    Source: https://www.rfc-editor.org/rfc/rfc3339#section-5.6

    >>> str(parse_rfc3339("2024-05-01T12:00:00.123456789+02:00"))
    '2024-05-01 10:00:00.123456+00:00'
    """
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_unix(number: object, unit: timedelta) -> datetime | None:
    """The time so many units after 1970, from a whole number or its digits; None if it is neither.

    >>> str(parse_unix("1714564800123", MILLISECOND))
    '2024-05-01 12:00:00.123000+00:00'
    """
    if isinstance(number, str) and _NUMBER.fullmatch(number):
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    try:
        return _EPOCH + number * unit
    except OverflowError:
        return None


def plausible(when: datetime | None, now: datetime) -> datetime | None:
    """A time that may be meant: after 1980-01-01, and no more than 24 hours ahead of ``now``.

    Args:
        when: With time zone.
        now: With time zone.
    """
    return when if when is not None and when >= _EARLIEST and when - now <= _AHEAD else None
