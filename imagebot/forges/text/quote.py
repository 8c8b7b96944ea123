"""Markdown of others, such as release notes, written anew from a few harmless forms.

What is parsed is not passed on: headings, paragraphs, items, code and links are written again, everything
else becomes text or goes. What stands in a quote therefore cannot mention, close, command, hide, or end it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from imagebot.forges.text.inline import inline_lines
from imagebot.forges.text.words import at_line_start, inside_code, visible

if TYPE_CHECKING:
    from markdown_it.token import Token

LINES = 50
CHARACTERS = 8_000
_READ = 2 * CHARACTERS
_LINE = 1_000

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LEAST_HEADING = 4
"""The largest heading that does not outrank the text around the quote."""

# HTML is parsed inside lines only, so that what stands between two tags is text like any other.
_PARSER = MarkdownIt("commonmark").disable("html_block")


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's Markdown, defused.

    Attributes:
        text: Without the sign of a quote before each line.
        cut: Whether something at the end is left out.
    """

    text: str
    cut: bool

    @property
    def marked(self) -> str:
        """The text as a quote: no line of it begins with anything but its sign."""
        return "\n".join(f"> {line}".rstrip() for line in self.text.split("\n"))


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together; items of one list stand without a blank line between them."""

    lines: tuple[str, ...]
    kind: str
    depth: int = 0


def defuse(markdown: str) -> Quote:
    """At most 50 lines and 8,000 characters; done again, it changes nothing of what is not cut."""
    read = [line[:_LINE] for line in _COMMENT.sub("", markdown[:_READ]).split("\n")]
    lines: list[str] = []
    left = CHARACTERS
    before: _Block | None = None
    cut = len(markdown) > _READ
    for block in _blocks(_PARSER.parse("\n".join(read))):
        gap = [""] if before and not (before.kind == block.kind == "item") else []
        fitting = _fitting(block, LINES - len(lines) - len(gap), left - len(gap))
        lines += [*gap, *fitting] if fitting else []
        left = CHARACTERS - sum(len(line) + 1 for line in lines)
        before = block
        if len(fitting) < len(block.lines):
            cut = True
            break
    return Quote("\n".join(lines), cut)


def _fitting(block: _Block, lines: int, characters: int) -> list[str]:
    """As many lines as there is room for; a block of code keeps its last one."""
    last = block.lines[-1:] if block.kind == "code" else ()
    found: list[str] = []
    for line in block.lines[: len(block.lines) - len(last)]:
        characters -= len(line) + 1
        if characters < sum(map(len, last)) + 1 or len(found) + len(last) >= lines:
            break
        found.append(line)
    return [*found, *last] if len(found) > len(last) else [] if last else found


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    depth, item, last = -1, "", -1
    for before, token in pairwise((tokens[0], *tokens) if tokens else ()):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                item = f"- {token.info}. " if token.info else "- "
            case "fence" | "code_block":
                item, last = "", -1
                yield _code(token.content)
            case "inline":
                block = _text(token, before, item, min(depth, last + 1))
                if block is None:
                    continue
                item, last = "", block.depth if block.kind == "item" else -1
                yield block
            case _:
                pass


def _text(token: Token, before: Token, item: str, depth: int) -> _Block | None:
    lines = inline_lines(token.children or ())
    if not lines:
        return None
    if before.type == "heading_open":
        level = max(_LEAST_HEADING, int(before.tag[1:]))
        return _Block((f"{'#' * level} {' '.join(lines)}",), "heading")
    if item:
        text = at_line_start(item.removeprefix("- ") + " ".join(lines))
        return _Block((f"{'  ' * depth}- {text}",), "item", depth)
    return _Block(tuple(map(at_line_start, lines)), "paragraph")


def _code(content: str) -> _Block:
    """A block of code whose fence is longer than any run of backticks in it."""
    shown = inside_code(visible(content))
    lines = [re.sub(r"[^\S\t]", " ", line).rstrip() for line in shown.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    fence = "`" * (max(map(len, re.findall(r"`+", shown)), default=2) + 1)
    fence = max(fence, "```", key=len)
    return _Block((fence, *lines, fence), "code")
