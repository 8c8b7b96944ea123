"""Ask the cloud that runs a registry for credentials: in time, once, and again before they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Thread

from imagebot.registries.clouds.protocol import Loan, NothingLent, Provider
from imagebot.registries.clouds.providers import PROVIDERS
from imagebot.registries.credential import Found
from imagebot.registries.http import Http
from imagebot.registries.lasting import Lasting

LIMIT_S = 15.0
EARLY_S = 600.0
SHORTEST_S = 60.0
"""How long an answer is kept at least: clocks differ, and some say that what they give has ended already."""

FAILED_S = 300.0


def _now() -> datetime:
    return datetime.now(UTC)


class Clouds:
    """Credentials of the clouds that imagebot runs in; safe to use from several threads.

    Args:
        providers: The clouds.
        open_http: Makes the client for those that ask a registry themselves.
        limit_s: Seconds after which a cloud is given up.
        clock: Seconds that only grow.
        now: The time of day, with time zone.
    """

    def __init__(
        self,
        providers: Sequence[Provider] = PROVIDERS,
        *,
        open_http: Callable[[], Http] = Http,
        limit_s: float = LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._providers = providers
        self._open_http = open_http
        self._limit_s = limit_s
        self._now = now
        self._kept: Lasting[tuple[str, str], Found] = Lasting(clock)

    def find(self, host: str) -> Found | None:
        """What the cloud of a registry host lends, or why it lends nothing; None if no cloud runs it."""
        host = host.lower()
        for provider in self._providers:
            if provider.matches(host):
                return self._kept((provider.extra, host), lambda: self._ask(provider, host))  # noqa: B023 - called at once
        return None

    def _ask(self, provider: Provider, host: str) -> tuple[Found, float]:
        """The outcome, and how many seconds it is good for."""
        try:
            loan = _within(self._limit_s, lambda: self._lent(provider, host))
        except NothingLent as error:
            return Found(None, str(error)), FAILED_S
        lasts_s = (loan.ends - self._now()).total_seconds() if loan.ends else 0.0
        found = Found(loan.credential, f"credentials from {loan.credential.source}")
        return found, max(lasts_s - EARLY_S, SHORTEST_S)

    def _lent(self, provider: Provider, host: str) -> Loan:
        try:
            with closing(self._open_http()) as http:
                return provider.credential(host, http)
        except NothingLent:
            raise
        except ImportError:
            install = f"pip install 'imagebot[{provider.extra}]'"
            raise NothingLent(f"credentials of its cloud need {install}") from None
        except Exception as error:  # noqa: BLE001 - an SDK raises what it likes, and its text may hold a secret
            raise NothingLent(f"its cloud gives no credentials ({type(error).__name__})") from None


def _within(limit_s: float, ask: Callable[[], Loan]) -> Loan:
    """An answer in time; a thread that hangs is left behind, and ends with the program.

    Raises:
        NothingLent: If there is none.
    """
    answers: SimpleQueue[Loan | NothingLent] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except NothingLent as error:
            answers.put(error)

    Thread(target=run, daemon=True).start()
    try:
        answer = answers.get(timeout=limit_s)
    except Empty:
        raise NothingLent(f"its cloud did not answer in {limit_s:.0f} seconds") from None
    if isinstance(answer, NothingLent):
        raise answer
    return answer
