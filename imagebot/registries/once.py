"""Ask a question once, however many threads want the answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Once(Generic[Question, Answer]):
    """Answers by question, kept for the life of this object; safe to use from several threads.

    Args:
        failure: Errors that are kept as answers too.
    """

    def __init__(self, failure: type[Exception]) -> None:
        self._failure = failure
        self._lock = Lock()
        self._locks: dict[Question, Lock] = {}
        self._answers: dict[Question, Answer] = {}
        self._failures: dict[Question, Exception] = {}

    def __call__(self, question: Question, ask: Callable[[], Answer]) -> Answer:
        """The answer; a second thread with the same question waits for the first one's."""
        with self._lock:
            lock = self._locks.setdefault(question, Lock())
        with lock:
            if question in self._failures:
                raise self._failures[question]
            if question not in self._answers:
                try:
                    self._answers[question] = ask()
                except self._failure as error:
                    self._failures[question] = error
                    raise
            return self._answers[question]
