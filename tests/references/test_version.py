from __future__ import annotations

from itertools import pairwise

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from imagebot.references.version import TagVersion


def parsed(text: str) -> TagVersion:
    version = TagVersion.parse(text)
    assert version is not None
    return version


@pytest.mark.parametrize(
    ("tag", "prefix", "release", "prerelease", "family", "numbers"),
    [
        ("1", "", (1,), (), "", ()),
        ("1.2", "", (1, 2), (), "", ()),
        ("1.2.3", "", (1, 2, 3), (), "", ()),
        ("1.2.3.4", "", (1, 2, 3, 4), (), "", ()),
        ("v1.2.3", "v", (1, 2, 3), (), "", ()),
        ("V1", "V", (1,), (), "", ()),
        ("1.2.3-rc1", "", (1, 2, 3), ("rc", "1"), "", ()),
        ("1.2.3-rc.1", "", (1, 2, 3), ("rc", "1"), "", ()),
        ("1.2.3-RC-1", "", (1, 2, 3), ("rc", "1"), "", ()),
        ("1.2.3rc1", "", (1, 2, 3), ("rc", "1"), "", ()),
        ("1.2.3-beta", "", (1, 2, 3), ("beta",), "", ()),
        ("1.2.3-alpha.1.x", "", (1, 2, 3), ("alpha", "1", "x"), "", ()),
        ("1.2.3-alpine", "", (1, 2, 3), (), "-alpine", ()),
        ("1.2.3-alpine3.19", "", (1, 2, 3), (), "-alpine#.#", (3, 19)),
        ("1.2.3-rc1-alpine3.19", "", (1, 2, 3), ("rc", "1"), "-alpine#.#", (3, 19)),
        ("1.2.3-alpine-rc1", "", (1, 2, 3), ("rc", "1"), "-alpine", ()),
        ("15.3.0-debian-11-r7", "", (15, 3, 0), (), "-debian-#-r#", (11, 7)),
        ("1.2.3-1", "", (1, 2, 3), (), "-#", (1,)),
        ("1.2.3_arm64", "", (1, 2, 3), (), "_arm64", ()),
        ("1.2.3-bookworm", "", (1, 2, 3), (), "-bookworm", ()),
        ("1.2.3-amazing", "", (1, 2, 3), (), "-amazing", ()),
        ("2.0.0-M1", "", (2, 0, 0), ("m", "1"), "", ()),
        ("1.0b2", "", (1, 0), ("b", "2"), "", ()),
        ("1.0-b", "", (1, 0), (), "-b", ()),
        ("1.2.3-preview2", "", (1, 2, 3), ("preview", "2"), "", ()),
        ("21-jre", "", (21,), (), "-jre", ()),
        ("007.01", "", (7, 1), (), "", ()),
        ("1.2.3+build.5", "", (1, 2, 3), (), "", ()),
        ("v1.2.3-rc.1+g1a2b", "v", (1, 2, 3), ("rc", "1"), "", ()),
        ("1.2.3-alpine3.19+x", "", (1, 2, 3), (), "-alpine#.#", (3, 19)),
    ],
)
def test_a_tag_is_read(
    tag: str,
    prefix: str,
    release: tuple[int, ...],
    prerelease: tuple[str, ...],
    family: str,
    numbers: tuple[int, ...],
) -> None:
    assert parsed(tag) == TagVersion(tag, prefix, release, prerelease, family, numbers)


@pytest.mark.parametrize(
    "tag",
    [
        "latest",
        "",
        "v",
        "main",
        "a1.2.3",
        "1..2",
        "1.2.3.4.5",
        "1.",
        ".1",
        "9f8e7d6c",
        "9f8e7d6c.",
        "1234abc",
        "21jre",
        "1.2.3+",
        "1.2.3+a+b",
        "1.2.3+a..b",
        "1.2.3+a_b",
        "+1.2.3",
        "1" * 41,
        "¹",
        "１.2",
    ],
)
def test_what_is_no_version_is_none(tag: str) -> None:
    assert TagVersion.parse(tag) is None


@pytest.mark.parametrize(
    "ascending",
    [
        pytest.param("1 1.0.1 1.1 1.2 1.10 2", id="numbers-by-value"),
        pytest.param(
            "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0",
            id="semver-2.0.0-item-11",
        ),
        pytest.param("1.0-rc1 1.0-rc2 1.0-rc10 1.0", id="release-candidates"),
        pytest.param("1.0-alpine3.9 1.0-alpine3.19 1.0-alpine3.20", id="suffix-numbers"),
        pytest.param("1.0.0-r1 1.0.0-r2 1.0.0-r10 1.0.1-r0", id="revisions"),
    ],
)
def test_order(ascending: str) -> None:
    tags = ascending.split()

    shuffled = tags[1::2] + tags[::2]
    assert sorted(shuffled, key=lambda tag: parsed(tag).sort_key) == tags


def test_a_build_has_no_precedence() -> None:
    """SemVer 2.0.0, item 10."""
    assert parsed("1.2.3+a").precedence == parsed("1.2.3+b").precedence == parsed("1.2.3").precedence
    assert parsed("1.2.3+z") < parsed("1.2.4+a")


number = st.integers(0, 30).map(str)
release = st.lists(number, min_size=1, max_size=4).map(".".join)
word = st.sampled_from(["alpha", "beta", "rc"])
prerelease = st.just("") | st.builds(
    lambda w, ns: "-" + ".".join([w, *ns]), word, st.lists(number, max_size=2)
)
suffix = st.sampled_from(["", "-alpine", "-alpine3.19", "-alpine3.20", "-debian-12-r3", "_x"])
versions = st.builds(
    lambda v, r, p, s: parsed(v + r + p + s), st.sampled_from(["", "v"]), release, prerelease, suffix
)
build = st.sampled_from(["", "+build", "+5.a-b"])
strict = st.builds(lambda r, p, b: ".".join(r) + p + b, st.tuples(number, number, number), prerelease, build)


@given(versions, versions, versions)
def test_the_order_is_total(a: TagVersion, b: TagVersion, c: TagVersion) -> None:
    assert (a < b) + (b < a) + (a.text == b.text) == 1
    if a <= b <= c:
        assert a <= c


@given(strict, strict)
def test_the_order_agrees_with_semver(a: str, b: str) -> None:
    ours = (parsed(a).precedence > parsed(b).precedence) - (parsed(a).precedence < parsed(b).precedence)

    assert ours == semver.Version.parse(a).compare(semver.Version.parse(b))


@given(st.text(max_size=60) | st.text(alphabet="0123456789.-rcv_alpine", max_size=40))
def test_any_text_is_read_or_none(text: str) -> None:
    version = TagVersion.parse(text)

    assert version is None or version.text == text


def test_a_long_pathological_tag_costs_little() -> None:
    """No regular expression here backtracks over the 128 characters a tag can have."""
    for hostile in (
        "1" + "-rc.1" * 25,
        "1-" + "a." * 60 + "!",
        "1." * 63 + "x",
        "1-" + "0" * 120 + "~",
        "1+" + "a." * 60,
    ):
        TagVersion.parse(hostile)


def test_neighbours_compare_without_parsing_again() -> None:
    keys = [parsed(f"1.{n}").sort_key for n in range(50)]

    assert all(a < b for a, b in pairwise(keys))
