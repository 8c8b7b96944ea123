from __future__ import annotations

import os
import signal

import pytest

from imagebot.errors import UsageError
from imagebot.service.loop import Stop, interval_s, run_every, stop_on_signals


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("90s", 90, id="seconds"),
        pytest.param("5m", 300, id="minutes"),
        pytest.param("1h30m", 5400, id="combined"),
        pytest.param("7d", 604800, id="a-week"),
    ],
)
def test_intervals_are_read_with_their_units(text: str, expected: int) -> None:
    assert interval_s(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "0s", "-5m", "8d", "5 m", "5m\n", "1w", "9" * 30 + "s"])
def test_other_intervals_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="interval"):
        interval_s(text)


def test_a_job_runs_at_once_and_a_stop_ends_the_loop() -> None:
    stop = Stop()
    runs: list[int] = []

    def job() -> None:
        runs.append(1)
        stop.request(signal.SIGTERM)

    run_every(3600, job, stop)

    assert runs == [1]


def test_a_signal_is_a_wish_and_the_work_under_way_is_finished() -> None:
    stop = Stop()
    before = signal.getsignal(signal.SIGTERM)
    done: list[str] = []

    with stop_on_signals(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("the rest of the work")

    assert stop()
    assert stop.signal == signal.SIGTERM
    assert done == ["the rest of the work"]
    assert signal.getsignal(signal.SIGTERM) == before
