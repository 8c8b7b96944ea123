from __future__ import annotations

import pytest

from imagebot.references.orders.calver import parse_range, read
from imagebot.references.version import TagVersion


def parsed(text: str) -> TagVersion:
    reading = read(text)
    assert reading is not None
    assert reading.version is not None
    return reading.version


@pytest.mark.parametrize(
    ("text", "prefix", "release", "layout", "family"),
    [
        ("2024.6", "", (2024, 6), "YYYY.MM", ""),
        ("2024.06.3", "", (2024, 6, 3), "YYYY.MM.DD", ""),
        ("2024.6.100", "", (2024, 6, 100), "YYYY.MM.DD", ""),  # a micro: dots promise no day
        ("2024.06.03.2", "", (2024, 6, 3, 2), "YYYY.MM.DD.N", ""),
        ("2024-06-12", "", (2024, 6, 12), "YYYY-MM-DD", ""),
        ("2024-06", "", (2024, 6), "YYYY-MM", ""),
        ("2024_06_12", "", (2024, 6, 12), "YYYY_MM_DD", ""),
        ("2024-06-12-3", "", (2024, 6, 12, 3), "YYYY-MM-DD-N", ""),
        ("2024-06-12-1030", "", (2024, 6, 12, 10, 30, 0), "YYYY-MM-DD-hhmm", ""),
        ("2024-06-12-10-30-45", "", (2024, 6, 12, 10, 30, 45), "YYYY-MM-DD-hh-mm-ss", ""),
        ("2024-06-12-10-30", "", (2024, 6, 12, 10, 30, 0), "YYYY-MM-DD-hh-mm", ""),
        ("2021-01-28.133158", "", (2021, 1, 28, 13, 31, 58), "YYYY-MM-DD.hhmmss", ""),
        ("2024.06.12-1030", "", (2024, 6, 12, 10, 30, 0), "YYYY.MM.DD-hhmm", ""),
        ("RELEASE.2024-06-13T22-53-53Z", "RELEASE.", (2024, 6, 13, 22, 53, 53), "YYYY-MM-DDThh-mm-ssZ", ""),
        (
            "RELEASE.2024-06-13T22-53-53Z.fips",
            "RELEASE.",
            (2024, 6, 13, 22, 53, 53),
            "YYYY-MM-DDThh-mm-ssZ",
            ".fips",
        ),
        ("20240612", "", (2024, 6, 12), "YYYYMMDD", ""),
        ("202406", "", (2024, 6), "YYYYMM", ""),
        ("20240612.5", "", (2024, 6, 12, 5), "YYYYMMDD.N", ""),
        ("20240612-1030", "", (2024, 6, 12, 10, 30, 0), "YYYYMMDD-hhmm", ""),
        ("20240612103045", "", (2024, 6, 12, 10, 30, 45), "YYYYMMDDhhmmss", ""),
        ("20240612T103045Z", "", (2024, 6, 12, 10, 30, 45), "YYYYMMDDThhmmssZ", ""),
        ("20240612-2460", "", (2024, 6, 12), "YYYYMMDD", "-#"),  # no time of day: a counter
        ("v20240612", "v", (2024, 6, 12), "YYYYMMDD", ""),
        ("bookworm-20240612-slim", "bookworm-", (2024, 6, 12), "YYYYMMDD", "-slim"),
        ("24.04", "", (24, 4), "YY.MM", ""),
        ("20.04", "", (20, 4), "YY.MM", ""),  # April 2020, not the fourth of a month
        ("24.04.1", "", (24, 4, 1), "YY.MM.N", ""),
        ("24.4-alpine3.20", "", (24, 4), "YY.MM", "-alpine#.#"),
        ("v24.12", "v", (24, 12), "YY.MM", ""),
        ("2024.6.0b3", "", (2024, 6, 0), "YYYY.MM.DD", ""),
    ],
)
def test_a_date_is_read(text: str, prefix: str, release: tuple[int, ...], layout: str, family: str) -> None:
    found = parsed(text)

    assert (found.prefix, found.release, found.layout, found.family) == (prefix, release, layout, family)


def test_a_date_may_have_a_prerelease() -> None:
    assert parsed("2024.6.0b3").prerelease == ("b", "3")
    assert parsed("2024.6.0b3") < parsed("2024.6.0")


@pytest.mark.parametrize(
    "text",
    [
        *("2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "2024-06-00", "2024-06-31", "2024-06-100"),
        *(
            "20240230",
            "20241301",
            "20240100",
            "2024061",
            "240115",
            "2024",
            "20240612103",
            "20240612103045123",
        ),
        *("2024.13.1", "2024.0.1", "2024.13", "24.13", "24.00", "4.10", "1.2.3", "1989.1.1", "2100.1.1"),
        *("2024-06-12T99-99-99Z", "2024-06-12T24-00-00Z", "2024-02-30T10-00-00Z", "2024-06-12T10Z"),
        *(
            "latest",
            "",
            "v",
            "a-b-c-d-2024-06-12",
            "2024-06-12\n",
            "２０２４-06-12",
            "1718006400",
            "2024..06",
        ),
    ],
)
def test_what_cannot_be_a_date_is_none(text: str) -> None:
    assert read(text) is None


def test_the_29th_of_february_is_a_day_in_leap_years_only() -> None:
    assert read("2024-02-29")
    assert read("20000229")
    assert read("20230229") is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=2024.01 <2025", "2024.01.15 2024-12-31 20240601", "2023.12.31 2025.01.01 20250101"),
        (">=2024-06-12", "2024-06-12 2024-06-13T00-00-00Z", "2024-06-11"),
        (">=20240612", "20240612 20240612-0001", "20240611-2359"),
        (">=202406", "20240601", "20240531"),
        ("24.04.x", "24.04.0 24.04.9", "24.10.0"),
        ("2024-06", "2024.6.1 20240630", "2024.7.1"),
    ],
)  # fmt: skip
def test_a_range_of_dates_holds_these_and_not_those(text: str, inside: str, outside: str) -> None:
    found = parse_range(text)

    assert [tag for tag in inside.split() if not found.contains(parsed(tag))] == []
    assert [tag for tag in outside.split() if found.contains(parsed(tag))] == []
    assert found.text == text
