"""Crossplane: packages, and pod templates inside of compositions."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.images import Setting
from imagebot.descriptors.nodes import Mapping, Node
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "crossplane"
GROUPS = ("pkg.crossplane.io/", "apiextensions.crossplane.io/", "meta.pkg.crossplane.io/")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is an object of Crossplane itself."""
    del source
    return isinstance(document, Mapping) and document.text("apiVersion").startswith(GROUPS)


def find(source: Source, document: Node) -> Iterator[Item]:
    """The package of a provider, configuration or function, and every pod template."""
    spec = document.mapping("spec") if isinstance(document, Mapping) else None
    package = spec.scalar("package") if spec else None
    if package is not None and not is_empty(package):
        yield whole(source, DESCRIPTOR, package)
    yield from kubernetes.find(source, document, Setting(DESCRIPTOR))
