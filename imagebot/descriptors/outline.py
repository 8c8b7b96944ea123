"""What stands at a line of a file: kind of descriptor and path of the value."""

from __future__ import annotations

from dataclasses import dataclass

from imagebot.descriptors.documents import kind_of
from imagebot.descriptors.embedded import documents_or_none
from imagebot.descriptors.find import is_promising, parsed
from imagebot.descriptors.kinds import TEXT_KINDS
from imagebot.descriptors.nodes import Mapping, Node, Scalar, Sequence
from imagebot.descriptors.source import NotUnderstood, Source


@dataclass(frozen=True, slots=True)
class Outline:
    """What stands at a line.

    Attributes:
        descriptor: Kind of descriptor that claims the document, or None.
        value_path: Path of the value, as a rule would name it, or None where no value stands.
        text: The line itself.
        note: Why nothing more can be said, or an empty text.
        broken: Whether the file as a whole is not understood.
    """

    descriptor: str | None
    value_path: str | None
    text: str
    note: str = ""
    broken: bool = False


def outline(path: str, content: bytes, line: int) -> Outline:  # noqa: PLR0911 - one return per answer
    """What stands at a line of a file; never raises, whatever the bytes."""
    try:
        source = Source.decode(path, content)
    except NotUnderstood as problem:
        return Outline(None, None, "", problem.reason, broken=True)
    if line > len(source.line_starts):
        return Outline(None, None, "", f"the file has {len(source.line_starts)} lines")
    start = source.line_starts[line - 1]
    text = source.rest_of_line(start).rstrip("\r")
    for kind in TEXT_KINDS:
        if kind.claims(source):
            return Outline(kind.name, None, text)
    if not is_promising(path, content):
        return Outline(None, None, text, "no word of the file goes with images, so it was not parsed")
    try:
        documents = parsed(source, every=True)
    except NotUnderstood as problem:
        return Outline(None, None, text, problem.reason, broken=True)
    for document in documents:
        steps = _steps(source, document, line, "")
        if steps is not None:
            kind_found = kind_of(source, document)
            return Outline(kind_found.name if kind_found else None, steps, text)
    return Outline(None, None, text)


def _steps(  # noqa: PLR0911 - one return per kind of node
    source: Source, node: Node, line: int, path: str
) -> str | None:
    """The path of the innermost value that stands at the line."""
    if isinstance(node, Mapping):
        for key, value in zip(node.keys, node.values, strict=True):
            name = key.value if isinstance(key, Scalar) else "?"
            below = _steps(source, value, line, _joined(path, name))
            if below is not None:
                return below
            if isinstance(key, Scalar) and _lines(source, key)[0] == line:
                return _joined(path, name)
        return None
    if isinstance(node, Sequence):
        found = (_steps(source, item, line, f"{path}[{n}]") for n, item in enumerate(node.items))
        return next((steps for steps in found if steps is not None), None)
    if isinstance(node, Scalar):
        first, last = _lines(source, node)
        if not first <= line <= last:
            return None
        return _embedded(source, node, line, path) or path
    return path if source.position(node.start)[0] == line else None


def _embedded(source: Source, block: Scalar, line: int, path: str) -> str | None:
    if block.style != "|" or _lines(source, block)[0] == line:
        return None
    for view, document in documents_or_none(source, block):
        inner = _steps(view, document, line, "")
        if inner:
            return f"{path}: {inner}"
    return None


def _lines(source: Source, scalar: Scalar) -> tuple[int, int]:
    return source.position(scalar.start)[0], source.position(max(scalar.start, scalar.end - 1))[0]


def _joined(path: str, name: str) -> str:
    if not name or any(sign in name for sign in '.[]"'):
        return f'{path}["{name}"]'
    return f"{path}.{name}" if path else name
