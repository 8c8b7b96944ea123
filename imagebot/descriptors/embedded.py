"""YAML inside block scalars: chart values in an Application, patches, files in a ConfigMap.

The text of a literal block scalar is a document whose every line is indented further: it is parsed where
it stands, so that every offset is one of the file and an edit needs no translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.looks import has_hint
from imagebot.descriptors.nodes import Node, Scalar
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.template import refuse_template

_MARKER = re.compile(r"^[ ]*(?:---|\.\.\.)[ \t]*(?:#.*)?\r?$", re.MULTILINE)


def may_hold_yaml(scalar: Scalar) -> bool:
    """Whether a scalar is a block with lines that may name an image."""
    return scalar.style == "|" and ":" in scalar.value and has_hint(scalar.value.encode())


def documents(source: Source, scalar: Scalar) -> Iterator[tuple[Source, Node]]:
    """The documents written in a block scalar, each with the view of the file that it is seen through.

    Raises:
        NotUnderstood: If the text is no YAML.
    """
    start = source.text.find("\n", scalar.start, scalar.end) + 1
    for region in _regions(source.text, start, scalar.end):
        view = source.within(region)
        found = parse(view, region)
        refuse_template(source, found)
        for document in found:
            yield view, document


def documents_or_none(source: Source, scalar: Scalar) -> list[tuple[Source, Node]]:
    """As ``documents``; nothing where the text is no YAML: a script or a page of text is none."""
    try:
        return list(documents(source, scalar))
    except NotUnderstood:
        return []


def _regions(text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between the document markers, which are indented here and therefore none to the parser."""
    if start <= 0:
        return
    for marker in _MARKER.finditer(text, start, end):
        yield Span(start, marker.start())
        start = marker.end()
    yield Span(start, end)
