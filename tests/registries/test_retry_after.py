"""How long a server asks to be left alone: in every form, and from servers that lie."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.registries.retry_after import SHORTEST_S, wait_s
from tests.registries.turned_clock import BEGIN

UNIX = int(BEGIN.timestamp())


def wait(body: str = "", **headers: str) -> float | None:
    """What is made of an answer; a header's ``-`` is written ``_``."""
    return wait_s({name.replace("_", "-"): value for name, value in headers.items()}, body, BEGIN)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("7", 7, id="seconds"),
        pytest.param(" 7 ", 7, id="spaces"),
        pytest.param("0", SHORTEST_S, id="none"),
        pytest.param("Sun, 01 Mar 2026 12:00:30 GMT", 30, id="date"),
        pytest.param("Sunday, 01-Mar-26 12:00:30 GMT", 30, id="date-of-rfc-850"),
        pytest.param("Sun Mar  1 12:00:30 2026", 30, id="date-of-asctime"),
        pytest.param("Sun, 01 Mar 2026 12:00:30 +0100", 30, id="date-with-a-zone-that-http-does-not-know"),
        pytest.param("Sun, 01 Mar 2026 11:59:59 GMT", None, id="date-that-is-past"),
        pytest.param("", None, id="empty"),
        pytest.param("-1", None, id="negative"),
        pytest.param("1.5", None, id="fraction"),
        pytest.param("1e9", None, id="exponent"),
        pytest.param("inf", None, id="infinite"),
        pytest.param("nan", None, id="no-number"),
        pytest.param("٧", None, id="digits-of-another-script"),
        pytest.param("9" * 5000, 999_999_999, id="more-digits-than-python-reads"),
    ],
)
def test_the_header_is_read(value: str, seconds: float | None) -> None:
    assert wait(retry_after=value) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(str(UNIX + 40), 40, id="ahead"),
        pytest.param(str(UNIX - 40), None, id="past"),
        pytest.param("soon", None, id="word"),
        pytest.param("9" * 400, 999_999_999_999 - UNIX, id="for-ever"),
    ],
)
def test_the_unix_time_of_docker_hub_is_read(value: str, seconds: float | None) -> None:
    assert wait(x_retry_after=value) == seconds


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        pytest.param("5ns", SHORTEST_S, id="nanoseconds"),
        pytest.param("985.86µs", SHORTEST_S, id="micro-sign"),
        pytest.param("985.86μs", SHORTEST_S, id="greek-letter"),
        pytest.param("985.86us", SHORTEST_S, id="us"),
        pytest.param("1500ms", 1.5, id="milliseconds"),
        pytest.param("12.5s", 12.5, id="seconds"),
        pytest.param("2m", 120, id="minutes"),
        pytest.param("1m3.5s", 63.5, id="minutes-and-seconds"),
        pytest.param("1h0m0s", 3600, id="hours"),
        pytest.param("2000000µs", 2, id="many-microseconds"),
        pytest.param("-5s", None, id="negative"),
        pytest.param("5", None, id="no-unit"),
        pytest.param("5ſ", None, id="a-letter-that-is-an-s-in-any-case"),
        pytest.param("5d", None, id="days"),
        pytest.param("s", None, id="unit-alone"),
        pytest.param("9" * 400 + "s", None, id="too-many-digits"),
    ],
)
def test_the_duration_in_a_body_of_ghcr_is_read(duration: str, seconds: float | None) -> None:
    body = f'{{"errors":[{{"message":"retry-after: {duration}, allowed: 44000/minute"}}]}}'

    assert wait(body) == pytest.approx(seconds)


def test_the_header_counts_before_the_body() -> None:
    assert wait("retry-after: 9s", retry_after="7", x_retry_after=str(UNIX + 40)) == 7


def test_what_a_header_does_not_say_the_body_may() -> None:
    assert wait("Retry-After: 9s", retry_after="soon") == 9


ANY = st.text(max_size=40) | st.text(alphabet="0123456789.,:+- GMTSunMar", max_size=40)
DURATIONS = st.text(alphabet="0123456789.nuµμmshſKS -", max_size=60).map("retry-after: {}".format)


@given(ANY, ANY, DURATIONS | st.text(max_size=60))
def test_no_answer_is_waited_for_in_the_past_or_breaks_anything(header: str, unix: str, body: str) -> None:
    seconds = wait_s({"retry-after": header, "x-retry-after": unix}, body, BEGIN)

    assert seconds is None or (seconds >= SHORTEST_S and math.isfinite(seconds))
