from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.pattern import InvalidPattern, Pattern


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        pytest.param("v(1", "missing )", 1, id="parenthesis"),
        pytest.param("a(b(c)", "missing )", 3, id="the-last-that-is-open"),
        pytest.param("v1)", "unexpected )", 0, id="too-many"),
        pytest.param("v[0-9", "missing ]", 1, id="bracket"),
        pytest.param("v*+?*", "bad repetition operator", 1, id="repetition-of-a-repetition"),
        pytest.param("*v", "no argument for repetition operator", 0, id="repetition-of-nothing"),
        pytest.param("v{2,1}", "invalid repetition size", 1, id="repetition-backwards"),
        pytest.param("v[z-a]", "invalid character class range", 2, id="range-backwards"),
        pytest.param("v\\", "trailing \\", 0, id="backslash-at-the-end"),
        pytest.param(r"v\y", "invalid escape sequence", 1, id="escape"),
        pytest.param("(?P<a>x)(?P<a>y)", "two groups are named 'a'", 8, id="group-twice"),
        pytest.param("x(?P>a)", "invalid perl operator", 1, id="group-without-a-name"),
        pytest.param("(?P<a b>x)", "invalid named capture group", 0, id="name-of-a-group"),
    ],
)
def test_what_is_no_expression_is_refused_at_its_place(text: str, message: str, offset: int) -> None:
    with pytest.raises(InvalidPattern) as refused:
        Pattern.parse(text)

    assert message in refused.value.message
    assert refused.value.offset == offset


@pytest.mark.parametrize(
    ("text", "offset"),
    [("v(?=1)", 1), ("v(?!1)", 1), ("(?<=v)1", 0), ("(?<!v)1", 0), (r"(a)\1", 3), ("(?P<a>x)(?P=a)", 8)],
)
def test_what_can_run_for_ever_is_refused_with_what_to_do(text: str, offset: int) -> None:
    with pytest.raises(InvalidPattern, match="look-around and back-references") as refused:
        Pattern.parse(text)

    assert "`ignore`" in refused.value.hint
    assert refused.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "a{1001}",
        "a{0,100000}",
        "(a{1000}){1000}",
        "((((a{100}){100}){100}){100})",
        "(([a-z0-9.]{0,30}){0,30}){0,1}",
        ".{0,400}",
    ],
)
def test_a_huge_repetition_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        Pattern.parse(text)


@given(st.text(max_size=60) | st.text(alphabet="()[]{}*+?|\\^$.<>P=:!ab12,-", max_size=40))
def test_any_text_is_an_expression_or_refused_inside_itself(text: str) -> None:
    try:
        Pattern.parse(text)
    except InvalidPattern as refused:
        assert 0 <= refused.offset <= len(text)
        assert refused.message


@pytest.mark.parametrize(
    "text",
    ["(a+)+$", "(a|a)*b", "(.*a){20}", "(a*)*b", "(a|aa)+c", "(x+x+)+y", ".*.*.*.*=", "(.*)(.*)(.*)(.*)!"],
)
def test_an_expression_built_to_backtrack_for_ever_ends(text: str) -> None:
    """One such tag would keep an engine that backtracks busy beyond the life of the sun."""
    pattern = Pattern.parse(text)
    tags = ["a" * length + end for length in range(1, 128) for end in ("", "!", "b", "=", "ay")]

    matched = [tag for tag in tags * 4 if pattern.matches(tag)]

    assert len(matched) < len(tags) * 4


@pytest.mark.parametrize(
    ("text", "tag", "matches"),
    [
        ("v1", "v1", True),
        ("v1", "v1.0", False),
        ("1", "v1", False),
        ("^v1$", "v1", True),
        ("v1|v2", "v2", True),
        ("a|ab", "ab", True),
        ("V1", "v1", False),
        ("(?i)V1", "v1", True),
        (r"\d+", "12", True),
        (r"\d+", "１２", False),
        (".", "é", True),
        ("é", "é", True),
        ("v1", "v1\n", False),
        ("v1", "", False),
        ("", "", True),
        (".*", "\ud800", True),
    ],
)
def test_the_whole_tag_must_match(text: str, tag: str, matches: bool) -> None:
    assert Pattern.parse(text).matches(tag) is matches
    assert (Pattern.parse(text).values(tag, ()) is not None) is matches


def test_groups_come_in_the_order_of_their_parentheses() -> None:
    pattern = Pattern.parse(r"(?P<z>\w)-(\w)-(?P<a>(?P<m>\d)\d)")

    assert pattern.groups == ("z", "a", "m")
    assert pattern.values("x-y-12", ("m", "z", "a")) == ("1", "x", "12")


def test_a_group_that_took_no_part_is_empty() -> None:
    pattern = Pattern.parse(r"(?P<version>\d+)(?:-rc(?P<rc>\d+))?")

    assert pattern.values("12", ("version", "rc")) == ("12", "")
    assert pattern.values("12-rc3", ("version", "rc")) == ("12", "3")
    assert pattern.values("x", ("version", "rc")) is None


def test_patterns_are_what_is_written() -> None:
    assert Pattern.parse("a(?P<b>c)") == Pattern.parse("a(?P<b>c)")
    assert Pattern.parse("a") != Pattern.parse("b")
    assert hash(Pattern.parse("a")) == hash(Pattern.parse("a"))
