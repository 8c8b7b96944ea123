"""Layers of a policy, merged, with the place of every part.

Mappings (``tags``, ``verify``, ``pull-request``) merge by key, one level deep; everything else is replaced.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import get_args

from imagebot.policies.agreement import meaningful
from imagebot.policies.base_model import MERGED
from imagebot.policies.faults import Fault
from imagebot.policies.placed import Location, Placed, Value
from imagebot.policies.policy import OrderName
from imagebot.policies.pull_request_model import MERGING

_DEFAULT_ORDER = "semver"

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A value of one layer: a key's, or a key's below one whose mappings merge.

    Attributes:
        value: Of a mapping that merges nothing but that it is one: what it holds are parts of their own.
        placed: File it stands in.
        at: Where it stands there.
    """

    value: Value
    placed: Placed
    at: Location


@dataclass(frozen=True, slots=True)
class Layer:
    """What lies beneath a policy, or the policy itself.

    Attributes:
        parts: By their keys.
        whole: Whether everything that it extends could be read.
    """

    parts: Mapping[Path, Part] = field(default_factory=dict)
    whole: bool = True

    @classmethod
    def read(cls, placed: Placed, at: Location, value: Value, without: Container[str] = ()) -> Layer:
        """A mapping of a file, without some of its keys; what is no mapping has no parts."""
        parts: dict[Path, Part] = {}
        for key, found in value.items() if isinstance(value, dict) else ():
            if key in without:
                continue
            merges = key in MERGED and isinstance(found, dict)
            parts[key,] = Part({} if merges else found, placed, (*at, key))
            for name, below in found.items() if merges and isinstance(found, dict) else ():
                parts[key, name] = Part(below, placed, (*at, key, name))
        return cls(parts)

    def over(self, lower: Layer) -> Layer:
        """This layer on top of another."""
        kept = {path: part for path, part in lower.parts.items() if self._lets_through(path, lower)}
        return Layer({**kept, **self.parts}, self.whole and lower.whole)

    def without_idle(self, top: Layer) -> Layer:
        """The layer without what lies beneath its top in vain: how to merge, where nothing is merged."""
        automerge = self.parts.get(("pull-request", "automerge"))
        if automerge and automerge.value:
            return self
        idle = {("pull-request", key) for key in MERGING} - top.parts.keys()
        return Layer({path: part for path, part in self.parts.items() if path not in idle}, self.whole)

    @property
    def value(self) -> dict[str, Value]:
        """The layer as it would be written."""
        written: dict[str, Value] = {}
        for path, part in self.parts.items():
            below = written.get(path[0])
            if len(path) == 1:
                written[path[0]] = {} if self._merges(path[0]) else part.value
            elif isinstance(below, dict):
                below[path[1]] = part.value
        return written

    @property
    def order(self) -> OrderName | None:
        """The order of tags, if it is set and there is such a one."""
        part = self.parts.get(("tags", "order"))
        return next((name for name in get_args(OrderName) if part and name == part.value), None)

    def _merges(self, key: str) -> bool:
        part = self.parts.get((key,))
        return part is not None and key in MERGED and isinstance(part.value, dict)

    def _lets_through(self, path: Path, lower: Layer) -> bool:
        """Whether a part of a lower layer stays: not if it is replaced, or means nothing to the order."""
        if (path[0],) in self.parts and not (self._merges(path[0]) and lower._merges(path[0])):
            return False
        order = self.order
        if path == ("refresh",):
            return order != "digest"  # it has no meaning beside what always follows its tag
        if path[0] != "tags" or len(path) == 1 or order is None or order == (lower.order or _DEFAULT_ORDER):
            return True
        return path[1] in meaningful(order)


@dataclass(frozen=True, slots=True)
class Merged:
    """A mapping of a file together with what lies beneath it; faults are shown where a part comes from.

    Attributes:
        layer: All of it.
        placed: File of the mapping.
        at: Where the mapping stands there.
    """

    layer: Layer
    placed: Placed
    at: Location

    @property
    def path(self) -> str:
        """The file of the mapping."""
        return self.placed.path

    @property
    def value(self) -> dict[str, Value]:
        """All of it, as it would be written."""
        return self.layer.value

    def origin(self, location: Location) -> tuple[Placed, Location]:
        """File and place that a location of the mapping comes from."""
        below = location[len(self.at) :]
        for length in (2, 1):
            if len(below) >= length and (part := self.layer.parts.get(below[:length])):  # type: ignore[arg-type] # a number finds nothing
                return part.placed, (*part.at, *below[length:])
        return self.placed, location

    def holds(self, location: Location) -> bool:
        """Whether there is a value at a location."""
        placed, there = self.origin(location)
        return placed.holds(there)

    def text_offset(self, location: Location) -> int:
        """How far behind the start of a value its text begins."""
        placed, there = self.origin(location)
        return placed.text_offset(there)

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
        """A fault where the location comes from."""
        placed, there = self.origin(location)
        return placed.fault(there, id, message, hint=hint, key=key, offset=offset)
