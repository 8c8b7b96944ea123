"""Ask many registries at once, politely: a few threads for each host.

A host that is slow, down or hanging delays only itself: what is known of the others can be used while it is
still waited for.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")

PER_HOST = 8
"""Questions under way at one host; how many requests that makes is for the host's own manners to say."""

STALLED_S = 2.0
"""Seconds without any answer, after which those that came are used."""

GIVEN_UP_S = 600.0
"""Seconds without any answer, after which nobody is waited for: some servers send a byte a minute."""


@dataclass(frozen=True, slots=True)
class Round(Generic[Key, Answer]):
    """Answers that can be used.

    Attributes:
        answers: Those that came since the round before.
        open: Questions without an answer; in the last round they were given up.
        last: Whether nothing more will come.
    """

    answers: Mapping[Key, Answer]
    open: frozenset[Key]
    last: bool = False


@dataclass(frozen=True, slots=True)
class _Raised:
    """What was raised instead of an answer."""

    error: BaseException


class Lookups(Generic[Key, Answer]):
    """Questions under way; each is asked once, in a thread of its host.

    Threads that are given up end by themselves when their connection does, and keep no process from ending.

    Args:
        hosts: The questions, with the host that each goes to.
        ask: Answers a question; what it raises ends the rounds.
        stalled_s: See ``STALLED_S``.
        given_up_s: See ``GIVEN_UP_S``.
        stop: Asked when it stalls; true ends the rounds.
    """

    def __init__(
        self,
        hosts: Mapping[Key, str],
        ask: Callable[[Key], Answer],
        *,
        stalled_s: float = STALLED_S,
        given_up_s: float = GIVEN_UP_S,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ask = ask
        self._stalled_s = stalled_s
        self._given_up_s = given_up_s
        self._stop = stop
        self._open = set(hosts)
        self._done: SimpleQueue[tuple[Key, Answer | _Raised]] = SimpleQueue()
        by_host: defaultdict[str, deque[Key]] = defaultdict(deque)
        for question, host in hosts.items():
            by_host[host].append(question)
        for host, waiting in by_host.items():
            for _ in range(min(PER_HOST, len(waiting))):
                Thread(target=self._work, args=(waiting,), name=f"registry-{host}", daemon=True).start()

    def rounds(self) -> Iterator[Round[Key, Answer]]:
        """What came since the round before, whenever it stalls and at the end."""
        answers: dict[Key, Answer] = {}
        silent_s = 0.0
        while self._open and silent_s < self._given_up_s and not (silent_s and self._stop()):
            try:
                question, answer = self._done.get(timeout=self._stalled_s)
            except Empty:
                silent_s += self._stalled_s
                if answers:
                    yield Round(answers, frozenset(self._open))
                    answers = {}
            else:
                silent_s = 0.0
                if isinstance(answer, _Raised):
                    raise answer.error
                answers[question] = answer
                self._open.discard(question)
        yield Round(answers, frozenset(self._open), last=True)

    def _work(self, waiting: deque[Key]) -> None:
        while True:
            try:
                question = waiting.popleft()
            except IndexError:
                return
            self._done.put((question, self._answered(question)))

    def _answered(self, question: Key) -> Answer | _Raised:
        try:
            return self._ask(question)
        except BaseException as error:  # noqa: BLE001 - raised again where somebody can act on it
            return _Raised(error)
