"""Text that stands in a file character for character: what references are put together from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagebot.descriptors.comments import Orders, orders
from imagebot.descriptors.nodes import Scalar
from imagebot.descriptors.reference import Place, Span
from imagebot.descriptors.source import Source

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_COMMENT_REACH = 4096
"""Characters behind a value in which its comment begins; a line of generated JSON may have millions."""
_SPEAKS = ("imagebot:", "$imagepolicy")
_BLOCK = frozenset("|>")
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})


class NotEditable(Exception):  # noqa: N818 - not a failure: it becomes a value with a reason
    """The characters of a value are not its text, or cannot be told apart from others."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that stands in a file as it is.

    Attributes:
        text: The characters.
        place: File, line and column of the scalar that holds them.
        span: Where they stand.
        scalar: The scalar around them, quotes included.
        quotable: Whether the scalar takes quotes: not in a line of a block scalar, nor outside of YAML.
        region: The block scalar whose text is YAML itself and holds the scalar, or None.
        comment: What stands behind the scalar on its line, if that may speak to imagebot.
        strict: Whether its reader takes a string alone, and no number in its place.
    """

    text: str
    place: Place
    span: Span
    scalar: Span
    quotable: bool
    region: Span | None
    comment: str
    strict: bool = False

    def part(self, start: int, end: int | None = None) -> Piece:
        """A part of the text, by offsets into it."""
        end = len(self.text) if end is None else end
        span = Span(self.span.start + start, self.span.start + end)
        return Piece(
            self.text[start:end],
            self.place,
            span,
            self.scalar,
            self.quotable,
            self.region,
            self.comment,
            self.strict,
        )

    @property
    def orders(self) -> Orders:
        """What the comment on its line asks for."""
        return orders(self.comment)


def is_empty(scalar: Scalar | None) -> bool:
    """Whether a value is absent, empty or null."""
    return scalar is None or (not scalar.value if scalar.style else scalar.value in _NULLS)


def piece(source: Source, scalar: Scalar) -> Piece:
    """The text of a YAML scalar.

    Raises:
        NotEditable: If the characters of the value are not its text.
    """
    if scalar.tag is not None and scalar.tag not in _TEXT_TAGS:
        raise NotEditable("its type is written before it, and a new value may be of another")
    if scalar.style in _BLOCK:
        return _of_block(source, scalar)
    inner = 1 if scalar.style else 0
    start, end = scalar.start + inner, scalar.end - inner
    if end - start != len(scalar.value) or not source.text.startswith(scalar.value, start):
        raise NotEditable("written with escapes or over several lines, which is not edited")
    return _piece(source, scalar.value, start, Span(scalar.start, scalar.end), quotable=True)


def line_piece(source: Source, start: int, end: int) -> Piece:
    """A text of a file that is not YAML: there are no quotes to add, and a comment ends the line."""
    return _piece(source, source.text[start:end], start, Span(start, end), quotable=False)


def _of_block(source: Source, scalar: Scalar) -> Piece:
    """A block scalar with one line of text: ``image: >-`` and the reference below it."""
    text = scalar.value.rstrip("\n")
    header = source.text.find("\n", scalar.start, scalar.end)
    start = source.text.find(text, header, scalar.end) if header >= 0 else -1
    if not text or "\n" in text or start < 0:
        raise NotEditable("written as a block scalar of several lines")
    return _piece(source, text, start, Span(start, start + len(text)), quotable=False)


def _piece(source: Source, text: str, start: int, scalar: Span, *, quotable: bool) -> Piece:
    comment = source.rest_of_line(scalar.end, _COMMENT_REACH) if source.has_orders else ""
    return Piece(
        text,
        Place(source.path, *source.position(scalar.start)),
        Span(start, start + len(text)),
        scalar,
        quotable,
        source.region,
        comment if any(word in comment for word in _SPEAKS) else "",
    )


_VARIABLE = re.compile(r"\$\{|\$\(|\$[A-Za-z_]|\$\[\[")
_TEMPLATE = re.compile(r"\{\{|\{%|<%")


def unknown_part(text: str) -> str:
    """Why a text is not what will be deployed, or nothing if it is."""
    if _TEMPLATE.search(text):
        return "holds a template expression"
    if _VARIABLE.search(text):
        return "holds a variable that is set elsewhere"
    return ""
