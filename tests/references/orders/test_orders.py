"""What holds for every order, and where each agrees with somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from imagebot.references.orders import ORDERS
from imagebot.references.orders.order import Key

NAMES = sorted(ORDERS)
HOSTILE = [
    "1" * 128,
    "1." * 63 + "1",
    "a-" * 63,
    "1" + "-rc.1" * 25,
    "1-" + "a." * 60 + "!",
    "1-" + "0" * 120 + "~",
    "1+" + "a." * 60,
    "a-" * 3 + "2024-06-12" + "-1" * 56,
    "20240612" * 16,
    "2024." + "1." * 60,
    "1" + "-jdk" * 31,
    "1-" + "f" * 126,
    "1-" + "a1" * 63,
    "1-" + "python." * 17,
    "1-" + "arm-v" * 25,
    "1.0" + ".post1.dev1" * 11,
    "v" * 128,
    "-" * 128,
    "1" + "." * 127,
    "9" * 5000,
    "1-rc." + "9" * 5000,
    "1.0.dev" + "9" * 5000,
    "2024-06-12." + "9" * 5000,
]


def sign(a: object, b: object) -> int:
    return bool(a > b) - bool(a < b)  # type: ignore[operator] # of one kind, whichever


def compare(name: str, a: str, b: str) -> int:
    return sign(key(name, a), key(name, b))


def key(name: str, text: str) -> Key:
    reading = ORDERS[name].read(text)
    assert reading is not None, text
    return reading.key


number = st.integers(0, 30).map(str)
word = st.sampled_from(["alpha", "beta", "rc", "preview", "a", "b", "m", "dev", "x"])
suffix = st.sampled_from(["", "-alpine", "-alpine3.19", "-r5", "-jdk17", "_7", "-7f3a9c1"])
texts = st.builds(
    lambda prefix, release, pre, rest: prefix + ".".join(release) + pre + rest,
    st.sampled_from(["", "v"]),
    st.lists(number, min_size=1, max_size=4),
    st.just("") | st.builds(lambda s, w, n: s + w + n, st.sampled_from(["", "-", "."]), word, number),
    suffix,
) | st.sampled_from(
    [
        "2024-01-15",
        "2024.1.15",
        "20240115",
        "202401",
        "24.04",
        "24.04.1",
        "20240115-1030",
        "main",
        "007",
        "1.10",
    ]
)
strategies = st.lists(texts, min_size=3, max_size=3)


@pytest.mark.parametrize("name", NAMES)
@given(strategies)
def test_every_order_is_total_antisymmetric_and_transitive(name: str, found: list[str]) -> None:
    readings = [ORDERS[name].read(text) for text in found]
    keys = sorted(reading.key for reading in readings if reading)
    for a in keys:
        for b in keys:
            assert (a < b) + (b < a) + (a == b) == 1
    for a, b, c in zip(keys, keys[1:], keys[2:], strict=False):
        assert a <= b <= c
        assert a <= c


@pytest.mark.parametrize("name", NAMES)
@given(st.text(max_size=128) | st.text(alphabet="0123456789.-_+TZvrcabdefm", max_size=128))
def test_any_text_is_read_or_none(name: str, text: str) -> None:
    order = ORDERS[name]
    reading = order.read(text)

    assert reading is None or (reading.version is not None) == order.versions
    order.further(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_read_or_none(name: str, text: str) -> None:
    """Every expression is bound in what it repeats: these would keep one that backtracks busy for ever."""
    reading = ORDERS[name].read(text)
    ORDERS[name].further(text)

    assert reading is None or name == "alphabetical" or len(text) <= 128


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(st.text(alphabet="0123456789.abrc", min_size=1, max_size=8), min_size=2, max_size=12))
def test_what_stands_in_a_further_group_compares_too(name: str, found: list[str]) -> None:
    keys = [further for text in found if (further := ORDERS[name].further(text)) is not None]

    assert sorted(keys) == sorted(sorted(keys, key=str))


strict_number = (st.integers(0, 99) | st.integers(0, 10**39)).map(str)
identifier = (
    st.integers(0, 99).map(str)
    | st.integers(10**30, 10**60).map(str)
    | st.from_regex(r"[0-9]{0,3}[A-Za-z][0-9A-Za-z]{0,4}", fullmatch=True)
)
strict = st.builds(
    lambda numbers, word, ids, build: (
        ".".join(numbers) + (f"-{'.'.join([word, *ids])}" if word else "") + build
    ),
    st.tuples(strict_number, strict_number, strict_number),
    st.sampled_from(["", "alpha", "beta", "rc", "preview", "snapshot", "nightly"]),
    st.lists(identifier, max_size=4),
    st.sampled_from(["", "+build.7"]),
)


@given(strict, strict)
def test_semver_agrees_with_semver(a: str, b: str) -> None:
    """https://semver.org, item 11."""
    assert compare("semver", a, b) == semver.Version.parse(a).compare(semver.Version.parse(b))


