from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.registries.challenge import Challenge, challenges


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            ['Bearer realm="https://a/t",service="s",scope="repository:a/b:pull,push"'],
            [Challenge("bearer", {"realm": "https://a/t", "service": "s", "scope": "repository:a/b:pull,push"})],
            id="commas-in-quotes",
        ),
        pytest.param(
            ['Bearer realm="https://a/t",service=s, Basic realm="x"'],
            [Challenge("bearer", {"realm": "https://a/t", "service": "s"}), Challenge("basic", {"realm": "x"})],
            id="two-in-one-line",
        ),
        pytest.param(
            ['Basic realm="my \\"quoted\\" realm"', "Negotiate"],
            [Challenge("basic", {"realm": 'my "quoted" realm'}), Challenge("negotiate", {})],
            id="two-lines-and-escapes",
        ),
        pytest.param(['BEARER REALM="x"'], [Challenge("bearer", {"realm": "x"})], id="case"),
        pytest.param(['Bearer  realm = "x" , a=b'], [Challenge("bearer", {"realm": "x", "a": "b"})], id="spaces"),
        pytest.param([""], [], id="empty"),
        pytest.param(["="], [], id="nonsense"),
        pytest.param(['Basic realm="x"garbage'], [Challenge("basic", {"realm": "x"}), Challenge("garbage", {})], id="garbage"),
    ],
)  # fmt: skip
def test_challenges_are_read(headers: list[str], expected: list[Challenge]) -> None:
    assert list(challenges(headers)) == expected


@given(st.lists(st.text(max_size=80) | st.text(alphabet='Bearersic ="\\,', max_size=60), max_size=3))
def test_any_header_is_read_or_left(headers: list[str]) -> None:
    for challenge in challenges(headers):
        assert challenge.scheme == challenge.scheme.lower()


text = st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), max_size=30)


@given(st.dictionaries(st.sampled_from(["realm", "service", "scope"]), text, min_size=1))
def test_quoted_values_come_back(parameters: dict[str, str]) -> None:
    quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in parameters.items()}
    header = "Bearer " + ",".join(f'{name}="{value}"' for name, value in quoted.items())

    assert challenges([header]) == (Challenge("bearer", parameters),)
