from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from imagebot.forges.marker import find_marker
from imagebot.forges.text.quote import CHARACTERS, LINES, defuse

# Tables and strikethrough are what forges add to CommonMark; their links are looked for in the text itself.
FORGE = MarkdownIt("gfm-like", {"linkify": False})

PIECES = (
    *(
        "@alice",
        "#12",
        "acme/api#12",
        "GH-12",
        "!3",
        "fixes ",
        "/close",
        "`",
        "``",
        "```",
        "~~~",
        "\n",
        "\n\n",
    ),
    *(" ", "    ", "\t", "- ", "1. ", "> ", "#", "==", "---", "[x]", "(", ")", "<b>", "<!--", "-->", "<br>"),
    *("<details>", "</details>", "![i](https://x.y/z.png)", "![", "]", "(https://a.b)", "*", "**", "_", "|"),
    *("|---|", ":-", "&lt;", "&#64;", "&#x202e;", "\u202e", "\u200b", "\\", "a", "B", "javascript:alert(1)"),
    *("[r]: https://a.b", "[r]", "www.github.com", "~", "$1", "\r", "x@y.z", "\x0b", "\u2028", "+", "=", ":"),
    *(
        "[a](https://github.com/a/b/issues/1)",
        "https://github.com/a/b/pull/3",
        "<https://a.b/c>",
        "HTTPS://A.b",
    ),
    *("https://%41.b/?", "http://gitlab.com/a/issues/3", "[é](https://é.ch/é)", "<!-- imagebot:v1 e30= -->"),
)
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=25).map("".join)


def inline(tokens: list[Token]) -> Iterator[Token]:
    """What a forge looks at for mentions and references: text outside of links and code."""
    depth = 0
    for token in (child for block in tokens for child in block.children or ()):
        depth += (token.type == "link_open") - (token.type == "link_close")
        if depth == 0:
            yield token


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        pytest.param("thanks @alice", "thanks `@alice`", id="mention"),
        pytest.param("@*alice*", "`@alice`", id="mention-in-parts"),
        pytest.param("&#64;alice", "`@alice`", id="mention-as-entity"),
        pytest.param("@\u200balice", "`@alice`", id="mention-with-invisible"),
        pytest.param("@<b></b>alice", "`@alice`", id="mention-around-html"),
        pytest.param("[@alice](relative)", "`@alice`", id="mention-in-a-link"),
        pytest.param("closes #1, fixes GH-2", "closes `#1`, fixes `GH-2`", id="closing"),
        pytest.param("closes acme/a#1 and b!2", "closes `acme/a#1` and `b!2`", id="elsewhere"),
        pytest.param("`closes #1`", "`closes … #1`", id="closing-in-code"),
        pytest.param("Closes PROJ-12", "Closes `PROJ-12`", id="tracker"),
        pytest.param(
            "fixes https://github.com/a/b/issues/1",
            "fixes <https://redirect.github.com/a/b/issues/1>",
            id="issue-by-address",
        ),
        pytest.param(
            "fixes https://git.acme.example/a/b/-/issues/1",
            "fixes `https://git.acme.example/a/b/-/issues/1`",
            id="issue-elsewhere",
        ),
        pytest.param(
            "[it](https://github.com/a/b/pull/1)",
            "[it](https://redirect.github.com/a/b/pull/1)",
            id="link-to-issue",
        ),
        pytest.param(
            "[it](https://gitlab.com/a/b/-/issues/1)",
            "it `https://gitlab.com/a/b/-/issues/1`",
            id="link-to-issue-elsewhere",
        ),
        pytest.param("[r]\n\n[r]: https://a.example/x", "[r](https://a.example/x)", id="reference-link"),
        pytest.param("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))", id="script-link"),
        pytest.param("<ftp://a.example/x>", "`ftp://a.example/x`", id="odd-scheme"),
        pytest.param("https://me:secret@a.example/", "`https://me:secret@a.example/`", id="user-in-address"),
        pytest.param("/close\n/merge now", "`/close`\n`/merge` now", id="quick-actions"),
        pytest.param("# A\n\nB\n===", "#### A\n\n#### B", id="headings"),
        pytest.param("a <!-- b --> c<script>d</script>", "a cd", id="html"),
        pytest.param("a <!-- never\n\nclosed", "a", id="open-comment"),
        pytest.param("x ![i](https://a.example/i.png) y", "x y", id="image"),
        pytest.param("| a |\n|---|", "\\| a \\|\n\\|---\\|", id="table"),
        pytest.param("* a\n  * b\n1. c", "- a\n  - b\n- 1\\. c", id="lists"),
        pytest.param("```sh\nx\n", "```\nx\n```", id="open-fence"),
        pytest.param("````\n```\n````", "````\n```\n````", id="fence-in-fence"),
        pytest.param("```\n```\nafter", "after", id="empty-fence"),
        pytest.param("~~~\n```\n~~~", "````\n```\n````", id="other-fence"),
        pytest.param("a\u202eb\u2066c", "abc", id="bidi"),
        pytest.param(
            "`<!\u200b-- imagebot:v1 e30= -->`", "`<! -- imagebot:v1 e30= -->`", id="marker-in-code"
        ),
    ],
)
def test_markdown_is_written_anew_without_its_dangers(markdown: str, expected: str) -> None:
    assert defuse(markdown).text == expected


@settings(deadline=None)
@given(HOSTILE)
def test_nothing_gets_out_of_a_quote(markdown: str) -> None:
    quote = defuse(markdown)

    tokens = FORGE.parse(quote.marked)
    outermost = [token.type for token in tokens if token.level == 0]
    assert outermost == ["blockquote_open", "blockquote_close"]
    assert all(line.startswith(">") for line in quote.marked.split("\n"))
    assert not {"html_block", "table_open"} & {token.type for token in tokens}
    for token in inline(tokens):
        assert token.type not in {"html_inline", "image"}
        assert token.type != "text" or not re.search(r"@\w|[#!]\d|://", token.content)


@settings(deadline=None)
@given(HOSTILE)
def test_no_line_begins_a_command_and_no_marker_is_forged(markdown: str) -> None:
    quote = defuse(markdown)

    assert "<!--" not in quote.text
    assert find_marker(quote.text) is None
    assert not re.search(r"^\s*/", re.sub(r"(?ms)^(`{3,})$.*?^\1$", "", quote.text), re.MULTILINE)


@settings(deadline=None)
@given(HOSTILE)
def test_done_again_it_changes_nothing(markdown: str) -> None:
    quote = defuse(markdown)

    assert quote.cut or defuse(quote.text) == quote


@pytest.mark.parametrize(
    "piece",
    [
        "x @y ",
        "x\n",
        "* a\n",
        "```\n",
        "> ",
        "[a](",
        "`",
        "<",
        "A",
        "\\",
        "&lt;",
        "- [x](https://a.example)\n",
    ],
)
def test_a_megabyte_is_cut(piece: str) -> None:
    quote = defuse(piece * (1_000_000 // len(piece)))

    assert quote.cut
    assert len(quote.text) <= CHARACTERS
    assert len(quote.text.splitlines()) <= LINES


def test_a_line_that_is_cut_is_told() -> None:
    assert defuse("A" * 1001).cut
    assert not defuse("A" * 1000).cut


def test_a_block_of_code_that_is_cut_is_closed() -> None:
    quote = defuse("```\n" + "x\n" * 1000)

    assert quote.cut
    assert quote.text.splitlines()[-1] == "```"
    first, *rest = FORGE.parse(f"{quote.text}\nafter")
    assert first.type == "fence"
    assert rest
