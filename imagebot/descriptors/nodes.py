"""A light tree over YAML events: values as written, with their places.

Built from events and not by a composer, because tools that apply descriptors accept what composers refuse
(duplicate keys, duplicate anchors), and because aliases must not be expanded: an edit belongs to the
anchor, and a file of nested aliases must cost no more than its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from imagebot.descriptors.events import Event, events, properties_end
from imagebot.descriptors.source import Source

MERGE_KEY = "<<"
MERGE_LIMIT = 100
"""Mappings that one look-up follows through merge keys."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar.

    Attributes:
        value: Its text, whatever type a reader would make of it.
        style: ``""`` plain, ``'``, ``"``, ``|`` or ``>``.
        start: Offset of its first character: the quote where it has one, never anchor or tag.
        end: Offset behind its last character.
    """

    value: str
    style: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping; duplicate keys stay visible.

    Attributes:
        pairs: Keys and values as they are written.
        start: Offset of its first character.
        last: The value of every key that is a scalar; of duplicate keys the last, as readers take it.
    """

    pairs: tuple[tuple[Node, Node], ...]
    start: int
    last: MappingType[str, Node] = field(repr=False, compare=False)

    def get(self, key: str) -> Node | None:
        """The value of a key, behind its alias, also if it comes from a merged mapping."""
        pending, seen = [self], set[int]()
        while pending and len(seen) < MERGE_LIMIT:
            current = pending.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            if key in current.last:
                return resolved(current.last[key])
            pending.extend(reversed(current.merged()))
        return None

    def scalar(self, key: str) -> Scalar | None:
        """The value of a key if it is a scalar."""
        value = self.get(key)
        return value if isinstance(value, Scalar) else None

    def merged(self) -> list[Mapping]:
        """The mappings under the merge key, the strongest first (https://yaml.org/type/merge.html)."""
        if MERGE_KEY not in self.last:
            return []
        value = resolved(self.last[MERGE_KEY])
        several = value.items[:MERGE_LIMIT] if isinstance(value, Sequence) else (value,)
        return [node for item in several if isinstance(node := resolved(item), Mapping)]


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """The use of an anchor; the anchor's own place is what an edit changes.

    Attributes:
        name: The anchor's name.
        target: The anchor's node, or None if the document has none above. Left out of comparison and
            representation, which would expand it.
    """

    name: str
    target: Node | None = field(repr=False, compare=False)


Node = Scalar | Mapping | Sequence | Alias


def parse(source: Source) -> tuple[Node, ...]:
    """The documents of a file.

    Raises:
        NotUnderstood: If the text is no YAML, or goes over a bound.
    """
    return _Builder(source.text).build(events(source.text))


def resolved(node: Node | None) -> Node | None:
    """The node itself, or the one behind an alias."""
    return node.target if isinstance(node, Alias) else node


def walk(node: Node, *, without: Callable[[Mapping], bool] | None = None) -> Iterator[Node]:
    """A node and everything written below it, in the order of the file; aliases are not followed.

    Args:
        node: Where to begin.
        without: Mappings to leave out, with everything below them.
    """
    pending = [node]
    while pending:
        current = pending.pop()
        if without and isinstance(current, Mapping) and without(current):
            continue
        yield current
        if isinstance(current, Mapping):
            pending.extend(value for _, value in reversed(current.pairs))
        elif isinstance(current, Sequence):
            pending.extend(reversed(current.items))


class _Builder:
    """Turns events into nodes without recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[Event, list[Node]]] = []
        self._anchors: dict[str, Node] = {}
        self._documents: list[Node] = []

    def build(self, stream: list[Event]) -> tuple[Node, ...]:
        for event in stream:
            self._take(event)
        return tuple(self._documents)

    def _take(self, event: Event) -> None:
        match event:
            case MappingStartEvent() | SequenceStartEvent():
                self._anchors.pop(event.anchor, None)  # a use within itself has no end to point at
                self._open.append((event, []))
            case MappingEndEvent():
                start, members = self._open.pop()
                self._add(_mapping(members, start.start_mark.index), start.anchor)
            case SequenceEndEvent():
                start, members = self._open.pop()
                self._add(Sequence(tuple(members)), start.anchor)
            case ScalarEvent():
                self._add(self._scalar(event), event.anchor)
            case AliasEvent():
                self._add(Alias(event.anchor, self._anchors.get(event.anchor)), None)
            case DocumentStartEvent():
                self._anchors.clear()

    def _add(self, node: Node, anchor: str | None) -> None:
        (self._open[-1][1] if self._open else self._documents).append(node)
        if anchor is not None:
            self._anchors[anchor] = node

    def _scalar(self, event: Event) -> Scalar:
        start = properties_end(self._text, event)
        return Scalar(event.value, event.style or "", start, event.end_mark.index)


def _mapping(members: list[Node], start: int) -> Mapping:
    pairs = tuple(zip(members[::2], members[1::2], strict=True))
    last = {key.value: value for key, value in pairs if isinstance(key, Scalar)}
    return Mapping(pairs, start, last)
