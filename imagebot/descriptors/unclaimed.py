"""What looks like an image and is claimed by no kind and no rule: said, never silent."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from imagebot.descriptors import kubernetes
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import images_in
from imagebot.descriptors.looks import is_qualified, qualified_in
from imagebot.descriptors.nodes import Mapping, Node, Scalar, walk
from imagebot.descriptors.nodes import Sequence as List
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Pending, Variable
from imagebot.descriptors.written import Item
from imagebot.untrusted import clean

_HINT = "a rule in imagebot.yaml can claim it"
_UNCLAIMED = f"looks like an image, in a place that no kind of descriptor claims: {_HINT}"
_SHOWN = 120
_SHORT = 300
_COMMENTS = ("#", "//", ";", "ImageTag=")
"""How lines begin that deploy nothing; ``ImageTag`` names what a Quadlet builds."""
_PROSE = re.compile(r"(?i)description|summary|message|title|help|note|comment|doc|usage")


def unclaimed_images(source: Source, document: Node) -> Iterator[Skipped]:
    """The images of a document that is no descriptor of a kind known here."""
    for item in images_in(source, Setting("unclaimed"), document):
        if isinstance(item, Reference):
            written = clean(item.written, _SHOWN)
            reason = f"{written} looks like an image, in a file of no known kind: {_HINT}"
            yield Skipped(source.path, item.line, reason)


def unclaimed_texts(source: Source, documents: Sequence[Node], found: Sequence[Item]) -> list[Skipped]:
    """Values that are written like a reference with its host, where nothing was found."""
    left = _left(source, found)
    if not left:
        return []
    scalars = sorted(
        (node.start, node.end, is_prose) for document in documents for node, is_prose in _scalars(document)
    )
    return [_unclaimed(source, match) for match in left if _is_value(source.text, scalars, match.start())]


def unclaimed_lines(source: Source, found: Sequence[Item]) -> list[Skipped]:
    """The same for a file that is no YAML; lines that are comments say nothing."""
    return [
        _unclaimed(source, match)
        for match in _left(source, found)
        if not source.text[_line_start(source, match.start()) : match.start()].lstrip().startswith(_COMMENTS)
    ]


def _left(source: Source, found: Sequence[Item]) -> list[re.Match[str]]:
    spans = sorted(span for item in found for span in _spans(item))
    left = [match for match in qualified_in(source.text) if not _is_covered(match.span(), spans)]
    lines = {item.line for item in found if isinstance(item, Skipped)} if left else set()
    return [m for m in left if is_qualified(m.group()) and not _is_said(source, m.start(), lines)]


def _is_said(source: Source, offset: int, lines: set[int | None]) -> bool:
    """Whether something was said of the line already; a line of generated JSON may hold the whole file."""
    line, column = source.position(offset)
    return line in lines and len(source.rest_of_line(offset - column + 1, _SHORT + 1)) <= _SHORT


def _line_start(source: Source, offset: int) -> int:
    return offset - source.position(offset)[1] + 1


def _unclaimed(source: Source, match: re.Match[str]) -> Skipped:
    line = source.position(match.start())[0]
    return Skipped(source.path, line, f"{clean(match.group(), _SHOWN)} {_UNCLAIMED}")


def _is_covered(match: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    """Whether a match lies in one of the spans, or holds the beginning of one; spans do not overlap."""
    at = bisect_right(spans, (match[1] - 1, 1 << 60)) - 1
    return at >= 0 and spans[at][1] > match[0]


def _scalars(document: Node) -> Iterator[tuple[Scalar, bool]]:
    """Every value, and whether its key says that it is a text for people."""
    if isinstance(document, Scalar):
        yield document, False
    for node in walk(document, without=_is_elsewhere):
        if isinstance(node, Mapping):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(value, Scalar):
                    yield value, isinstance(key, Scalar) and _PROSE.search(key.value) is not None
        elif isinstance(node, List):
            yield from ((item, False) for item in node.items if isinstance(item, Scalar))


def _is_elsewhere(node: Mapping) -> bool:
    """Schemas, and what a cluster reports of itself."""
    return kubernetes.is_schema(node) or "containerStatuses" in node.last


def _is_value(text: str, scalars: list[tuple[int, int, bool]], offset: int) -> bool:
    """Whether an offset is in a value, not in a comment and not in a sentence."""
    at = bisect_right(scalars, (offset, 1 << 60, True)) - 1
    if at < 0 or not scalars[at][0] <= offset < scalars[at][1]:
        return False
    return not (scalars[at][2] and text[scalars[at][0] : offset].endswith((" ", "\n")))


def _spans(item: Item) -> Iterator[tuple[int, int]]:
    """Where the texts of an item stand; a reference of several scalars has its tag's."""
    if isinstance(item, Reference):
        for slot in (item.tag, item.digest):
            if slot is not None:
                yield slot.scalar.start, slot.scalar.end
    elif isinstance(item, Variable):
        yield item.value.scalar.start, item.value.scalar.end
    elif isinstance(item, Pending):
        for part in item.pieces():
            yield part.scalar.start, part.scalar.end
