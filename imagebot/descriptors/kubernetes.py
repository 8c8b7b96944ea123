"""Kubernetes objects: every container of every pod template, at whatever depth."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, Sequence, resolved, walk
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import is_empty, whole

DESCRIPTOR = "kubernetes"
CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
NOT_WORKLOADS = frozenset({"CustomResourceDefinition"})
"""Kinds whose ``containers`` is a schema and deploys nothing."""


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a Kubernetes object."""
    del source
    return (
        isinstance(document, Mapping)
        and document.scalar("apiVersion") is not None
        and document.scalar("kind") is not None
    )


def find(source: Source, document: Node) -> Iterator[Reference | Skipped]:
    """Containers by shape and not by kind: custom workloads hold the same pod template."""
    seen: set[int] = set()
    for node in walk(document, without=_is_schema):
        for key in CONTAINERS:
            containers = node.get(key) if isinstance(node, Mapping) else None
            if isinstance(containers, Sequence) and id(containers) not in seen:
                seen.add(id(containers))  # one list behind many aliases is read once
                yield from _images(source, containers)


def _images(source: Source, containers: Sequence) -> Iterator[Reference | Skipped]:
    for container in map(resolved, containers.items):
        image = container.scalar("image") if isinstance(container, Mapping) else None
        if image is not None and not is_empty(image):
            yield whole(source, DESCRIPTOR, image)


def _is_schema(node: Mapping) -> bool:
    kind = node.scalar("kind")
    return kind is not None and kind.value in NOT_WORKLOADS
