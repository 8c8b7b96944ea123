from __future__ import annotations

import pytest

from imagebot.registries.server_clock import ahead_s
from tests.registries.turned_clock import BEGIN


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        pytest.param("Sun, 01 Mar 2026 12:00:00 GMT", 0.0, id="equal"),
        pytest.param("Sun, 01 Mar 2026 12:05:00 GMT", 300.0, id="ahead"),
        pytest.param("Sun, 01 Mar 2026 11:59:00 GMT", -60.0, id="behind"),
        pytest.param("Sun, 01 Mar 2026 13:00:00 +0100", 0.0, id="zone"),
        pytest.param("Sun, 01 Mar 2026 12:00:10 -0000", 10.0, id="no-zone"),
        pytest.param("yesterday", None, id="no-date"),
        pytest.param("Sun, 99 Mar 99999999999999999999 12:00:00 GMT", None, id="impossible"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_difference_is_read_from_the_date(date: str, seconds: float | None) -> None:
    assert ahead_s({"date": date}, BEGIN) == seconds


def test_a_server_that_says_no_date_is_not_judged() -> None:
    assert ahead_s({}, BEGIN) is None
