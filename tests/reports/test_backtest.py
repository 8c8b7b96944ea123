from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from imagebot.replay import Backtest, Compared, Move, Period, Step
from imagebot.reports.backtest import backtest_text, closing, duration
from imagebot.reports.table import Screen

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def move(*, lead: timedelta | None = None, own: bool = False, author: str = "Ada") -> Move:
    compared = (
        Compared("unknown", reason="no date") if lead is None else Compared("proposed", NOW - lead, "1.1")
    )
    return Move(
        NOW, "c0ffee0123", author, own, "_/web", Step("web", "1.0", "1.1", 1), None if own else compared
    )


def found(*moves: Move) -> Backtest:
    return Backtest(Period(NOW - 14 * DAY, NOW, DAY), ("web",), 1, (), (), moves, 0, (), ())


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(days=12, hours=3, minutes=40), "12 d 3 h"),
        (timedelta(days=12, minutes=40), "12 d"),
        (timedelta(days=6), "6 d"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(minutes=40, seconds=59), "40 min"),
        (timedelta(seconds=59), "0 min"),
    ],
)
def test_a_length_of_time_in_two_units(length: timedelta, told: str) -> None:
    assert duration(length) == told


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        pytest.param([], "nobody moved a tag by hand.", id="nothing"),
        pytest.param([move(lead=DAY)], "people made 1 of the same moves, a median of 1 d later.", id="later"),
        pytest.param(
            [move(lead=-DAY)], "people made 1 of the same moves, a median of 1 d earlier.", id="earlier"
        ),
        pytest.param(
            [move(lead=DAY), move(lead=4 * DAY), move(lead=9 * DAY), move(own=True)],
            "people made 3 of the same moves, a median of 4 d later, 1 by imagebot itself.",
            id="own-ones-do-not-count",
        ),
        pytest.param(
            [move()], "people made none of the same moves, 1 that cannot be compared.", id="unknown"
        ),
    ],
)
def test_the_closing_sentence(moves: list[Move], told: str) -> None:
    assert closing(found(*moves)) == f"0 pull requests in 14 d (0.0 a week); {told}"


def test_text_from_outside_is_cleaned() -> None:
    assert "\x1b" not in backtest_text(found(move(author="\x1b[2JEve")), Screen())
