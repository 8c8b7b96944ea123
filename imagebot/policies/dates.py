"""Dates and lengths of time as people and tools write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}


def parse_date(text: str) -> datetime | None:
    """An ISO 8601 date or time in UTC; None if it is none. Without a time zone UTC is meant.

    >>> parse_date("2024-06-12")
    datetime.datetime(2024, 6, 12, 0, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def parse_moment(text: str, zone: tzinfo, *, last: bool = False) -> datetime | None:
    """An ISO 8601 date or time in UTC; None if it is none. Without a time zone that of ``zone`` is meant.

    Args:
        text: A date is its midnight.
        zone: By whose clock it is read.
        last: A date is the midnight that ends it.
    """
    try:
        day = _date(text)
        if day is not None:
            day += timedelta(days=1 if last else 0)
            return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def age(text: str) -> timedelta:
    """The length of time that a text such as ``72h`` or ``1d12h`` stands for; zero if it is none."""
    if not re.fullmatch(r"(?:[0-9]{1,6}[mhdw])+", text, re.ASCII):
        return timedelta()
    found = timedelta(
        minutes=sum(int(number) * _MINUTES[unit] for number, unit in re.findall(r"([0-9]+)([mhdw])", text))
    )
    return found if found <= timedelta(days=3653) else timedelta()
