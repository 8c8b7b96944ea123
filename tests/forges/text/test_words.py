from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imagebot.forges.text.words import address, code, followed, words

FORGE = MarkdownIt("gfm-like", {"linkify": False})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("outside >=1.4 <2", "outside \\>=1.4 \\<2", id="range"),
        pytest.param("a | b", "a \\| b", id="pipe"),
        pytest.param("a\n# b", "a \\# b", id="line-break"),
        pytest.param("(#12)", "(`#12`)", id="brackets-stay-outside"),
        pytest.param("see https://a.example/x.", "see <https://a.example/x>.", id="address"),
        pytest.param("at 3f2c1ab", "at `3f2c1ab`", id="commit"),
        pytest.param("x" * 10, "xxxx…", id="too-long"),
    ],
)
def test_words_stay_words(text: str, expected: str) -> None:
    assert words(text, 5 if text == "x" * 10 else 100) == expected


@settings(deadline=None)
@given(st.text(alphabet="ab@#1!|`*_<>[]()\\&\n/~ -:."))
def test_a_cell_of_a_table_holds_any_text(text: str) -> None:
    tokens = FORGE.parse(f"| a | b |\n|---|---|\n| {words(text)} | {code(text)} |\n")

    assert sum(token.type == "td_open" for token in tokens) == 2
    assert tokens[-1].type == "table_close"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://a.example/x?y=1#z", "https://a.example/x?y=1#z", id="page"),
        pytest.param("https://github.com/a/b", "https://redirect.github.com/a/b", id="github"),
        pytest.param(
            "https://redirect.github.com/a/b/issues/1", "https://redirect.github.com/a/b/issues/1", id="again"
        ),
        pytest.param("https://git.example/a/b/commit/abc", None, id="commit-elsewhere"),
        pytest.param("http://a.example/", None, id="plain-http"),
        pytest.param("https://me@a.example/", None, id="user"),
        pytest.param("https://a.example/)](x", None, id="end-of-link"),
        pytest.param("https://a.example/<b>", None, id="html"),
        pytest.param("https://a.example/" + "x" * 500, None, id="too-long"),
    ],
)
def test_a_link_leads_only_where_it_may(url: str, expected: str | None) -> None:
    assert followed(url) == expected


def test_our_own_links_lead_straight_to_their_place() -> None:
    assert address("https://github.com/a/b/compare/1...2") == "https://github.com/a/b/compare/1...2"
