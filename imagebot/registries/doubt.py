"""Whether a list of tags can be what the repository holds.

A pull-through mirror whose upstream is down answers 200 with the few tags that it has at hand.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SMALL = 10
"""Below so many tags a list can shrink by half for good reasons."""

LASTS = timedelta(hours=24)
"""A clean-up stays, a mirror's outage passes: a list that stays short for a day is believed."""


def shrunk(before: tuple[int, datetime | None] | None, size: int, now: datetime) -> str:
    """Why a list is not believed: it lost more than half of its tags. Empty if it is believed.

    Args:
        before: How many tags there were when the list was last believed, and since when it is not; that day
            is counted from the first short list, so that who asks once a day doubts it too.
        size: How many there are.
        now: With zone.
    """
    if before is None or before[0] < SMALL or size * 2 >= before[0]:
        return ""
    end = (before[1] or now) + LASTS
    if now >= end:
        return ""
    return (
        f"the list of tags shrank from {before[0]} to {size}, as that of a mirror whose upstream is down; "
        f"believed again when it is longer, or still so at {end:%Y-%m-%d %H:%M} UTC"
    )
