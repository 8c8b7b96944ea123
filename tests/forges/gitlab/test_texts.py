"""Titles of drafts, and lines that GitLab would carry out as commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.forges.gitlab.texts import armed, disarmed, stored_title, title_of
from tests.forges.gitlab.rules import ACTION

LINES = st.lists(
    st.sampled_from(
        ["/merge", "\\/merge", "\\\\/close", " /close", "\t/label ~x", "text /merge", "//", "/", "\r", "é"]
    )
    | st.text(alphabet="/\\ \n\tam", max_size=12),
    max_size=8,
)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("notes\n/merge\nmore", "notes\n\\/merge\nmore", id="a-command"),
        pytest.param("  /close now", "  \\/close now", id="indented"),
        pytest.param("\u00a0/close", "\u00a0\\/close", id="behind-a-space-of-another-kind"),
        pytest.param("see /merge and a/b", "see /merge and a/b", id="within-a-line"),
        pytest.param("/ alone\n//two", "/ alone\n//two", id="no-name"),
        pytest.param("`/imagebot rebase`", "`/imagebot rebase`", id="quoted"),
    ],
)
def test_no_line_is_a_command(text: str, stored: str) -> None:
    assert disarmed(text) == stored
    assert armed(stored) == text


@given(LINES.map("\n".join))
def test_every_text_comes_back_and_none_is_a_command(text: str) -> None:
    stored = disarmed(text)

    assert armed(stored) == text
    assert ACTION.search(stored) is None


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        pytest.param("Draft: web", "web", id="as-written-today"),
        pytest.param("draft: web", "web", id="lower-case"),
        pytest.param("[Draft] web", "web", id="brackets"),
        pytest.param("(Draft) web", "web", id="parentheses"),
        pytest.param("Draft: [draft] web", "web", id="twice"),
        pytest.param("web: Draft: 2", "web: Draft: 2", id="within"),
        pytest.param("Drafts: web", "Drafts: web", id="another-word"),
    ],
)
def test_prefixes_of_drafts_are_no_part_of_the_title(title: str, plain: str) -> None:
    assert title_of(title) == plain
    assert title_of(stored_title(plain, draft=True)) == plain
