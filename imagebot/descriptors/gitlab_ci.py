"""GitLab CI: images and services of jobs and defaults, and references kept in variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings, resolved
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece, unknown_part
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import filled, with_holes
from imagebot.descriptors.written import Item, assembled, skipped

DESCRIPTOR = "gitlab-ci"
_FILE = re.compile(r"(?:.*[/.-])?gitlab-ci(?:[.-].*)?\.ya?ml|(?:.*/)?\.gitlab/.*\.ya?ml")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a pipeline: by its name, which is how GitLab tells."""
    return isinstance(document, Mapping) and is_pipeline(source.path)


def is_pipeline(path: str) -> bool:
    """Whether a file is a pipeline by its path."""
    return "gitlab" in path and _FILE.fullmatch(path) is not None


def find(source: Source, document: Node) -> Iterator[Item]:
    """``image`` and ``services`` wherever they stand, with the variables of the same file put in."""
    values = dict(_variables(source, document))
    for node in mappings(document):
        for image in [node.get("image"), *node.items("services")]:
            name = image.get("name") if isinstance(image, Mapping) else image
            if isinstance(name, Scalar) and not is_empty(name):
                yield _image(source, name, values)


def _image(source: Source, name: Scalar, values: dict[str, Piece]) -> Item:
    try:
        written = piece(source, name)
        if not unknown_part(name.value):
            return assembled(DESCRIPTOR, [written])
        return assembled(DESCRIPTOR, filled(with_holes([written], "shell"), values, "shell"), [written.place])
    except NotEditable as problem:
        return skipped(source, name, str(problem))


def _variables(source: Source, document: Node) -> Iterator[tuple[str, Piece]]:
    """Variables with a plain value or with ``value`` and ``description``; one set twice is not known."""
    seen: dict[str, Piece | None] = {}
    for node in mappings(document):
        variables = node.mapping("variables")
        for name in variables.last if variables else ():
            value = resolved(variables.last[name]) if variables else None
            text = value.scalar("value") if isinstance(value, Mapping) else value
            if not isinstance(text, Scalar) or is_empty(text):
                continue
            try:
                found = piece(source, text)
            except NotEditable:
                continue
            known = seen.get(name, found)
            seen[name] = found if known is not None and known.span == found.span else None
    yield from ((name, value) for name, value in seen.items() if value is not None)
