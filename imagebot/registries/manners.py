"""How many questions a host is asked at once, and how fast."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Semaphore

from imagebot.errors import RegistryLimited
from imagebot.registries.clock import Clock


@dataclass(frozen=True, slots=True)
class Manners:
    """What a host can be asked.

    Attributes:
        parallel: Requests under way at once.
        per_second: Requests begun each second, after a burst of as many; None for no limit.
    """

    parallel: int = 8
    per_second: float | None = None


KNOWN = {
    "registry-1.docker.io": Manners(2, 20),
    "hub.docker.com": Manners(2, 5),
    "ghcr.io": Manners(3, 20),
    "quay.io": Manners(4, 20),
}
"""Public hosts with limits that bursts are known to hit; all others take eight at once."""

LONGEST_WAIT_S = 20.0
"""A host that asks to wait longer is left for the next run, so that it never delays the others."""


JITTER_S = 0.5


class Turns:
    """Who may send a request to one host, and when; safe to use from several threads.

    Args:
        manners: What the host can be asked.
        clock: Tells the time, and waits.
    """

    def __init__(self, manners: Manners, clock: Clock) -> None:
        self._manners = manners
        self._clock = clock
        self._lock = Lock()
        self._places = Semaphore(manners.parallel)
        self._bucket = manners.per_second or 0.0
        self._filled_at = clock.seconds()
        self._closed_until = 0.0
        self._why = ""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and hold it.

        Raises:
            RegistryLimited: If the host asked for a longer wait than is waited for.
        """
        with self._places:
            if wait := self._draw():
                self._clock.sleep(wait)
            self._sleep_until_open()
            yield

    def close(self, seconds: float, why: str) -> None:
        """The host wants no requests for so long: that goes for every thread."""
        with self._lock:
            until = self._clock.seconds() + seconds
            if until > self._closed_until:
                self._closed_until, self._why = until, why

    def _sleep_until_open(self) -> None:
        """Wait, and look again: meanwhile another thread may have been told to wait longer."""
        slept = 0.0
        while (left := self._closed_for())[0] > 0:
            wait, why = left
            if slept + wait > LONGEST_WAIT_S:
                raise RegistryLimited(
                    f"{why}; it asks to be left alone for {wait:.0f} s more",
                    hint="the next run tries again; log in for a higher limit",
                )
            pause = wait + random.uniform(0, JITTER_S)  # noqa: S311 - so that not all begin at once
            self._clock.sleep(pause)
            slept += pause

    def _closed_for(self) -> tuple[float, str]:
        with self._lock:
            return self._closed_until - self._clock.seconds(), self._why

    def _draw(self) -> float:
        """Take one from the bucket; seconds until it is there."""
        rate = self._manners.per_second
        if rate is None:
            return 0.0
        with self._lock:
            now = self._clock.seconds()
            self._bucket = min(rate, self._bucket + (now - self._filled_at) * rate) - 1
            self._filled_at = now
            return -self._bucket / rate if self._bucket < 0 else 0.0
