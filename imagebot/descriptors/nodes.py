"""A light tree over YAML events: values as written, with their places.

Built from events and not by a composer, because tools that apply descriptors accept what composers refuse
(duplicate keys, duplicate anchors), and because aliases must not be expanded: an edit belongs to the
anchor, and a file of nested aliases must cost no more than its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.untrusted import clean

DEPTH_LIMIT = 100
"""Levels of nesting; nothing that a cluster accepts comes near."""

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:[ \t]|\r?\n)*)+")
"""Anchor and tag: parsers count them to the scalar, an edit must not."""

Event = Any
"""An event of ruamel.yaml, which has no types of its own."""


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
    """A mapping; duplicate keys stay visible."""

    pairs: tuple[tuple[Node, Node], ...]
    start: int

    def get(self, key: str) -> Node | None:
        """The value of a key; of duplicate keys the last, as readers take it."""
        found = None
        for name, value in self.pairs:
            if isinstance(name, Scalar) and name.value == key:
                found = value
        return found

    def scalar(self, key: str) -> Scalar | None:
        """The value of a key if it is a scalar."""
        value = self.get(key)
        return value if isinstance(value, Scalar) else None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """The use of an anchor; the anchor's own place is what an edit changes."""

    name: str


Node = Scalar | Mapping | Sequence | Alias


def parse(source: Source) -> tuple[Node, ...]:
    """The documents of a file.

    Raises:
        NotUnderstood: If the text is no YAML, or nested too deeply.
    """
    return _Builder(source.text).build(events(source.text))


def events(text: str) -> list[Event]:
    """The events of a text: by the C parser, and by the pure one where that refuses.

    Each accepts some legal YAML that the other does not.

    Raises:
        NotUnderstood: If both refuse.
    """
    try:
        return list(YAML(typ="safe", pure=False).parse(text))
    except YAMLError:
        pass
    try:
        return list(YAML(typ="safe", pure=True).parse(text))
    except YAMLError as error:
        raise _invalid(error) from error
    except (ValueError, RecursionError, IndexError, AttributeError, TypeError) as error:
        # the pure parser meets hostile text with exceptions of its own
        raise NotUnderstood("invalid YAML") from error


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, in the order of the file."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, Mapping):
            pending.extend(value for _, value in reversed(current.pairs))
        elif isinstance(current, Sequence):
            pending.extend(reversed(current.items))


def properties_end(text: str, event: Event) -> int:
    """Offset of a scalar's first character behind its anchor and tag."""
    start: int = event.start_mark.index
    if event.anchor is None and event.tag is None:
        return start
    found = _PROPERTIES.match(text, start, event.end_mark.index)
    return found.end() if found else start


class _Builder:
    """Turns events into nodes without recursion, so that depth is a bound and not a crash."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[Event, list[Node]]] = []
        self._documents: list[Node] = []

    def build(self, stream: list[Event]) -> tuple[Node, ...]:
        for event in stream:
            self._take(event)
        return tuple(self._documents)

    def _take(self, event: Event) -> None:
        match event:
            case MappingStartEvent() | SequenceStartEvent():
                if len(self._open) >= DEPTH_LIMIT:
                    line = event.start_mark.line + 1
                    raise NotUnderstood(f"nested deeper than {DEPTH_LIMIT} levels", line)
                self._open.append((event, []))
            case MappingEndEvent():
                start, members = self._open.pop()
                pairs = tuple(zip(members[::2], members[1::2], strict=True))
                self._add(Mapping(pairs, start.start_mark.index))
            case SequenceEndEvent():
                self._add(Sequence(tuple(self._open.pop()[1])))
            case ScalarEvent():
                self._add(self._scalar(event))
            case AliasEvent():
                self._add(Alias(event.anchor))
            case StreamStartEvent() | StreamEndEvent() | DocumentStartEvent() | DocumentEndEvent():
                pass

    def _add(self, node: Node) -> None:
        (self._open[-1][1] if self._open else self._documents).append(node)

    def _scalar(self, event: Event) -> Scalar:
        start = properties_end(self._text, event)
        return Scalar(event.value, event.style or "", start, event.end_mark.index)


def _invalid(error: YAMLError) -> NotUnderstood:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not parsable"
    line = mark.line + 1 if mark is not None else None
    return NotUnderstood(f"invalid YAML: {clean(str(problem), 160)}", line)
