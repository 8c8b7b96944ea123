"""A clock that is turned instead of waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from imagebot.registries.clock import Clock

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TurnedClock(Clock):
    """It stands still until somebody turns it, or sleeps.

    Attributes:
        slept: How long each sleep was, in seconds.
    """

    def __init__(self) -> None:
        self._passed = 0.0
        self.slept: list[float] = []

    def seconds(self) -> float:
        return 1000.0 + self._passed

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._passed)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.turn(seconds)

    def turn(self, seconds: float) -> None:
        """Be later."""
        self._passed += seconds
