"""How many questions a host is asked at once, how fast, and not at all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryLimited
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from imagebot.registries.manners import JITTER_S, KNOWN, LONGEST_WAIT_S, Manners, Turns
from tests.registries.quirk_server import listed, page, quirky
from tests.registries.turned_clock import TurnedClock


def slept(turns: Turns, clock: TurnedClock) -> float:
    """Seconds that one turn waited for."""
    before = sum(clock.slept)
    with turns.turn():
        return sum(clock.slept) - before


class Meanwhile(TurnedClock):
    """While somebody sleeps, something happens."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Callable[[], None]] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.events:
            self.events.pop(0)()


def test_a_host_without_a_limit_is_not_waited_for() -> None:
    clock = TurnedClock()
    turns = Turns(Manners(), clock)

    assert [slept(turns, clock) for _ in range(100)] == [0.0] * 100


def test_after_a_burst_of_one_second_requests_come_at_the_rate_of_the_host() -> None:
    clock = TurnedClock()
    turns = Turns(Manners(8, 5), clock)

    waits = [slept(turns, clock) for _ in range(10)]

    assert waits == pytest.approx([0.0] * 5 + [0.2] * 5)


def test_the_bucket_holds_no_more_than_a_second_however_long_nobody_asked() -> None:
    clock = TurnedClock()
    turns = Turns(Manners(8, 5), clock)
    clock.turn(3600)

    assert sum(slept(turns, clock) > 0 for _ in range(10)) == 5


@pytest.mark.parametrize("seconds", [1.0, 5.0, LONGEST_WAIT_S])
def test_a_wait_that_is_asked_for_is_kept_and_a_little_longer(seconds: float) -> None:
    clock = TurnedClock()
    turns = Turns(Manners(), clock)
    turns.close(seconds, "r.io limits the rate")

    assert seconds <= slept(turns, clock) <= seconds + JITTER_S
    assert slept(turns, clock) == 0


def test_those_who_waited_do_not_all_begin_at_once() -> None:
    waits = set()
    for _ in range(20):
        clock = TurnedClock()
        turns = Turns(Manners(), clock)
        turns.close(1, "")
        waits.add(slept(turns, clock))

    assert len(waits) > 1


def test_a_longer_wait_is_not_waited_for_and_says_how_long_it_is() -> None:
    clock = TurnedClock()
    turns = Turns(Manners(), clock)
    turns.close(LONGEST_WAIT_S + 1, "r.io limits the rate: slow down")

    with pytest.raises(RegistryLimited) as refused:
        slept(turns, clock)

    assert refused.value.message == "r.io limits the rate: slow down; it asks to be left alone for 21 s more"
    assert clock.slept == []


def test_a_shorter_wait_that_is_asked_for_later_shortens_nothing() -> None:
    clock = TurnedClock()
    turns = Turns(Manners(), clock)
    turns.close(10, "long")
    turns.close(1, "short")

    assert slept(turns, clock) >= 10


def test_a_wait_that_another_thread_is_told_of_meanwhile_counts_too() -> None:
    clock = Meanwhile()
    turns = Turns(Manners(), clock)
    clock.events.append(lambda: turns.close(8, "told to another"))
    turns.close(2, "told first")

    assert 10 <= slept(turns, clock) <= 10 + 2 * JITTER_S


def test_a_wait_for_the_bucket_is_no_way_around_a_wait_that_was_asked_for() -> None:
    clock = Meanwhile()
    turns = Turns(Manners(8, 1), clock)
    clock.events.append(lambda: turns.close(8, "told to another"))
    slept(turns, clock)

    assert slept(turns, clock) >= 9


def test_a_host_that_always_wants_a_little_more_is_given_up() -> None:
    clock = Meanwhile()
    turns = Turns(Manners(), clock)
    clock.events = [lambda: turns.close(8, "more")] * 100
    turns.close(8, "more")

    with pytest.raises(RegistryLimited, match="more; it asks to be left alone for 8 s more"):
        slept(turns, clock)
    assert sum(clock.slept) <= LONGEST_WAIT_S


def test_a_turn_that_fails_gives_its_place_back() -> None:
    turns = Turns(Manners(parallel=1), TurnedClock())

    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            _ = 1 / 0


def test_no_more_questions_are_under_way_than_the_settings_say() -> None:
    together, lock = Barrier(2), Lock()
    under_way: list[int] = []
    now = 0

    def answer(request: Request) -> Response:
        nonlocal now
        with lock:
            now += 1
            under_way.append(now)
        together.wait(timeout=10)
        with lock:
            now -= 1
        return page(["1.0"])

    with quirky(answer) as host:
        settings = {host: RegistrySettings(parallel=2)}
        client = RegistryClient(settings, Credentials(DockerConfig({}, "config.json")))
        with client, ThreadPoolExecutor(6) as pool:
            found = pool.map(lambda number: listed(client, ImageName(host, f"a/{number}")), range(6))
            assert list(found) == [("1.0",)] * 6

    assert max(under_way) == 2


@pytest.mark.parametrize("host", ["registry-1.docker.io", "hub.docker.com", "ghcr.io", "quay.io"])
def test_public_hosts_with_known_limits_are_asked_less_than_others(host: str) -> None:
    assert KNOWN[host].parallel < Manners().parallel
    assert KNOWN[host].per_second
