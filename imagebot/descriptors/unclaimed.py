"""What looks like an image and is claimed by no kind and no rule: said, never silent."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from imagebot.descriptors import kubernetes
from imagebot.descriptors.images import Setting, images_in
from imagebot.descriptors.looks import is_qualified, qualified_in
from imagebot.descriptors.nodes import Mapping, Node, Scalar, walk
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Pending, Variable
from imagebot.descriptors.written import Item
from imagebot.untrusted import clean

_HINT = "a rule in imagebot.yaml can claim it"
_UNCLAIMED = f"looks like an image, in a place that no kind of descriptor claims: {_HINT}"
_SHOWN = 120


def unclaimed_images(source: Source, document: Node) -> Iterator[Skipped]:
    """The images of a document that is no descriptor of a kind known here."""
    for item in images_in(source, Setting("unclaimed"), document):
        if isinstance(item, Reference):
            written = clean(item.written, _SHOWN)
            reason = f"{written} looks like an image, in a file of no known kind: {_HINT}"
            yield Skipped(source.path, item.line, reason)


def unclaimed_texts(source: Source, document: Node, found: Sequence[Item | Variable]) -> list[Skipped]:
    """Values that are written like a reference with its host, where nothing was found."""
    if kubernetes.is_schema(document):
        return []
    spans = sorted(span for item in found for span in _spans(item))
    left = [match for match in qualified_in(source.text) if not _is_covered(match.span(), spans)]
    lines = {item.line for item in found if isinstance(item, Skipped)} if left else set()
    left = [m for m in left if is_qualified(m.group()) and source.position(m.start())[0] not in lines]
    if not left:
        return []
    scalars = sorted((node.start, node.end, node.style) for node in _scalars(document))
    return [
        Skipped(
            source.path,
            source.position(match.start())[0],
            f"{clean(match.group(), _SHOWN)} {_UNCLAIMED}",
        )
        for match in left
        if _is_value(source.text, scalars, match.start())
    ]


def _is_covered(match: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    """Whether a match lies in one of the spans, or holds the beginning of one; spans do not overlap."""
    at = bisect_right(spans, (match[1] - 1, 1 << 60)) - 1
    return at >= 0 and spans[at][1] > match[0]


def _scalars(document: Node) -> Iterator[Scalar]:
    for node in walk(document, without=_is_status):
        if isinstance(node, Scalar):
            yield node


def _is_status(node: Mapping) -> bool:
    return kubernetes.is_schema(node) or "containerStatuses" in node.last


def _is_value(text: str, scalars: list[tuple[int, int, str]], offset: int) -> bool:
    """Whether an offset is in a value, not in a comment and not in the middle of a sentence."""
    at = bisect_right(scalars, (offset, 1 << 60, "")) - 1
    if at < 0 or not scalars[at][0] <= offset < scalars[at][1]:
        return False
    return scalars[at][2] == "|" or not text[scalars[at][0] : offset].endswith((" ", "\n"))


def _spans(item: Item | Variable) -> Iterator[tuple[int, int]]:
    """Where the texts of an item stand; a reference of several scalars has its tag's."""
    if isinstance(item, Reference):
        for slot in (item.tag, item.digest):
            if slot is not None:
                yield slot.scalar.start, slot.scalar.end
    elif isinstance(item, Pending):
        for part in item.pieces():
            yield part.scalar.start, part.scalar.end
