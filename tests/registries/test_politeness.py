"""Servers that limit the rate, as the client meets them: waited for, or left for the next run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryError, RegistryLimited, RegistryUnreachable
from imagebot.references.image import ImageName
from imagebot.registries.manners import JITTER_S
from tests.registries.quirk_server import ask, challenge, listed, page, quirky
from tests.registries.turned_clock import BEGIN, TurnedClock
from tests.secrets_planted import SECRET


class Limited:
    """Answers 429 for a while, and remembers who asked."""

    def __init__(self, answer: Response, times: int = 1) -> None:
        self._answer = answer
        self._left = times
        self._lock = Lock()
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Response:
        with self._lock:
            self.asked.append(f"{request.method} {request.path}")
            self._left -= 1
            return self._answer if self._left >= 0 else page(["1.0"])


def limited(body: bytes = b"", **headers: str) -> Response:
    return Response(429, body, {name.replace("_", "-"): value for name, value in headers.items()})


GHCR = b'{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 3.5s, allowed: 44000/minute"}]}'


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        pytest.param(limited(Retry_After="7"), 7, id="seconds"),
        pytest.param(limited(Retry_After="Sun, 01 Mar 2026 12:00:09 GMT"), 9, id="date"),
        pytest.param(limited(X_Retry_After=str(int(BEGIN.timestamp()) + 11)), 11, id="docker-hub"),
        pytest.param(limited(GHCR), 3.5, id="ghcr"),
        pytest.param(limited(GHCR.replace(b"3.5s", "985.86µs".encode())), 1, id="ghcr-microseconds"),
    ],
)
def test_what_is_asked_for_is_waited(answer: Response, seconds: float) -> None:
    server, clock = Limited(answer), TurnedClock()
    with quirky(server) as host, ask(host, clock=clock) as client:
        assert listed(client, ImageName(host, "a/b")) == ("1.0",)

    assert len(server.asked) == 2
    assert seconds <= sum(clock.slept) <= seconds + JITTER_S


def test_a_longer_wait_is_left_for_the_next_run_and_said() -> None:
    server, clock = Limited(limited(b'{"message": "slow down"}', Retry_After="25"), times=9), TurnedClock()
    with quirky(server) as host, ask(host, clock=clock) as client, pytest.raises(RegistryLimited) as refused:
        listed(client, ImageName(host, "a/b"))

    told = f"{host} limits the rate: slow down; it asks to be left alone for 25 s more"
    assert refused.value.message == told
    assert "the next run tries again" in refused.value.hint
    assert clock.slept == []
    assert len(server.asked) == 1


def test_who_asks_for_a_long_wait_is_not_asked_for_anything_else_and_others_are() -> None:
    server, clock = Limited(limited(Retry_After="3600"), times=1), TurnedClock()
    with quirky(server) as host, quirky(lambda r: page(["2.0"])) as other, ask(host, clock=clock) as client:
        for path in ("a", "b", "c"):
            with pytest.raises(RegistryLimited):
                listed(client, ImageName(host, path))
        assert len(server.asked) == 1
        assert listed(client, ImageName(other, "a")) == ("2.0",)

        clock.turn(3600)
        assert listed(client, ImageName(host, "d")) == ("1.0",)


def test_other_threads_do_not_hammer_meanwhile() -> None:
    server = Limited(limited(Retry_After="60"), times=1000)

    def failure(path: str) -> RegistryError | None:
        try:
            listed(client, ImageName(host, path))
        except RegistryError as error:
            return error
        return None

    with quirky(server) as host, ask(host, clock=TurnedClock()) as client, ThreadPoolExecutor(24) as pool:
        failures = list(pool.map(failure, (f"a/{number}" for number in range(100))))

    assert all(isinstance(error, RegistryLimited) for error in failures)
    assert len(server.asked) <= 8  # those that were under way when the first was told to wait


def a_post(status: int) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(status, b"no")
        return challenge('Bearer realm="/token",service="s"')

    return answer


@pytest.mark.parametrize("status", [0, 429, 503])
def test_what_is_posted_is_never_sent_twice(status: int) -> None:
    posted: list[Request] = []

    def answer(request: Request) -> Response:
        if request.method == "POST":
            posted.append(request)
        return a_post(status)(request)

    with quirky(answer) as host, ask(host, {"identitytoken": SECRET}) as client:
        with pytest.raises((RegistryUnreachable, RegistryLimited)):
            listed(client, ImageName(host, "a/b"))

    assert len(posted) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.raw_query)
        return Response(status)

    with quirky(answer) as host, ask(host) as client, pytest.raises(RegistryError):
        listed(client, ImageName(host, "a/b"))

    assert len(asked) == len(set(asked))
