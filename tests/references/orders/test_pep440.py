from __future__ import annotations

import pytest

from imagebot.references.orders.pep440 import parse_range, read


@pytest.mark.parametrize(
    ("text", "prefix", "release", "prerelease"),
    [
        ("1.0", "", (1, 0), ()),
        ("v1.0", "v", (1, 0), ()),
        ("1.2.3.4", "", (1, 2, 3, 4), ()),
        ("1.0.dev3", "", (1, 0), ("dev", "3")),
        ("1.0a1", "", (1, 0), ("a", "1")),
        ("1.0-alpha.1", "", (1, 0), ("a", "1")),
        ("1.0beta2", "", (1, 0), ("b", "2")),
        ("1.0c3", "", (1, 0), ("rc", "3")),
        ("1.0-preview", "", (1, 0), ("rc", "0")),
        ("1.0rc1.dev2", "", (1, 0), ("rc", "1")),
        ("1.0.post1", "", (1, 0), ()),
        ("1.0-1", "", (1, 0), ()),
        ("1.0.post1.dev2", "", (1, 0), ()),  # after the release: no pre-release of it
        ("01.02", "", (1, 2), ()),
    ],
)
def test_a_version_is_read(
    text: str, prefix: str, release: tuple[int, ...], prerelease: tuple[str, ...]
) -> None:
    reading = read(text)

    assert reading is not None
    assert reading.version is not None
    found = reading.version
    assert (found.prefix, found.release, found.prerelease, found.family) == (prefix, release, prerelease, "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "latest",
            "1.0-slim",
            "1.0-alpine3.19",
            "1!1.0",
            "1.0+local",
            "1.2.3.4.5",
            "1..2",
            " 1.0",
            "1.0 ",
        ),
        *("1.0.", "1.0rc1rc2", "1.0.dev1.dev2", "vv1.0", "１.0", "1.0\n", "1" * 41),
    ],
)
def test_what_is_no_version_is_none(text: str) -> None:
    assert read(text) is None


def test_the_life_of_a_version() -> None:
    """As in the summary of permitted suffixes and relative ordering of PEP 440."""
    life = "1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456"
    life += " 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0.post456.dev34 1.0.post456 1.1.dev1"
    keys = [reading.key for text in life.split() if (reading := read(text))]

    assert len(keys) == 16
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_bound_may_be_a_prerelease() -> None:
    wanted = parse_range(">=1.0-rc1 <2")
    inside = {
        text: wanted.contains(found.version)
        for text in ("1.0b9", "1.0rc1", "1.9", "2.0rc1")
        if (found := read(text)) and found.version
    }

    assert inside == {"1.0b9": False, "1.0rc1": True, "1.9": True, "2.0rc1": False}
