"""Flux's setter markers on values that no kind of descriptor claims.

Source: https://fluxcd.io/flux/guides/image-update/#configure-image-update-for-custom-resources
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagebot.descriptors.comments import setter
from imagebot.descriptors.nodes import Node, Scalar, walk
from imagebot.descriptors.reference import Reference
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, joined, skipped, whole

DESCRIPTOR = "flux"
MARKER = '"$imagepolicy"'
_REACH = 4096


def in_markers(source: Source, documents: Sequence[Node], found: Sequence[Item]) -> list[Item]:
    """The references that markers name: whole ones, and a ``:name`` with the ``:tag`` of the same policy."""
    marked = [entry for document in documents for entry in _marked(source, document)]
    parts = {(policy, part): scalar for scalar, policy, part in reversed(marked)}
    lines = {item.line for item in found if isinstance(item, Reference)}
    items: list[Item] = []
    for scalar, policy, part in marked:
        if source.position(scalar.start)[0] in lines:
            continue
        if not part:
            items.append(whole(source, DESCRIPTOR, scalar))
        elif part == "tag":
            name = parts.get((policy, "name"))
            digest = parts.get((policy, "digest"))
            if name is None:
                reason = (
                    f"the marker sets the tag of {policy}, and no `:name` marker here says of which image"
                )
                items.append(skipped(source, scalar, reason))
            else:
                items.append(joined(source, DESCRIPTOR, [name], scalar, digest))
    return items


def _marked(source: Source, document: Node) -> Iterator[tuple[Scalar, str, str]]:
    for node in walk(document):
        if isinstance(node, Scalar) and (found := setter(source.rest_of_line(node.end, _REACH))):
            yield node, *found
