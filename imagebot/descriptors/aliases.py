"""The places through which a reference is used besides its own: aliases of an anchor around it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from imagebot.descriptors.comments import orders
from imagebot.descriptors.nodes import Alias, Node, walk
from imagebot.descriptors.reference import Place, Reference, Slot
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item

USES_LIMIT = 100
"""Places kept of one reference; the first are enough to find the others."""


def with_uses(source: Source, documents: Sequence[Node], found: list[Item]) -> list[Item]:
    """Add to every reference where it is used; an order to ignore it counts on such a line as well."""
    if "*" not in source.text:
        return found
    using: defaultdict[int, list[Alias]] = defaultdict(list)
    targets: dict[int, Node] = {}
    for document in documents:
        for node in walk(document):
            if isinstance(node, Alias) and node.target is not None:
                targets[id(node.target)] = node.target
                if len(using[id(node.target)]) < USES_LIMIT:
                    using[id(node.target)].append(node)
    uses = _uses(source, found, targets, using)
    return [
        _used(item, uses[at]) if isinstance(item, Reference) and at in uses else item
        for at, item in enumerate(found)
    ]


def slots(reference: Reference) -> list[Slot]:
    """The places of its tag and digest."""
    return [slot for slot in (reference.tag, reference.digest) if slot is not None]


def _uses(
    source: Source, found: list[Item], targets: dict[int, Node], using: dict[int, list[Alias]]
) -> dict[int, dict[Place, bool]]:
    """By item: places of its aliases, and whether the comment there says to ignore it."""
    starts = sorted(
        (slot.scalar.start, at)
        for at, item in enumerate(found)
        if isinstance(item, Reference)
        for slot in slots(item)
    )
    uses: defaultdict[int, dict[Place, bool]] = defaultdict(dict)
    for target, node in targets.items():
        first, last = bisect_left(starts, (node.start, -1)), bisect_left(starts, (_end(node), -1))
        if first == last:
            continue
        places = {
            Place(source.path, *source.position(alias.start)): orders(
                source.rest_of_line(alias.start, 4096)
            ).ignored
            for alias in using[target]
        }
        for _, at in starts[first:last]:
            if len(uses[at]) < USES_LIMIT:
                uses[at] |= places
    return uses


def _end(node: Node) -> int:
    return node.start if isinstance(node, Alias) else node.end


def _used(reference: Reference, places: dict[Place, bool]) -> Reference:
    return replace(
        reference,
        uses=tuple(sorted({*reference.uses, *places})[:USES_LIMIT]),
        ignored=reference.ignored or any(places.values()),
    )
