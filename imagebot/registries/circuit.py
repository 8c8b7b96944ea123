"""Leave a host alone that does not answer, so that nobody waits for it again and again."""

from __future__ import annotations

from threading import Lock

from imagebot.registries.clock import Clock

FAILURES = 3
"""In a row, before a host is left alone: one connection may break by chance."""

OPEN_S = 60.0


class Circuit:
    """The circuit breaker of one host; safe to use from several threads.

    After three failures in a row it is open: requests are refused without being sent. After a minute one
    request may try; its outcome decides for the others.

    Args:
        clock: Tells when to try again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._open_until: float | None = None
        self._why = ""

    def refusal(self) -> str:
        """Why a request must not be sent now, or an empty text if it may be."""
        with self._lock:
            if self._open_until is None:
                return ""
            if self._clock.seconds() >= self._open_until:
                self._open_until = self._clock.seconds() + OPEN_S  # this one tries; the others go on waiting
                return ""
            return self._why

    def failed(self, why: str) -> None:
        """A request was sent and got no answer."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open_until = self._clock.seconds() + OPEN_S
                self._why = why

    def answered(self) -> None:
        """A request got an answer, whichever it was."""
        with self._lock:
            self._failures = 0
            self._open_until = None
