from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imagebot.reports.escape import code, escape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1.4.2", "`1.4.2`", id="plain"),
        pytest.param("a`b", "`` a`b ``", id="backtick"),
        pytest.param("a``b`c", "``` a``b`c ```", id="longer-run"),
        pytest.param("a|b", "`a\\|b`", id="pipe"),
        pytest.param("a\nb", "`a b`", id="newline"),
    ],
)
def test_code_span_cannot_be_left(text: str, expected: str) -> None:
    assert expected == code(text)


@given(st.text(min_size=1).filter(lambda t: t.strip()))
def test_escaped_text_renders_as_text_alone(text: str) -> None:
    tokens = MarkdownIt("commonmark").parseInline(escape("x" + text))[0].children or []

    assert {token.type for token in tokens} <= {"text", "text_special", "entity"}


@given(st.text())
def test_escaped_text_mentions_nobody(text: str) -> None:
    shown = escape(text)

    assert not any(a == "@" and b.isalnum() and b.isascii() for a, b in pairwise(shown))