@pytest.mark.parametrize("name", ["semver", "pep440"])
def test_the_example_of_semver(name: str) -> None:
    chain = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]
    if name == "semver":
        chain[2:2] = ["1.0.0-alpha.beta", "1.0.0-beta"]

    keys = [key(name, text) for text in chain]
    # PEP 440 has no number where none is written, and means 0
    assert keys == sorted(keys)


pep440 = st.builds(
    lambda prefix, release, pre, post, dev: prefix + ".".join(release) + pre + post + dev,
    st.sampled_from(["", "v"]),
    st.lists(number, min_size=1, max_size=4),
    st.just("")
    | st.builds(
        lambda s, w, n: s + w + n,
        st.sampled_from(["", ".", "-", "_"]),
        st.sampled_from(["a", "b", "rc", "alpha", "beta", "c", "pre", "preview", "RC"]),
        number | st.just(""),
    ),
    st.just("")
    | st.builds(lambda form, n: form + n, st.sampled_from([".post", "post", "-", ".rev", "-r"]), number),
    st.just("")
    | st.builds(lambda s, n: s + "dev" + n, st.sampled_from(["", ".", "-"]), number | st.just(str(10**45))),
)


@given(pep440, pep440)
def test_pep440_agrees_with_packaging(a: str, b: str) -> None:
    assert compare("pep440", a, b) == sign(Version(a), Version(b))


LAYOUTS = [
    *("%Y-%m-%d", "%Y.%m.%d", "%Y_%m_%d", "%Y%m%d", "%Y%m", "%Y.%m", "%Y-%m", "v%Y.%m.%d"),
    *("%Y%m%d-%H%M", "%Y%m%d.%H%M%S", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%SZ", "nightly-%Y%m%d"),
    *("%Y-%m-%dT%H-%M-%SZ", "RELEASE.%Y-%m-%dT%H-%M-%SZ", "%Y-%m-%d_%H-%M", "%Y-%m-%d.%H%M%S"),
    *("%Y-%m-%d-%H-%M-%S", "%Y.%m.%d-%H%M", "%Y-%m-%dT%H.%M.%S", "%Y%m%d-alpine", "bookworm-%Y%m%d-slim"),
]
moments = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - tags name no zone
century = st.datetimes(datetime(2000, 1, 1), datetime(2068, 12, 31))  # noqa: DTZ001 - two digits mean these to strptime


@pytest.mark.parametrize("layout", LAYOUTS)
@given(moments, moments)
def test_calver_agrees_with_the_calendar(layout: str, a: datetime, b: datetime) -> None:
    texts = [moment.strftime(layout) for moment in (a, b)]
    said = [datetime.strptime(text, layout) for text in texts]  # noqa: DTZ007

    assert compare("calver", *texts) == sign(*said)


@pytest.mark.parametrize(
    ("form", "width"),
    [
        ("{0:%Y}.{0.month}.{0.day}", 3),
        ("{0:%y}.{0.month}.{0.day}", 3),
        ("{0:%Y}.{0.month}", 2),
        ("{0:%y.%m}", 2),
    ],
)
@given(century, century)
def test_calver_needs_no_zeros(form: str, width: int, a: datetime, b: datetime) -> None:
    said = sign(a.timetuple()[:width], b.timetuple()[:width])

    assert compare("calver", form.format(a), form.format(b)) == said


whole = st.integers(0, 10**40).map(str) | st.integers(0, 99).map(lambda n: f"{n:05}")
decimal = st.builds("{}.{}".format, st.integers(0, 10**20), st.from_regex(r"[0-9]{1,30}", fullmatch=True))


@given(whole | decimal, whole | decimal)
def test_numerical_agrees_with_the_numbers(a: str, b: str) -> None:
    assert compare("numerical", a, b) == sign(Decimal(a), Decimal(b))


@given(st.integers(10**16, 10**18))
def test_no_number_is_rounded(value: int) -> None:
    """Timestamps with 17 digits differ in the last one, which a double of IEEE 754 has no place for."""
    assert compare("numerical", str(value), str(value + 1)) == -1


@given(st.text(min_size=1), st.text(min_size=1))
def test_alphabetical_agrees_with_the_characters(a: str, b: str) -> None:
    assert compare("alphabetical", a, b) == sign(a, b)


@pytest.mark.parametrize("parse", [order.range for order in ORDERS.values() if order.versions])
def test_a_hostile_range_is_refused(parse: Callable[[str], object]) -> None:
    for text in ("1-" + "9" * 5000, "9" * 5000, ">=" * 2500, "1||" * 2000):
        with pytest.raises(ValueError, match="version|operator|stands"):
            parse(text)
