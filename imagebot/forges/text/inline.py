"""What stands inside lines of somebody's Markdown, written anew: text, code and links; no HTML, no images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Literal

from imagebot.forges.text.words import code_span, followed, one_line, words

if TYPE_CHECKING:
    from markdown_it.token import Token

_BREAK = re.compile(r"<br\b", re.IGNORECASE)

_Atom = tuple[Literal["text", "written"], str]
"""A piece of text as it was, or of Markdown as we write it."""


def inline_lines(tokens: Iterable[Token]) -> list[str]:
    """The lines of a paragraph, none of them blank."""
    return [line.strip() for line in _joined(_atoms(tokens)).split("\n") if line.strip()]


def _joined(atoms: Iterable[_Atom], *, links: bool = True) -> str:
    """Atoms together; neighbouring text becomes one first, so that no word is overlooked."""
    joined = ""
    for kind, members in groupby(atoms, key=lambda atom: atom[0]):
        for one in (
            ["".join(text for _, text in members)] if kind == "text" else [text for _, text in members]
        ):
            shown = _text(one, links=links) if kind == "text" else one
            # two runs of backticks would become one
            joined += f" {shown}" if joined.endswith("`") and shown.startswith("`") else shown
    return joined


def _text(text: str, *, links: bool) -> str:
    return "\n".join(words(line, links=links) for line in text.split("\n"))


def _atoms(tokens: Iterable[Token]) -> Iterator[_Atom]:
    rest = iter(tokens)
    for token in rest:
        match token.type:
            case "text" | "text_special":
                yield "text", token.content
            case "softbreak" | "hardbreak":
                yield "text", "\n"
            case "html_inline" if _BREAK.match(token.content):
                yield "text", " "
            case "code_inline":
                yield "written", code_span(token.content)
            case "link_open":
                yield from _link(token, takewhile(lambda one: one.type != "link_close", rest))
            case _:
                pass


def _link(token: Token, inner: Iterable[Token]) -> Iterator[_Atom]:
    """A link that may be followed; else what it says, and where it would have led."""
    address = str(token.attrs.get("href", ""))
    to = followed(address)
    if token.info == "auto":
        yield "written", f"<{to}>" if to else code_span(address)
        list(inner)
        return
    atoms = list(_atoms(inner))
    label = one_line(_joined(atoms, links=False)).strip() if to else ""
    if label:
        yield "written", f"[{label}]({to})"
    elif not to:
        yield from atoms
        if "://" in address:
            yield "text", " "
            yield "written", code_span(address)
