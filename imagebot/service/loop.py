"""Run a job on a schedule until somebody says stop."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import schedule

from imagebot.errors import UsageError

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 7 * 86400


def interval_s(text: str) -> int:
    """Seconds of an interval such as ``90s``, ``5m``, ``1h30m``: at most a week.

    Raises:
        UsageError: If the text is no interval, or is zero.
    """
    if re.fullmatch(r"(?:[0-9]{1,9}[smhd])+", text):
        parts = re.findall(r"([0-9]+)([smhd])", text)
        seconds = sum(int(number) * _UNITS_S[unit] for number, unit in parts)
        if 0 < seconds <= _LONGEST_S:
            return seconds
    raise UsageError(
        f"interval {text!r} is not a time between 1s and 7d",
        hint="write a number and a unit: 90s, 5m, 1h30m",
    )


class Stop:
    """A wish to stop, from a signal: the work under way is finished first."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.signal: int | None = None

    def __call__(self) -> bool:
        """Whether to stop before the next piece of work."""
        return self._event.is_set()

    def request(self, number: int) -> None:
        """Ask for a stop because of a signal."""
        self.signal = number
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait, or return at once when asked to stop."""
        self._event.wait(seconds)


@contextmanager
def stop_on_signals(stop: Stop) -> Iterator[None]:
    """Turn SIGTERM and SIGINT into a wish to stop; a second one ends the process at once."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if stop():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.request(number)

    try:
        for number in kept:
            signal.signal(number, handle)
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def run_every(seconds: int, job: Callable[[], None], stop: Stop) -> None:
    """Run a job now and then at every interval, until asked to stop.

    A job that takes longer than the interval delays the next one; two never overlap.
    """
    scheduler = schedule.Scheduler()
    scheduler.every(seconds).seconds.do(job)
    scheduler.run_all()
    while not stop():
        stop.wait(max(0.0, scheduler.idle_seconds or 0.0))
        if not stop():
            scheduler.run_pending()
