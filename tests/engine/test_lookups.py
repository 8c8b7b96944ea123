from __future__ import annotations

from threading import Barrier, Event, Lock

import pytest

from imagebot.engine.lookups import PER_HOST, Lookups
from imagebot.errors import UsageError


def test_every_answer_comes_once() -> None:
    hosts = {number: f"host-{number % 7}" for number in range(200)}
    rounds = list(Lookups(hosts, lambda number: number * 2).rounds())

    answers = {question: answer for found in rounds for question, answer in found.answers.items()}
    assert answers == {number: number * 2 for number in range(200)}
    assert sum(len(found.answers) for found in rounds) == 200
    assert [found.last for found in rounds] == [*[False] * (len(rounds) - 1), True]


def test_no_questions_are_one_empty_round() -> None:
    (found,) = Lookups[str, str]({}, str).rounds()

    assert (found.answers, found.open, found.last) == ({}, frozenset(), True)


def test_a_host_is_asked_only_so_much_at_once() -> None:
    most, under_way, lock = 0, 0, Lock()
    full = Barrier(PER_HOST)

    def ask(number: int) -> None:
        nonlocal most, under_way
        with lock:
            under_way += 1
            most = max(most, under_way)
        full.wait(10)  # all of them are here at once, and nobody else
        with lock:
            under_way -= 1

    list(Lookups(dict.fromkeys(range(PER_HOST * 3), "one"), ask).rounds())

    assert most == PER_HOST


def test_what_is_known_is_given_while_a_host_hangs() -> None:
    over = Event()

    def ask(host: str) -> str:
        if host == "hangs":
            over.wait(30)
        return host.upper()

    rounds = Lookups({"quick": "quick", "hangs": "hangs"}, ask, stalled_s=0.01).rounds()

    first = next(rounds)
    assert (first.answers, first.last) == ({"quick": "QUICK"}, False)
    assert first.open == frozenset({"hangs"})
    over.set()
    assert [(found.answers, found.open) for found in rounds] == [({"hangs": "HANGS"}, frozenset())]


def test_a_host_that_never_ends_is_given_up() -> None:
    over = Event()

    def ask(host: str) -> str:
        if host == "hangs":
            over.wait(30)
        return host

    *_, last = Lookups({"quick": "quick", "hangs": "hangs"}, ask, stalled_s=0.01, given_up_s=0.03).rounds()
    over.set()

    assert (last.open, last.last) == (frozenset({"hangs"}), True)


def test_what_is_raised_meets_who_waits() -> None:
    def ask(host: str) -> str:
        raise UsageError(f"the settings of {host} are wrong")

    with pytest.raises(UsageError, match="settings of r.io"):
        list(Lookups({"q": "r.io"}, lambda _: ask("r.io")).rounds())


def test_answers_that_come_slowly_are_not_given_up() -> None:
    """What counts is the time without any answer, and not the time of all of them together."""
    steps = [Event() for _ in range(6)]

    def ask(number: int) -> int:
        steps[number].wait(30)
        return number

    lookups = Lookups(dict.fromkeys(range(6), "one"), ask, stalled_s=0.02, given_up_s=0.5)
    found: dict[int, int] = {}
    steps[0].set()
    for one in lookups.rounds():  # a round comes when it stalls after an answer: then the next may come
        found |= one.answers
        if len(found) < len(steps):
            steps[len(found)].set()

    assert found == {number: number for number in range(6)}


def test_who_wants_to_stop_waits_no_longer() -> None:
    over, stop = Event(), Event()

    def ask(host: str) -> str:
        if host == "hangs":
            stop.set()
            over.wait(30)
        return host

    hosts = {"quick": "quick", "hangs": "hangs"}
    *_, last = Lookups(hosts, ask, stalled_s=0.01, stop=stop.is_set).rounds()
    over.set()

    assert (last.open, last.last) == (frozenset({"hangs"}), True)
