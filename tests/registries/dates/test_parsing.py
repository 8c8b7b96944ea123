"""Dates, as they are written and as nobody can mean them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.registries.dates.parsing import (
    MILLISECOND,
    SECOND,
    parse_rfc3339,
    parse_unix,
    plausible,
)

NOW = datetime(2024, 6, 1, tzinfo=UTC)
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001 - the zone is drawn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2024-05-01T12:00:00Z", "2024-05-01T12:00:00+00:00", id="utc"),
        pytest.param("2024-05-01t12:00:00z", "2024-05-01T12:00:00+00:00", id="lower-case"),
        pytest.param("2024-05-01 12:00:00+00:00", "2024-05-01T12:00:00+00:00", id="space"),
        pytest.param("2024-05-01T12:00:00-07:30", "2024-05-01T19:30:00+00:00", id="zone"),
        pytest.param("2024-05-01T12:00:00-00:00", "2024-05-01T12:00:00+00:00", id="unknown-zone"),
        pytest.param("2024-05-01T12:00:00.1Z", "2024-05-01T12:00:00.100000+00:00", id="tenths"),
        pytest.param("2024-05-01T12:00:00.1234567Z", "2024-05-01T12:00:00.123456+00:00", id="seven-digits"),
        pytest.param("2024-05-01T12:00:00.999999999Z", "2024-05-01T12:00:00.999999+00:00", id="nanoseconds"),
        pytest.param("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00", id="go-zero"),
    ],
)
def test_rfc3339_is_read(text: str, expected: str) -> None:
    found = parse_rfc3339(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2024-05-01", id="date-alone"),
        pytest.param("2024-05-01T12:00:00", id="no-zone"),
        pytest.param("2024-05-01T12:00Z", id="no-seconds"),
        pytest.param("20240501T120000Z", id="basic-format"),
        pytest.param("2024-W18-3T12:00:00Z", id="week"),
        pytest.param("2024-05-01T12:00:00,5Z", id="comma"),
        pytest.param("2024-05-01T12:00:00.Z", id="no-fraction"),
        pytest.param("2024-05-01T12:00:00." + "1" * 10**6 + "Z", id="endless-fraction"),
        pytest.param("2024-05-01T12:00:00Z\n", id="newline"),
        pytest.param("٢٠٢٤-05-01T12:00:00Z", id="arabic-digits"),
        pytest.param("2024-02-30T12:00:00Z", id="no-such-day"),
        pytest.param("2024-05-01T25:00:00Z", id="no-such-hour"),
        pytest.param("2024-05-01T12:00:00+24:00", id="no-such-zone"),
        pytest.param("0001-01-01T00:00:00+01:00", id="before-the-calendar"),
        pytest.param("9999-12-31T23:59:59-01:00", id="after-the-calendar"),
        pytest.param(None, id="null"),
        pytest.param(1714564800, id="number"),
        pytest.param(["2024-05-01T12:00:00Z"], id="list"),
    ],
)
def test_what_is_no_rfc3339_is_unknown(text: object) -> None:
    assert parse_rfc3339(text) is None


@given(TIMES)
def test_every_time_is_read_back(when: datetime) -> None:
    found = parse_rfc3339(when.isoformat())
    assert found == when
    assert found.tzinfo is UTC


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{0,12}(Z|[+-][0-9]{2}:[0-9]{2})"))
def test_any_text_is_a_time_in_utc_or_none(text: str) -> None:
    found = parse_rfc3339(text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        pytest.param(1714564800, SECOND, "2024-05-01T12:00:00+00:00", id="seconds"),
        pytest.param("1714564800", SECOND, "2024-05-01T12:00:00+00:00", id="seconds-as-text"),
        pytest.param(
            "1714564800123", MILLISECOND, "2024-05-01T12:00:00.123000+00:00", id="milliseconds-as-text"
        ),
        pytest.param(1714564800123, MILLISECOND, "2024-05-01T12:00:00.123000+00:00", id="milliseconds"),
        pytest.param(-1, SECOND, "1969-12-31T23:59:59+00:00", id="before-1970"),
    ],
)
def test_unix_times_are_read(number: object, unit: timedelta, expected: str) -> None:
    found = parse_unix(number, unit)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(10**18, id="beyond-the-calendar"),
        pytest.param(10**4000, id="huge"),
        pytest.param("9" * 10**6, id="huge-text"),
        pytest.param("1_714_564_800", id="underscores"),
        pytest.param("١٧١٤٥٦٤٨٠٠", id="arabic-digits"),
        pytest.param("1714564800\n", id="newline"),
        pytest.param("", id="empty"),
        pytest.param(True, id="true"),
        pytest.param(None, id="null"),
        pytest.param(json.loads("NaN"), id="nan"),
        pytest.param(json.loads("1e999"), id="infinite"),
        pytest.param({}, id="object"),
    ],
)
def test_what_is_no_unix_time_is_unknown(number: object) -> None:
    assert parse_unix(number, SECOND) is None


@given(st.integers() | st.text() | st.floats())
def test_any_number_is_a_time_in_utc_or_none(number: object) -> None:
    found = parse_unix(number, MILLISECOND)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("when", "is_plausible"),
    [
        pytest.param("0001-01-01T00:00:00Z", False, id="year-1"),
        pytest.param("1969-12-31T23:59:59Z", False, id="before-1970"),
        pytest.param("1970-01-01T00:00:00Z", False, id="1970"),
        pytest.param("1970-01-01T00:00:01Z", False, id="a-second-later"),
        pytest.param("1980-01-01T00:00:01Z", False, id="1980"),
        pytest.param("1980-01-02T00:59:59+01:00", False, id="1980-in-another-zone"),
        pytest.param("1980-01-02T00:00:00Z", True, id="a-day-later"),
        pytest.param("2024-05-01T12:00:00Z", True, id="past"),
        pytest.param("2024-06-02T00:00:00Z", True, id="24-hours-ahead"),
        pytest.param("2024-06-02T00:00:01Z", False, id="more-than-24-hours-ahead"),
        pytest.param("9999-12-31T23:59:59Z", False, id="far-ahead"),
    ],
)
def test_what_nobody_can_mean_is_unknown(when: str, is_plausible: bool) -> None:
    parsed = parse_rfc3339(when)
    assert parsed is not None
    assert plausible(parsed, NOW) == (parsed if is_plausible else None)


def test_the_unknown_stays_unknown() -> None:
    assert plausible(None, NOW) is None
