"""The clock of this room: what waits and what times out asks it, so that a test can turn it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Time as it passes; safe to use from several threads."""

    def seconds(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time of day, with zone."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
