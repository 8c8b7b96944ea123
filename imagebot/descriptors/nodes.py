"""A light tree over YAML events: values as written, with their places.

Built from events and not by a composer, because tools that apply descriptors accept what composers refuse
(duplicate keys, duplicate anchors), and because aliases must not be expanded: an edit belongs to the
anchor, and a file of nested aliases must cost no more than its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from dataclasses import dataclass, field

from imagebot.descriptors.source import Source

MERGE_KEY = "<<"
MERGE_LIMIT = 100
"""Mappings that one look-up follows through merge keys."""


@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar.

    Attributes:
        value: Its text, whatever type a reader would make of it.
        style: ``""`` plain, ``'``, ``"``, ``|`` or ``>``.
        start: Offset of its first character: the quote where it has one, never anchor or tag.
        end: Offset behind its last character.
        tag: Its type where the file says one (``!!int``), else None.
    """

    value: str
    style: str
    start: int
    end: int
    tag: str | None = None


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping; duplicate keys stay visible.

    Attributes:
        read_keys: Gives the keys as they are written.
        values: The value of every key, in the same order.
        start: Offset of its first character.
        end: Offset behind its last character.
        last: The value of every key that is a scalar; of duplicate keys the last, as readers take it.
    """

    read_keys: Callable[[], list[Node]] = field(repr=False)
    values: SequenceType[Node]
    start: int
    end: int
    last: MappingType[str, Node] = field(repr=False)

    @property
    def keys(self) -> list[Node]:
        """The keys as they are written, made anew each time: few ask for them."""
        return self.read_keys()

    def get(self, key: str) -> Node | None:
        """The value of a key, behind its alias, also if it comes from a merged mapping."""
        found = self.last.get(key)
        if found is not None:
            return found.target if type(found) is Alias else found
        return self._from_merged(key) if MERGE_KEY in self.last else None

    def scalar(self, key: str) -> Scalar | None:
        """The value of a key if it is a scalar."""
        value = self.get(key)
        return value if type(value) is Scalar else None

    def mapping(self, key: str) -> Mapping | None:
        """The value of a key if it is a mapping."""
        value = self.get(key)
        return value if type(value) is Mapping else None

    def items(self, key: str) -> Iterator[Node]:
        """The items of the sequence under a key, behind their aliases; none if there is no sequence."""
        value = self.get(key)
        for item in value.items if type(value) is Sequence else ():
            if (node := resolved(item)) is not None:
                yield node

    def mappings(self, key: str) -> Iterator[Mapping]:
        """The mappings among the items under a key."""
        for item in self.items(key):
            if type(item) is Mapping:
                yield item

    def text(self, key: str) -> str:
        """The text of a scalar, or nothing."""
        value = self.scalar(key)
        return value.value if value else ""

    def merged(self) -> list[Mapping]:
        """The mappings under the merge key, the strongest first (https://yaml.org/type/merge.html)."""
        if MERGE_KEY not in self.last:
            return []
        value = resolved(self.last[MERGE_KEY])
        several = value.items[:MERGE_LIMIT] if isinstance(value, Sequence) else (value,)
        return [node for item in several if isinstance(node := resolved(item), Mapping)]

    def _from_merged(self, key: str) -> Node | None:
        pending, seen = self.merged()[::-1], {id(self)}
        while pending and len(seen) < MERGE_LIMIT:
            current = pending.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            if key in current.last:
                return resolved(current.last[key])
            pending.extend(reversed(current.merged()))
        return None


@dataclass(slots=True, eq=False)
class Sequence:
    """A sequence, from its first character to behind its last."""

    items: SequenceType[Node]
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Alias:
    """The use of an anchor; the anchor's own place is what an edit changes.

    Attributes:
        name: The anchor's name.
        target: The anchor's node, or None if the document has none above. Left out of the
            representation, which would expand it.
        start: Offset of the ``*``.
    """

    name: str
    target: Node | None = field(repr=False)
    start: int


Node = Scalar | Mapping | Sequence | Alias


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
        if type(current) is Scalar:
            pass
        elif isinstance(current, Mapping):
            if without and without(current):
                continue
            pending.extend(current.values[::-1])
        elif isinstance(current, Sequence):
            pending.extend(current.items[::-1])
        yield current


def mappings(node: Node, *, without: Callable[[Mapping], bool] | None = None) -> Iterator[Mapping]:
    """Every mapping written below a node, itself included, in the order of the file."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Mapping):
            if without and without(current):
                continue
            yield current
            pending.extend(value for value in current.values[::-1] if type(value) is not Scalar)
        elif isinstance(current, Sequence):
            pending.extend(item for item in current.items[::-1] if type(item) is not Scalar)


def line_of(source: Source, node: Node) -> int:
    """1-based line where a node begins."""
    return source.position(node.start)[0]
