"""The kinds of descriptor: one module each, registered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imagebot.descriptors import compose, helm_values, kubernetes, kustomize
from imagebot.descriptors.nodes import Node
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of descriptor.

    Attributes:
        claims: Whether a document is of this kind, by what it holds.
        find: The references of such a document, and what was seen and not understood.
    """

    claims: Callable[[Source, Node], bool]
    find: Callable[[Source, Node], Iterator[Reference | Skipped]]


KINDS = (
    Kind(kustomize.claims, kustomize.find),
    Kind(kubernetes.claims, kubernetes.find),
    Kind(compose.claims, compose.find),
    Kind(helm_values.claims, helm_values.find),
)
"""The first kind that claims a document has it; the most particular stands first."""
