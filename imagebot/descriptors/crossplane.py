"""Crossplane: packages, and pod templates inside of compositions."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.charts import chart
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.nodes import Mapping, Node, mappings
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import OCI, Item, joined, skipped, whole
from imagebot.references.charts import is_exact

DESCRIPTOR = "crossplane"
GROUPS = (
    "pkg.crossplane.io/",
    "apiextensions.crossplane.io/",
    "meta.pkg.crossplane.io/",
    "helm.crossplane.io/",
)


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
    for node in mappings(document):
        repository, version = node.scalar("repository"), node.scalar("version")
        if repository is not None and repository.value.startswith(OCI):
            yield from chart(source, DESCRIPTOR, repository, node.scalar("name"), version)
        yield from _released(source, node.mapping("chart"))
        for dependency in node.mappings("dependsOn"):
            yield from _dependency(source, dependency)


def _released(source: Source, released: Mapping | None) -> Iterator[Item]:
    """The ``chart`` of a release; from an OCI registry it is found by its address, whatever the key."""
    repository = released.scalar("repository") if released else None
    if released and repository is not None and not repository.value.startswith(OCI):
        yield from chart(source, DESCRIPTOR, repository, released.scalar("name"), released.scalar("version"))


def _dependency(source: Source, dependency: Mapping) -> Iterator[Item]:
    """A package that another needs, with a version or a range of them."""
    name = next(
        filter(None, map(dependency.scalar, ("provider", "function", "configuration", "package"))), None
    )
    version = dependency.scalar("version")
    if name is None or version is None or is_empty(version):
        return
    if is_exact(version.value):
        yield joined(source, DESCRIPTOR, [name], version)
    else:
        yield skipped(source, version, "a range of versions: it moves without a commit")
