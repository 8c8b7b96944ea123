"""A host that gives no answer is left alone, and tried again by one request."""

from __future__ import annotations

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryNotFound, RegistryUnreachable
from imagebot.references.image import ImageName
from imagebot.registries.circuit import FAILURES, OPEN_S, Circuit
from tests.registries.quirk_server import ask, listed, page, quirky
from tests.registries.turned_clock import TurnedClock


def broken(clock: TurnedClock, failures: int = FAILURES) -> Circuit:
    circuit = Circuit(clock)
    for number in range(failures):
        circuit.failed(f"reason {number}")
    return circuit


def test_it_opens_after_three_failures_and_says_the_last_reason() -> None:
    assert broken(TurnedClock(), 2).refusal() == ""
    assert broken(TurnedClock(), 3).refusal() == "reason 2"


def test_an_answer_between_failures_counts_from_the_start() -> None:
    circuit = broken(TurnedClock(), 2)
    circuit.answered()
    circuit.failed("again")

    assert circuit.refusal() == ""


def test_after_a_minute_one_request_tries_and_the_others_wait_for_its_outcome() -> None:
    clock = TurnedClock()
    circuit = broken(clock)
    clock.turn(OPEN_S)

    assert [circuit.refusal(), circuit.refusal()] == ["", "reason 2"]
    circuit.answered()
    assert circuit.refusal() == ""


def test_one_that_tries_in_vain_keeps_it_open_for_another_minute() -> None:
    clock = TurnedClock()
    circuit = broken(clock)
    clock.turn(OPEN_S)
    circuit.refusal()
    circuit.failed("still down")

    clock.turn(OPEN_S - 1)
    assert circuit.refusal() == "still down"
    clock.turn(1)
    assert circuit.refusal() == ""


def test_one_that_tries_and_is_never_heard_of_again_locks_nobody_out() -> None:
    clock = TurnedClock()
    circuit = broken(clock)
    clock.turn(OPEN_S)
    circuit.refusal()

    clock.turn(OPEN_S)
    assert circuit.refusal() == ""


class Silent:
    """Breaks connections off until it is told to speak, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.speaks = False

    def __call__(self, request: Request) -> Response:
        self.asked += 1
        return page(["1.0"]) if self.speaks else Response(0)


def test_a_silent_host_is_left_alone_after_three_requests_and_no_other_is() -> None:
    silent, clock = Silent(), TurnedClock()
    with quirky(silent) as host, quirky(lambda r: page(["2.0"])) as other, ask(host, clock=clock) as client:
        with pytest.raises(RegistryUnreachable, match="broke"):
            listed(client, ImageName(host, "a"))
        with pytest.raises(RegistryUnreachable, match=f"{host} broke: .*; it is left alone for a while"):
            listed(client, ImageName(host, "b"))
        assert silent.asked == 3
        assert listed(client, ImageName(other, "a")) == ("2.0",)

        silent.speaks = True
        clock.turn(OPEN_S)
        assert listed(client, ImageName(host, "c")) == ("1.0",)
        assert listed(client, ImageName(host, "d")) == ("1.0",)


@pytest.mark.parametrize("status", [404, 503])
def test_a_host_that_answers_anything_is_not_left_alone(status: int) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response(status)

    with quirky(answer) as host, ask(host) as client:
        for name in ("a", "b", "c"):
            with pytest.raises((RegistryNotFound, RegistryUnreachable)) as refused:
                listed(client, ImageName(host, name))
            assert "left alone" not in refused.value.message

    assert {path.split("/")[2] for path in asked} == {"a", "b", "c"}
