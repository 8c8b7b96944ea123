from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagebot.policies.calendar import closed_at, opens_again
from imagebot.policies.proposing import Calendar, Freeze

MINUTE = timedelta(minutes=1)
TURNS = [
    pytest.param("Europe/Berlin", date(2026, 3, 29), id="spring"),
    pytest.param("Europe/Berlin", date(2026, 10, 25), id="autumn"),
    pytest.param("America/New_York", date(2026, 11, 1), id="west"),
    pytest.param("Australia/Lord_Howe", date(2026, 4, 5), id="half-an-hour"),
    pytest.param("America/Havana", date(2026, 3, 8), id="at-midnight"),
    pytest.param("Pacific/Apia", date(2011, 12, 30), id="a-day-that-never-came"),
    pytest.param("Asia/Kolkata", date(2026, 3, 29), id="never"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def frozen(begin: str, end: str, reason: str = "Christmas") -> Freeze:
    return Freeze(reason, begin=at(begin), end=at(end))


WORK = Calendar(
    "Europe/Berlin",
    ("* 9-16 * * mon-thu",),
    (
        frozen("2026-12-20T00:00+01:00", "2027-01-07T00:00+01:00"),
        Freeze("weekend", cron="0 18 * * fri", lasting=timedelta(hours=62)),
    ),
)


@pytest.mark.parametrize(
    ("calendar", "moment", "expected"),
    [
        pytest.param(Calendar(), "2026-11-21T03:00Z", "", id="no-calendar"),
        pytest.param(WORK, "2026-11-18T12:00Z", "", id="open"),
        pytest.param(WORK, "2026-11-18T16:59:59.999+01:00", "", id="last-moment"),
        pytest.param(
            WORK,
            "2026-11-18T17:00+01:00",
            "outside of the schedule; opens again 2026-11-19T09:00:00+01:00",
            id="evening",
        ),
        pytest.param(
            WORK,
            "2026-11-20T18:00+01:00",
            "frozen: weekend; opens again 2026-11-23T09:00:00+01:00",
            id="weekend",
        ),
        pytest.param(
            WORK,
            "2026-12-17T16:30Z",
            "outside of the schedule; opens again 2027-01-07T09:00:00+01:00",
            id="evening-before-a-freeze",
        ),
        pytest.param(
            WORK,
            "2027-01-06T23:59:59+01:00",
            "frozen: Christmas; opens again 2027-01-07T09:00:00+01:00",
            id="last-day",
        ),
        pytest.param(
            Calendar("UTC", (), (frozen("2026-01-01T00:00Z", "2026-01-02T00:00Z", "a\nb\x1b"),)),
            "2026-01-01T00:00Z",
            "frozen: a b; opens again 2026-01-02T00:00:00+00:00",
            id="reason-on-one-line",
        ),
        pytest.param(
            Calendar("UTC", (), (frozen("2026-01-01T00:00Z", "2030-01-02T00:00Z"),)),
            "2026-01-01T00:00Z",
            "frozen: Christmas; does not open within two years",
            id="too-long",
        ),
        pytest.param(
            Calendar("UTC", ("*/2 * * * *",), (Freeze("odd", cron="*/2 * * * *", lasting=MINUTE),)),
            "2026-01-01T00:00Z",
            "frozen: odd; does not open within two years",
            id="never",
        ),
    ],
)
def test_a_calendar_says_why_it_is_closed_and_until_when(
    calendar: Calendar, moment: str, expected: str
) -> None:
    assert closed_at(calendar, at(moment)) == expected


def test_what_is_open_opens_now() -> None:
    now = at("2026-11-18T12:34:56.789Z")

    assert opens_again(WORK, now) == now


def field(low: int, high: int) -> st.SearchStrategy[frozenset[int]]:
    every = st.just(frozenset(range(low, high + 1)))
    return every | st.frozensets(st.integers(low, high), min_size=1, max_size=3)


CRONS = st.tuples(field(0, 59), field(0, 23), field(0, 6))
"""Minutes, hours and days of the week, Sunday first."""

FREEZES = st.tuples(*(st.frozensets(st.integers(0, most), min_size=1, max_size=3) for most in (59, 23, 6)))
"""Not so many that it is never open: that is another test."""

Fields = tuple[frozenset[int], frozenset[int], frozenset[int]]


def written(fields: Fields) -> str:
    minutes, hours, days = (",".join(map(str, sorted(one))) for one in fields)
    return f"{minutes} {hours} * * {days}"


def shows(fields: Fields, wall: datetime) -> bool:
    minutes, hours, days = fields
    return wall.minute in minutes and wall.hour in hours and wall.isoweekday() % 7 in days


def starts(fields: Fields, zone: ZoneInfo, day: date) -> list[datetime]:
    """When a freeze begins around a day, minute by minute of what a clock may show."""
    first = datetime(day.year, day.month, day.day) - timedelta(days=6)  # noqa: DTZ001 - what a clock shows
    walls = (first + MINUTE * count for count in range(10 * 1440))
    return sorted(wall.replace(tzinfo=zone).astimezone(UTC) for wall in walls if shows(fields, wall))


@pytest.mark.parametrize(("name", "day"), TURNS)
@given(
    schedule=st.lists(CRONS, max_size=2),
    freeze=FREEZES,
    lasting=st.integers(1, 3 * 1440),
    begin=st.integers(-1440, 2 * 1440),
    seconds=st.integers(0, 59),
)
@settings(max_examples=12, deadline=None)
def test_it_is_as_if_every_minute_were_looked_at(
    name: str, day: date, schedule: list[Fields], freeze: Fields, lasting: int, begin: int, seconds: int
) -> None:
    zone = ZoneInfo(name)
    begun = starts(freeze, zone, day)
    weekly = Freeze("x", cron=written(freeze), lasting=MINUTE * lasting)
    calendar = Calendar(name, tuple(map(written, schedule)), (weekly,))

    def is_open(moment: datetime) -> bool:
        wall = moment.astimezone(zone)
        listed = not schedule or any(shows(fields, wall) for fields in schedule)
        return listed and bisect_right(begun, moment) == bisect_right(begun, moment - MINUTE * lasting)

    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) + MINUTE * begin
    now = minute + timedelta(seconds=seconds)
    later = (minute + MINUTE * count for count in range(1, 400))
    expected = next((moment for moment in [now, *later] if is_open(moment)), None)
    again = opens_again(calendar, now)
    found = again.astimezone(UTC) if again else None  # a time that comes twice equals none of another zone

    assert (closed_at(calendar, now) == "") == is_open(now)
    assert found == expected if expected else found is None or found > now + MINUTE * 398
