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
    """Lines that belong together; items of one list stand without a blank line between them.

    Attributes:
        depth: Of an item, 0 for the outermost; -1 for all others.
    """

    lines: tuple[str, ...]
    kind: str
    depth: int = -1


def defuse(markdown: str) -> Quote:
    """At most 50 lines and 8,000 characters; done again, it changes nothing of what is not cut."""
    read = _COMMENT.sub("", markdown[:_READ]).split("\n")
    cut = len(markdown) > _READ or any(len(line) > _LINE for line in read)
    lines: list[str] = []
    kind = ""
    for block in _blocks(_PARSER.parse("\n".join(line[:_LINE] for line in read))):
        gap = [""] if lines and not (kind == block.kind == "item") else []
        characters = CHARACTERS - sum(len(line) + 1 for line in (*lines, *gap))
        fitting = _fitting(block, LINES - len(lines) - len(gap), characters)
        lines += [*gap, *fitting] if fitting else []
        kind = block.kind
        if len(fitting) < len(block.lines):
            cut = True
            break
    return Quote("\n".join(lines), cut)


def _fitting(block: _Block, lines: int, characters: int) -> list[str]:
    """As many lines as there is room for; a block of code is closed, or not begun."""
    closing = block.lines[-1:] if block.kind == "code" else ()
    lines -= len(closing)
    characters -= sum(len(line) + 1 for line in closing)
    found: list[str] = []
    for line in block.lines[: len(block.lines) - len(closing)]:
        characters -= len(line) + 1
        if characters < 0 or len(found) >= lines:
            break
        found.append(line)
    return [*found, *closing] if len(found) > len(closing) else []


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    """The blocks in the order in which they stand; an item is never deeper than one below the item before."""
    depth, last = -1, -1
    number: str | None = None  # of the item whose text is still to come; empty in a list without numbers
    for before, token in pairwise((tokens[0], *tokens) if tokens else ()):
        block = None
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                number = f"{token.info}. " if token.info else ""
            case "fence" | "code_block":
                block = _code(token.content)
            case "inline":
                block = _text(token, before, number, min(depth, last + 1))
            case _:
                pass
        if block is not None:
            number, last = None, block.depth
            yield block


def _text(token: Token, before: Token, number: str | None, depth: int) -> _Block | None:
    lines = inline_lines(token.children or ())
    if not lines:
        return None
    if before.type == "heading_open":
        level = max(_LEAST_HEADING, int(before.tag[1:]))
        return _Block((f"{'#' * level} {' '.join(lines)}",), "heading")
    if number is not None:
        return _Block((f"{'  ' * depth}- {at_line_start(number + ' '.join(lines))}",), "item", depth)
    return _Block(tuple(map(at_line_start, lines)), "paragraph")


def _code(content: str) -> _Block | None:
    """A block of code whose fence is longer than any run of backticks in it; nothing for an empty one."""
    shown = inside_code(visible(content))
    lines = [re.sub(r"[^\S\t]", " ", line).rstrip() for line in shown.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", shown)), default=0))
    return _Block((fence, *lines, fence), "code") if lines else None
