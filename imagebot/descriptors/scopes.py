"""Which variables a file sees: those of its folder, of folders around it, or of whoever includes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from imagebot.descriptors.reference import Place
from imagebot.descriptors.variables import Hole, Pending, Value, Variable, and_above

INCLUDES = "includes"
"""Group of the files and folders that a Kustomization names; their name is their path."""

OWNERS_LIMIT = 100
"""Objects that set the same variable for one file; more would be a product without end."""

_BESIDE = frozenset({"compose", "helm-values"})
"""Groups whose variables stand in the same folder, and in no other."""

_Values = dict[str, Value]


class Scopes:
    """The variables of a repository."""

    def __init__(self, variables: Iterable[Variable]) -> None:
        self._owners: defaultdict[tuple[str, str], dict[Place | None, _Values]] = defaultdict(dict)
        self._included: defaultdict[str, list[str]] = defaultdict(list)
        for variable in variables:
            if variable.group == INCLUDES:
                self._included[variable.folder].append(variable.name)
                continue
            value = (*variable.before, variable.value) if variable.before else variable.value
            owners = self._owners[variable.group, variable.folder]
            owners.setdefault(variable.owner, {})[variable.name] = value
        self._appliers = self._reached()

    def seen_by(self, pending: Pending) -> Iterator[Mapping[str, Value]]:
        """The sets of values that a reference may get: one for each object that applies it.

        The nearest folder counts that sets any of them, and besides, for Flux, every Kustomization that
        includes the file by way of others.
        """
        path = pending.place.path
        folder = path.rpartition("/")[0]
        folders = [folder] if pending.group in _BESIDE else list(and_above(folder))
        wanted = {part.name for part in pending.parts if isinstance(part, Hole)}
        nearest = next(
            (found for name in folders if (found := self._setting(pending.group, name, wanted))), {}
        )
        if pending.group == "flux":
            for name in (*self._appliers.get(path, ()), *self._appliers.get(folder, ())):
                nearest = nearest | self._setting("flux", name, wanted)
        yield from list(nearest.values())[:OWNERS_LIMIT] or [{}]

    def _setting(self, group: str, folder: str, wanted: set[str]) -> dict[Place | None, _Values]:
        owners = self._owners.get((group, folder), {})
        return {owner: values for owner, values in owners.items() if wanted & values.keys()}

    def _reached(self) -> Mapping[str, list[str]]:
        """By file or folder: the paths of Flux Kustomizations from which it is included."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for group, folder in list(self._owners):
            if group != "flux":
                continue
            below = f"{folder}/" if folder else ""
            pending = [name for name in self._included if name == folder or name.startswith(below)]
            seen = set(pending)
            while pending:
                new = set(self._included[pending.pop()]) - seen
                seen |= new
                pending += [name for name in new if name in self._included]
            for name in seen:
                found[name].append(folder)
        return found
