"""YAML values together with the place of every key and value."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field

from imagebot.descriptors.nodes import Alias, Mapping, Node, Scalar, Sequence
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.policies.faults import Fault, Mark

Location = tuple[str | int, ...]
Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]

SIZE_LIMIT = 1024 * 1024
"""Bytes of one policy file."""

# The core schema of YAML 1.2.2, section 10.3.2.
_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, as offsets in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A file's value with the places of its parts.

    Attributes:
        values: Place of every value, by its location in the value.
        keys: Place of the key that leads to a location.
    """

    source: Source
    value: Value
    values: MappingType[Location, Place]
    keys: MappingType[Location, Place]

    @property
    def path(self) -> str:
        """Of the file."""
        return self.source.path

    def holds(self, location: Location) -> bool:
        """Whether there is a value at a location."""
        return location in self.values

    def at(self, location: Location) -> Value:
        """The value at a location that there is."""
        value = self.value
        for part in location:
            value = value[part]  # type: ignore[index] # a location that there is leads through mappings and lists
        return value

    def fault(
        self,
        location: Location,
        id: str,  # noqa: A002 - the word of the JSON format
        message: str,
        *,
        hint: str = "",
        key: bool = False,
        offset: int = 0,
    ) -> Fault:
        """A fault at a value or its key; a location that has no place falls back to its parent."""
        at = self.mark(location, key=key, offset=offset)
        return Fault(at.path, at.line, at.column, id, message, hint, at.excerpt, at.width)

    def mark(self, location: Location, *, key: bool = False, offset: int = 0) -> Mark:
        """The place of a value or its key; a location that has none falls back to its parent."""
        while location and location not in self.values:
            location = location[:-1]
        places = self.keys if key and location in self.keys else self.values
        place = places.get(location, Place(0, 0))
        start = place.start + offset
        line, column = self.source.position(start)
        excerpt = self.source.rest_of_line(start - column + 1).rstrip("\r")
        width = min(max(place.end - start, 1), len(excerpt) - column + 1)
        return Mark(self.source.path, line, column, excerpt, max(width, 1))

    def text_offset(self, location: Location) -> int:
        """How far behind the start of a value its text begins: a quote counts one."""
        place = self.values.get(location)
        return 1 if place and self.source.text[place.start : place.start + 1] in {'"', "'"} else 0


class Unreadable(Exception):  # noqa: N818 - carries faults, is none
    """A file that gives no value at all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_placed(path: str, content: bytes) -> tuple[Placed, list[Fault]]:
    """Read a file; duplicate keys and aliases are faults beside the value.

    Raises:
        Unreadable: If the file is no single YAML document of bounded size.
    """
    try:
        if len(content) > SIZE_LIMIT:
            raise NotUnderstood(f"larger than {SIZE_LIMIT // (1024 * 1024)} MiB")
        source = Source.decode(path, content)
        documents = parse(source)
    except NotUnderstood as problem:
        hint = "put texts with { } [ ] : # or quotes in quotes, and indent with spaces"
        raise Unreadable(_whole(path, content, problem, hint)) from problem
    if len(documents) > 1:
        several = NotUnderstood("several documents in one file")
        raise Unreadable(_whole(path, content, several, "write one list of `policies` in each file"))
    reader = _Reader(source)
    value = reader.read(documents[0], ()) if documents else None
    placed = Placed(source, value, reader.values, reader.keys)
    return placed, [placed.fault(where, *words, key=key) for where, words, key in reader.problems]


def _whole(path: str, content: bytes, problem: NotUnderstood, hint: str) -> Fault:
    line = problem.line or 1
    lines = content.split(b"\n")
    excerpt = lines[line - 1].decode("utf-8", "replace").rstrip("\r") if line <= len(lines) else ""
    if len(excerpt) > SIZE_LIMIT // 1024:
        excerpt = ""
    column = len(excerpt) - len(excerpt.lstrip()) + 1
    return Fault(
        path,
        line,
        column,
        "yaml-invalid",
        problem.reason,
        hint,
        excerpt,
        max(len(excerpt.strip()), 1),
    )


@dataclass(slots=True)
class _Reader:
    source: Source
    values: dict[Location, Place] = field(default_factory=dict)
    keys: dict[Location, Place] = field(default_factory=dict)
    problems: list[tuple[Location, tuple[str, str], bool]] = field(default_factory=list)

    def read(self, node: Node, location: Location) -> Value:
        """The value of a node; its depth is bounded by the parser."""
        match node:
            case Scalar():
                self.values[location] = Place(node.start, node.end)
                return _plain(node.value) if not node.style else node.value
            case Sequence():
                self.values.setdefault(location, Place(0, 0))
                return [self.read(item, (*location, i)) for i, item in enumerate(node.items)]
            case Mapping():
                self.values.setdefault(location, Place(node.start, node.start + 1))
                return self._mapping(node, location)
            case Alias():
                self.values[location] = Place(node.start, node.start + len(node.name) + 1)
                self.problems.append((location, ("yaml-alias", "an alias is not expanded here"), False))
                return None

    def _mapping(self, node: Mapping, location: Location) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, Scalar):
                self.problems.append((location, ("yaml-key", "a key is not a text"), False))
                continue
            where = (*location, key.value)
            if key.value in found:
                self.values[where] = self.keys[where] = Place(key.start, key.end)
                self.problems.append(
                    (where, ("yaml-duplicate-key", f"key {key.value!r} stands here twice"), True)
                )
            self.keys[where] = Place(key.start, key.end)
            self.values[where] = Place(key.start, key.end)
            found[key.value] = self.read(value, where)
        return found


def _plain(text: str) -> Value:
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
