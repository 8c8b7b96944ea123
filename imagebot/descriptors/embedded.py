"""YAML inside texts: chart values in an Application, patches, files in a ConfigMap.

The text of a literal block scalar is a document whose every line is indented further, and JSON in quotes
on one line stands there as it is: both are parsed where they stand, so that every offset is one of the file
and an edit needs no translation. What is written with escapes or folded lines is read, and never edited.
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

LEVELS = 3
"""Texts inside of texts that are looked into."""
_IMAGE_LINE = re.compile(r"^[ ]*(?:- )?[\"']?(?:image|repository|newTag)[\"']?:", re.MULTILINE)


def may_hold_yaml(scalar: Scalar) -> bool:
    """Whether a scalar is a text that may hold a document which names an image."""
    value = scalar.value
    if not scalar.style or ":" not in value:
        return False
    is_block = scalar.style in "|>" or "\n" in value
    return (is_block or value.lstrip()[:1] in {"{", "["}) and has_hint(value.encode("utf-8", "replace"))


def stands_as_it_is(source: Source, scalar: Scalar) -> bool:
    """Whether the characters of the file are those of the text, but for indentation."""
    if scalar.style == "|":
        return True
    return scalar.style in {"'", '"'} and source.text.startswith(scalar.value, scalar.start + 1)


def documents(source: Source, scalar: Scalar) -> Iterator[tuple[Source, Node]]:
    """The documents written in a text, each with the view of the file that it is seen through.

    Raises:
        NotUnderstood: If the text is no YAML, or does not stand in the file as it is.
    """
    if not stands_as_it_is(source, scalar) or (source.region and source.level >= LEVELS):
        raise NotUnderstood(
            "a text with escapes or folded lines is not edited", source.position(scalar.start)[0]
        )
    for region in _regions(source.text, scalar):
        view = source.within(region)
        found = parse(view, region)
        refuse_template(view, found)
        for document in found:
            yield view, document


def documents_or_none(source: Source, scalar: Scalar) -> list[tuple[Source, Node]]:
    """As ``documents``; nothing where the text is no YAML: a script or a page of text is none."""
    try:
        return list(documents(source, scalar))
    except NotUnderstood:
        return []


def detached(scalar: Scalar) -> list[tuple[Source, Node]]:
    """The documents of a text that does not stand in the file as it is; their places mean nothing."""
    try:
        source = Source.decode("", scalar.value.encode("utf-8", "replace"))
        return [(source, document) for document in parse(source, Span(0, len(source.text)))]
    except NotUnderstood:
        return []


def is_template(scalar: Scalar) -> bool:
    """Whether a text has lines that name an image, and is a template."""
    return "{{" in scalar.value and _IMAGE_LINE.search(scalar.value) is not None


def _regions(text: str, scalar: Scalar) -> Iterator[Span]:
    """What stands between the document markers, which are indented here and therefore none to the parser."""
    if scalar.style != "|":
        yield Span(scalar.start + 1, scalar.end - 1)
        return
    start, end = text.find("\n", scalar.start, scalar.end) + 1, scalar.end
    if start <= 0:
        return
    first = re.compile(r"[ \t\r\n]*\n|").match(text, start, end)
    line = re.compile(r" *").match(text, first.end() if first else start, end)
    indent = len(line.group()) if line else 0
    marker = re.compile(rf"^ {{{indent}}}(?:---|\.\.\.)[ \t]*(?:#.*)?\r?$", re.MULTILINE)
    for found in marker.finditer(text, start, end):
        yield Span(start, found.start())
        start = found.end()
    yield Span(start, end)
