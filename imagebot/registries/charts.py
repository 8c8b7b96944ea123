"""The index of a chart repository: which versions of a chart it offers.

Source: https://helm.sh/docs/topics/chart_repository/#the-index-file. An index is YAML or JSON, and public
ones reach tens of MB: it is read event by event, and only versions and digests are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from imagebot.descriptors.events import DEPTH_LIMIT, Event, NextEvent, either_parser
from imagebot.descriptors.source import NotUnderstood
from imagebot.errors import RegistryProtocol
from imagebot.references.charts import is_strict
from imagebot.references.image import ImageName, is_version

INDEX_NAME = "index.yaml"
EVENTS = 10_000_000
"""Keys, values and brackets of one index; one of 64 MiB has some 4 million."""

_FIELDS = frozenset({"version", "digest", "deprecated", "removed"})
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")
_TRUE = frozenset({"true", "yes", "on", "y"})
"""What YAML 1.1, which Helm reads, takes for true, in lower case."""
_OPENING = (MappingStartEvent, SequenceStartEvent)
_STEPS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}

Index = Mapping[str, Mapping[str, str | None]]
"""By chart: its versions in the order of the index, each with its digest where the index has a valid one."""


def index_url(name: ImageName) -> str:
    """Where the index is that lists a chart of a chart repository."""
    folder, slash, _ = name.path.rpartition("/")
    return f"{name.scheme}://{name.host}/{folder}{slash}{INDEX_NAME}"


def chart_name(name: ImageName) -> str:
    """What the index calls a chart of a chart repository."""
    return name.path.rpartition("/")[2]


def read_index(text: bytes) -> Index:
    """Every chart with its versions.

    A version that is not SemVer, deprecated or removed is left out, as is what is no entry at all.

    Raises:
        RegistryProtocol: If it is no index, goes over a bound, or names anything by an alias.
    """
    try:
        return either_parser(text.decode("utf-8-sig", "replace"), lambda get: _Reader(get).index())
    except NotUnderstood as problem:
        line = f", line {problem.line}" if problem.line else ""
        raise RegistryProtocol(f"{INDEX_NAME} is no index of charts: {problem.reason}{line}") from problem


class _Reader:
    """Walks the events of an index; what is not asked for goes by without an object of its own."""

    def __init__(self, next_event: NextEvent) -> None:
        self._next_event = next_event
        self._left = EVENTS

    def index(self) -> Index:
        """The charts of ``entries``, wherever that key stands."""
        while not isinstance(event := self._next(), (*_OPENING, ScalarEvent)):
            pass
        found: dict[str, dict[str, str | None]] = {}
        listed = False
        for key, value in self._pairs(event):
            if key != "entries":
                self._skip(value)
                continue
            listed = True
            for chart, versions in self._pairs(value):
                own = found.setdefault(chart, {})
                for item in self._items(versions):
                    self._add(own, dict(self._fields(item)))
        if not listed:
            raise NotUnderstood("it has no `entries`")
        return found

    def _add(self, versions: dict[str, str | None], fields: dict[str, str]) -> None:
        version = fields.get("version", "")
        unusable = fields.get("deprecated") in _TRUE or fields.get("removed") in _TRUE
        if not unusable and is_version(version) and is_strict(version):
            digest = _DIGEST.fullmatch(fields.get("digest", ""))
            versions.setdefault(version, f"sha256:{digest[1].lower()}" if digest else None)

    def _fields(self, entry: Event) -> Iterator[tuple[str, str]]:
        """The texts of an entry that matter."""
        for key, value in self._pairs(entry):
            if key in _FIELDS and isinstance(value, ScalarEvent):
                yield key, value.value.lower() if key in {"deprecated", "removed"} else value.value
            else:
                self._skip(value)

    def _pairs(self, event: Event) -> Iterator[tuple[str, Event]]:
        """Keys of a mapping, each with the event that begins its value; nothing of anything else.

        Whoever takes a value reads it to its end.
        """
        if not isinstance(event, MappingStartEvent):
            self._skip(event)
            return
        while not isinstance(key := self._next(), MappingEndEvent):
            if isinstance(key, ScalarEvent):
                yield key.value, self._next()
            else:
                self._skip(key)
                self._skip(self._next())

    def _items(self, event: Event) -> Iterator[Event]:
        """As ``_pairs``, of a sequence."""
        if not isinstance(event, SequenceStartEvent):
            self._skip(event)
            return
        while not isinstance(item := self._next(), SequenceEndEvent):
            yield item

    def _skip(self, event: Event) -> None:
        """Read to the end of what an event begins."""
        depth = _STEPS.get(type(event), 0)
        while depth > 0:
            depth += _STEPS.get(type(self._next()), 0)
            if depth > DEPTH_LIMIT:
                raise NotUnderstood(f"nested deeper than {DEPTH_LIMIT} levels")

    def _next(self) -> Event:
        event = self._next_event()
        self._left -= 1
        if event is None or self._left < 0:
            raise NotUnderstood("it ends early" if event is None else f"more than {EVENTS} keys and values")
        if type(event) is AliasEvent:
            raise NotUnderstood("it uses aliases, which can stand for any amount")
        return event
