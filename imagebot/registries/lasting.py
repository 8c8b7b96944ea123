"""Keep answers while they last, and ask once however many threads want one."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Lasting(Generic[Question, Answer]):
    """Answers by question, each kept for a time of its own; safe to use from several threads.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._locks: dict[Question, Lock] = {}
        self._kept: dict[Question, tuple[Answer, float]] = {}

    def __call__(
        self, question: Question, ask: Callable[[], tuple[Answer, float]], *, fresh: bool = False
    ) -> Answer:
        """The answer; a second thread with the same question waits for the first one's.

        Args:
            question: What is asked.
            ask: Gives an answer and the seconds that it may be kept, counted from before it was asked.
            fresh: Whether a kept answer was of no use and must not be given again.
        """
        with self._lock:
            lock = self._locks.setdefault(question, Lock())
        with lock:
            kept = self._kept.get(question)
            if kept and not fresh and self._clock() < kept[1]:
                return kept[0]
            asked = self._clock()
            answer, lasts_s = ask()
            self._kept[question] = (answer, asked + lasts_s)
            return answer
