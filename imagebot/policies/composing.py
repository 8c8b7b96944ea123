"""Check defaults by themselves, and policies together with what lies beneath them.

A fault that is there without the other layers is reported once, where it stands. One that only the layers
together have is reported at the policy, with the places of the defaults.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import cast

from pydantic import BaseModel

from imagebot.policies.agreement import meaningful
from imagebot.policies.checking import Places, check
from imagebot.policies.faults import Fault
from imagebot.policies.merging import Layer, Merged
from imagebot.policies.model import DefaultsModel, PolicyModel
from imagebot.policies.placed import Location, Placed, Value
from imagebot.policies.policy import OrderName
from imagebot.references.orders import ORDERS

Identity = tuple[str, int, int, str]
"""What tells one fault from another: its place and id."""

OWN = ("name", "images", "extends", "tests")
"""Keys that only a policy itself can have."""

_RANGED = [order for order in ORDERS if "range" in meaningful(cast("OrderName", order))]
"""Orders that read a range: one that all of them refuse is none."""

_SHOWN = 3
"""Places of defaults that one message lists."""


def default_faults(placed: Placed, layer: Layer) -> list[Fault]:
    """Faults of the defaults of a file that no policy above them can heal."""
    view = Merged(layer, placed, ("defaults",))
    faults = _lasting(view, view.value, ("defaults",), DefaultsModel)
    for key in OWN:
        if placed.holds(("defaults", key)):
            message = f"`{key}` is no default: each policy has its own"
            faults.append(
                placed.fault(("defaults", key), "policy-default", message, hint="take it out", key=True)
            )
    return faults


def checked(
    placed: Placed, at: Location, below: Layer, reported: AbstractSet[Identity]
) -> tuple[Merged, PolicyModel | None, list[Fault]]:
    """A policy on top of what lies beneath it, and the faults it has.

    Args:
        placed: File of the policy.
        at: Where it stands there.
        below: What lies beneath it.
        reported: Faults that the layers below have by themselves.
    """
    value = placed.at(at)
    own = Layer.read(placed, at, value)
    view = Merged(own.over(below).without_idle(own), placed, at)
    if not isinstance(value, dict) or not below.whole:
        return view, None, _lasting(placed, value, at, PolicyModel)
    alone = check(placed, value, at, PolicyModel)[1] if below.parts else []
    together = _Together(view, below, frozenset(alone), reported) if below.parts else view
    model, faults = check(together, view.value, at, PolicyModel)
    return view, model, [fault for fault in faults if identity(fault) not in reported]


def identity(fault: Fault) -> Identity:
    """What tells a fault from another, whatever its words."""
    return fault.path, fault.line, fault.column, fault.id


def _identities(faults: list[Fault]) -> set[Identity]:
    return {identity(fault) for fault in faults}


def _lasting(places: Places, value: Value, at: Location, model: type[BaseModel]) -> list[Fault]:
    """Faults that stay whatever a layer above sets: an order of tags, groups of ``match``, ``automerge``."""
    found = check(places, value, at, model)[1]
    pull_request = value.get("pull-request") if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(pull_request, dict) and "automerge" not in pull_request:
        merging = {**value, "pull-request": {**pull_request, "automerge": True}}
        other = _identities(check(places, merging, at, model)[1])
        found = [fault for fault in found if fault.id != "policy-contradiction" or identity(fault) in other]
    tags = value.get("tags") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(tags, dict):
        return found
    if not tags.get("match"):
        grouped = {**value, "tags": {**tags, "match": "(?P<variant>)"}}
        other = _identities(check(places, grouped, at, model)[1])
        found = [fault for fault in found if fault.id != "policy-variant" or identity(fault) in other]
        found = [fault for fault in found if fault.id != "policy-group" or "twice" in fault.message]
    if "order" in tags:
        return found
    found = [fault for fault in found if fault.id != "policy-order"]
    for order in _RANGED if found else ():
        other = _identities(check(places, {**value, "tags": {**tags, "order": order}}, at, model)[1])
        found = [fault for fault in found if identity(fault) in other]
    return found


@dataclass(frozen=True, slots=True)
class _Together:
    """A policy with what lies beneath it, as it is checked.

    Attributes:
        alone: Faults of the policy without the other layers.
        reported: Those of the other layers.
    """

    view: Merged
    below: Layer
    alone: frozenset[Fault]
    reported: AbstractSet[Identity]

    @property
    def path(self) -> str:
        return self.view.path

    def holds(self, location: Location) -> bool:
        return self.view.holds(location)

    def text_offset(self, location: Location) -> int:
        return self.view.text_offset(location)

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
        """A fault where it comes from, or at the policy if only the layers together have it."""
        found = self.view.fault(location, id, message, hint=hint, key=key, offset=offset)
        if found in self.alone or identity(found) in self.reported:
            return found
        placed, there = self.view.origin(location)
        if placed is not self.view.placed or there[: len(self.view.at)] != self.view.at:
            found = self.view.placed.fault(self.view.at, id, message, hint=hint)
        return replace(found, message=f"{message} (with defaults from {self._places()})")

    def _places(self) -> str:
        files = {part.placed.path: part.placed for part in self.below.parts.values()}
        lines = [placed.fault(("defaults",), "", "", key=True).line for placed in files.values()]
        places = [f"{path}:{line}" for path, line in zip(files, lines, strict=True)]
        return ", ".join(places[:_SHOWN]) + (" ..." if len(places) > _SHOWN else "")
