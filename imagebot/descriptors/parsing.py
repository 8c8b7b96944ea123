"""Build the node tree of a text from the events of a YAML parser, within bounds.

The loop over events is one function on purpose: it runs once per event of every descriptor, and is what a
scan spends its time on.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from imagebot.descriptors.events import (
    DEPTH_LIMIT,
    EVENT_LIMIT,
    PURE_LIMIT,
    NextEvent,
    either_parser,
    properties_end,
    too_deep,
    too_many,
)
from imagebot.descriptors.nodes import Alias, Mapping, Node, Scalar, Sequence
from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import NotUnderstood, Source

_MARKER = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_BELONGS = re.compile(r"^(?:%|\.\.\.)|[\x85\u2028\u2029]", re.MULTILINE)
EXPANSION_LIMIT = 1_000_000
"""Values that the aliases of a document may stand for; readers refuse documents far smaller."""


def regions(text: str) -> list[Span]:
    """The documents of a text, as far as their markers tell without a parser.

    A line that begins with ``---`` is a marker wherever it stands, also within a scalar (YAML 1.2.2, 9.1.2,
    rule ``c-forbidden``). Directives and explicit ends belong to documents around them: then it is all one.
    """
    if "\n---" not in text or _BELONGS.search(text):
        return [Span(0, len(text))]
    starts = [found.start() for found in _MARKER.finditer(text)]
    bounds = [0, *(start for start in starts if start), len(text)]
    return [Span(start, end) for start, end in pairwise(bounds)]


def parse(source: Source, region: Span | None = None) -> list[Node]:
    """The documents of a file, or of a region of it; all offsets are those of the file.

    Raises:
        NotUnderstood: If the text is no YAML, or goes over a bound.
    """
    text = source.text if region is None else source.text[region.start : region.end]
    base = 0 if region is None else region.start
    limit = PURE_LIMIT if len(source.text) <= PURE_LIMIT else 0  # a file may hold any number of regions
    try:
        documents, aliases = either_parser(text, lambda next_event: _build(text, base, next_event), limit)
    except NotUnderstood as problem:
        if region is None or problem.line is None:
            raise
        raise NotUnderstood(problem.reason, problem.line + source.position(base)[0] - 1) from problem
    if aliases:
        _refuse_expansion(source, documents, aliases)
    return documents


def _build(  # noqa: C901, PLR0912 - calls between its branches would cost a third of the time of a scan
    text: str, base: int, next_event: NextEvent
) -> tuple[list[Node], list[Alias]]:
    documents: list[Node] = []
    aliases: list[Alias] = []
    anchors: dict[str, Node] = {}
    members: list[Any] = documents
    outer: list[tuple[Any, list[Any]]] = []
    count = 0
    while (event := next_event()) is not None:
        count += 1
        if count > EVENT_LIMIT:
            raise too_many()
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is None and event.tag is None:
                members.append(event)  # half of them are keys, whose places are hardly ever asked for
                continue
            start = properties_end(text, event)
            node: Node = Scalar(
                event.value, event.style or "", base + start, base + event.end_mark.index, event.tag
            )
            members.append(node)
            if event.anchor is not None:
                anchors[event.anchor] = node
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor is not None:
                anchors.pop(event.anchor, None)  # a use within itself has no end to point at
            outer.append((event, members))
            members = []
            if len(outer) > DEPTH_LIMIT:
                raise too_deep(text, event)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            opened, above = outer.pop()
            start, end = base + opened.start_mark.index, base + event.end_mark.index
            if kind is MappingEndEvent:
                node = _mapping(members, start, end, base)
            else:
                node = Sequence(_nodes(members, base), start, end)
            if opened.anchor is not None:
                anchors[opened.anchor] = node
            above.append(node)
            members = above
        elif kind is AliasEvent:
            node = Alias(event.anchor, anchors.get(event.anchor), base + event.start_mark.index)
            aliases.append(node)
            members.append(node)
        elif kind is DocumentStartEvent:
            anchors.clear()
    return _nodes(documents, base), aliases


def _mapping(members: list[Any], start: int, end: int, base: int) -> Mapping:
    keys, values = members[::2], _nodes(members[1::2], base)
    last = {
        key.value: value
        for key, value in zip(keys, values, strict=True)
        if type(key) is ScalarEvent or type(key) is Scalar
    }
    return Mapping(partial(_nodes, keys, base), values, start, end, last)


def _nodes(members: list[Any], base: int) -> list[Node]:
    """Members with their scalars in the place of the events of them."""
    return [
        Scalar(m.value, m.style or "", base + m.start_mark.index, base + m.end_mark.index)
        if type(m) is ScalarEvent
        else m
        for m in members
    ]


def _refuse_expansion(source: Source, documents: list[Node], aliases: list[Alias]) -> None:
    """Refuse what no reader would expand: every level of aliases of aliases multiplies (billion laughs).

    An anchor stands above its aliases, so one pass in the order of the file knows every size.
    """
    targets = {id(alias.target) for alias in aliases if isinstance(alias.target, Mapping | Sequence)}
    if not targets:
        return
    sizes: dict[int, int] = {}
    for document in documents:
        if _size(document, targets, sizes) > EXPANSION_LIMIT:
            line = source.position(aliases[0].start)[0]
            reason = f"its aliases stand for more than {EXPANSION_LIMIT} values, which no reader would expand"
            raise NotUnderstood(reason, line)


def _size(node: Node, targets: set[int], sizes: dict[int, int]) -> int:
    """Values below a node with its aliases expanded; recursion is bounded by ``DEPTH_LIMIT``."""
    if isinstance(node, Alias):
        return sizes.get(id(node.target), 1)
    below: list[Node] = []
    if isinstance(node, Mapping):
        below = [*node.keys, *node.values]
    elif isinstance(node, Sequence):
        below = list(node.items)
    size = 1 + sum(_size(child, targets, sizes) for child in below)
    if id(node) in targets:
        sizes[id(node)] = size
    return size
