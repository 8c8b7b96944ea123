"""Dates as people and tools write them beside a tag."""

from __future__ import annotations

from datetime import UTC, datetime


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
