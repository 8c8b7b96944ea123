"""How far a server's clock is from this machine's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def ahead_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a server is ahead, by the ``Date`` of its answer (RFC 9110, 6.6.1); None if it says none.

    Args:
        headers: Of the answer.
        now: When it came, with time zone. The time it took to come counts as a difference.
    """
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, OverflowError):
        return None
