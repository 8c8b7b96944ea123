"""Orders whose texts have no parts: numerical and alphabetical."""

from __future__ import annotations

import pytest

from imagebot.references.orders import alphabetical, numerical


@pytest.mark.parametrize(
    ("ascending", "same"),
    [
        pytest.param("0 1 2 10 100", "", id="by-value"),
        pytest.param("1.2 1.9 1.25e", "", id="what-is-none-is-left-out"),
        pytest.param("1.05 1.1 1.5 2", "", id="decimals-are-no-versions"),
        pytest.param("99999999999999999 100000000000000000 100000000000000001", "", id="beyond-doubles"),
        pytest.param("0.1 0.10000000000000000000000000000000000001", "", id="beyond-the-context-of-decimals"),
        pytest.param("", "7 07 007 7.0 7.000", id="zeros"),
        pytest.param("", "1.1 1.10", id="zeros-behind-the-point"),
    ],
)
def test_numbers(ascending: str, same: str) -> None:
    keys = [reading.key for text in ascending.split() if (reading := numerical.read(text))]

    assert keys == sorted(set(keys))
    equal = {reading.key for text in same.split() if (reading := numerical.read(text))}
    assert len(equal) == bool(same)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "1a",
        "1.",
        ".5",
        "-1",
        "+1",
        "1e5",
        "1_000",
        "1.2.3",
        "0x10",
        "NaN",
        "Infinity",
        "１",
        "1\n",
        "1" * 129,
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert numerical.read(text) is None
    assert numerical.further(text) is None


@pytest.mark.parametrize("ascending", ["a b c", "B a", "10 9", "2024-01-15 2024-02", "1.10 1.9", "a aa"])
def test_texts(ascending: str) -> None:
    texts = ascending.split()
    keys = [reading.key for text in texts if (reading := alphabetical.read(text))]

    assert keys == sorted(keys)
    assert alphabetical.read("") is None
