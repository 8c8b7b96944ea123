from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.references.ranges import InvalidRange, Range
from imagebot.references.version import TagVersion


def contains(text: str, tag: str) -> bool:
    version = TagVersion.parse(tag)
    assert version is not None
    return Range.parse(text).contains(version)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("*", "0 1.2.3 9.9.9-rc1", ""),
        ("x", "0 1.2.3", ""),
        ("1.4.2", "1.4.2 v1.4.2 1.4.2-alpine", "1.4.1 1.4.3 1.4.2-rc1 1.5.0"),
        ("=1.4.2", "1.4.2", "1.4.3"),
        ("1.4", "1.4 1.4.0 1.4.9", "1.3.9 1.5.0 1.5.0-rc1 2.0.0"),
        ("1", "1 1.0.0 1.99.0", "0.9 2.0.0 2.0.0-rc1"),
        ("1.x", "1.0.0 1.9", "2.0.0"),
        ("1.4.*", "1.4.0 1.4.7", "1.5.0"),
        ("1.X.X", "1.4.0", "2.0.0"),
        ("!=1.4.2", "1.4.1 1.4.3", "1.4.2"),
        ("!=1.4", "1.3.0 1.5.0", "1.4.0 1.4.9"),
        (">1.4.2", "1.4.3 1.5.0", "1.4.2 1.4.1"),
        (">1.4", "1.5.0 2.0.0", "1.4.0 1.4.9"),
        (">=1.4", "1.4.0 1.5 2", "1.3.9 1.4.0-rc1"),
        ("<2", "1.9.9 0", "2.0.0 2.0.0-rc1 3"),
        ("<1.4.2", "1.4.1", "1.4.2 1.4.2-rc1"),
        ("<=1.4", "1.4.0 1.4.9", "1.5.0"),
        ("<=1.4.2", "1.4.2 1.4.2-rc1", "1.4.3"),
        ("^1.4.2", "1.4.2 1.9.0", "1.4.1 2.0.0 2.0.0-rc1"),
        ("^1.4", "1.4.0 1.9.0", "1.3.0 2.0.0"),
        ("^1", "1.0.0 1.9.0", "0.9 2.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("^0", "0.0.1 0.9.9", "1.0.0"),
        ("~1.4.2", "1.4.2 1.4.9", "1.5.0 1.4.1"),
        ("~1.4", "1.4.0 1.4.9", "1.5.0"),
        ("~1", "1.0.0 1.9.9", "2.0.0"),
        ("~>1.4.2", "1.4.9", "1.5.0"),
        (">=1.4 <2", "1.4.0 1.9.9", "1.3.9 2.0.0"),
        (">= 1.4, < 2", "1.4.0 1.9.9", "1.3.9 2.0.0"),
        (">=1.4,<2,!=1.5.0", "1.4.0 1.5.1", "1.5.0 2.0.0"),
        ("1.2 - 1.4", "1.2.0 1.4.9", "1.1.9 1.5.0"),
        ("1.2.3 - 1.4.5", "1.2.3 1.4.5", "1.2.2 1.4.6"),
        ("<1 || >=2", "0.9 2.0.0", "1.0.0 1.9.9"),
        ("1.4.x||1.6.x", "1.4.1 1.6.1", "1.5.0"),
        (">=1.0.0-rc.1", "1.0.0-rc.1 1.0.0-rc.2 1.0.0", "1.0.0-beta 0.9"),
        ("<2.0.0-rc.2", "2.0.0-rc.1 1.0", "2.0.0-rc.2 2.0.0"),
        (">=v1.4", "1.4.0 v1.5.0", "1.3"),
        (">=1.2.3.4", "1.2.3.4 1.2.3.5", "1.2.3.3"),
    ],
)  # fmt: skip
def test_a_range_holds_these_and_not_those(text: str, inside: str, outside: str) -> None:
    assert [tag for tag in inside.split() if not contains(text, tag)] == []
    assert [tag for tag in outside.split() if contains(text, tag)] == []


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "nothing stands here"),
        ("  ", 0, "nothing stands here"),
        ("abc", 0, "'abc' is not a version"),
        (">=1.4 <", 6, "'<' is not followed by a version"),
        (">=1.4 <two", 7, "'two' is not a version"),
        ("1..2", 0, "is not a version"),
        ("1.x.2", 0, "is not a version"),
        ("1.2.3.4.5", 0, "is not a version"),
        ("=>1", 0, "'=>' is not an operator"),
        (">=1 ||", 6, "nothing stands here"),
        ("|| 1", 0, "nothing stands here"),
        (">=1 | <2", 4, "'|' has no meaning here"),
        ("<*", 0, "allow nothing"),
        ("1.0-", 0, "is not a version"),
        ("latest", 0, "is not a version"),
        ("1.2.3+build", 0, "is not a version"),
    ],
)
def test_what_is_no_range_is_refused_at_its_place(text: str, offset: int, message: str) -> None:
    with pytest.raises(InvalidRange) as refused:
        Range.parse(text)

    assert message in refused.value.message
    assert refused.value.offset == offset
    assert refused.value.hint


@given(st.text(max_size=40) | st.text(alphabet="0123456789.xX*<>=!~^|, -v", max_size=30))
def test_any_text_is_a_range_or_refused_inside_itself(text: str) -> None:
    try:
        Range.parse(text)
    except InvalidRange as refused:
        assert 0 <= refused.offset <= len(text)


numbers = st.integers(0, 12)
releases = st.tuples(numbers, numbers, numbers)


@given(releases, releases)
def test_comparisons_agree_with_the_numbers(bound: tuple[int, ...], version: tuple[int, ...]) -> None:
    written, tag = ".".join(map(str, bound)), ".".join(map(str, version))

    assert contains(f">={written}", tag) == (version >= bound)
    assert contains(f"<{written}", tag) == (version < bound)
    assert contains(f"={written}", tag) == (version == bound)
    assert contains(f"!={written}", tag) == (version != bound)


@given(releases, releases)
def test_a_range_and_its_opposite_share_nothing(bound: tuple[int, ...], version: tuple[int, ...]) -> None:
    written, tag = ".".join(map(str, bound)), ".".join(map(str, version))

    assert contains(f"<{written}", tag) != contains(f">={written}", tag)
    assert contains(f"<={written} || >{written}", tag)
