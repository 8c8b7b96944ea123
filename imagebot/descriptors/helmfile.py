"""helmfile: releases with charts, and their inline values."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.charts import chart
from imagebot.descriptors.nodes import Mapping, Node
from imagebot.descriptors.parameters import in_parameters
from imagebot.descriptors.source import Source
from imagebot.descriptors.values import in_values
from imagebot.descriptors.written import OCI, Item

DESCRIPTOR = "helmfile"


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a helmfile: releases with charts, and no Kubernetes object."""
    if not isinstance(document, Mapping) or document.get("apiVersion") or source.region is not None:
        return False
    if source.name.startswith("helmfile") or ".helmfile." in source.name:
        return True
    return any(release.scalar("chart") for release in document.mappings("releases"))


def find(source: Source, document: Node) -> Iterator[Item]:
    """Chart, values and ``set`` of every release."""
    if not isinstance(document, Mapping):
        return
    repositories = {repository.text("name"): repository for repository in document.mappings("repositories")}
    for release in document.mappings("releases"):
        yield from _chart(source, release, repositories)
        for dependency in release.mappings("dependencies"):
            yield from _chart(source, dependency, repositories)
        for values in release.mappings("values"):
            yield from in_values(source, DESCRIPTOR, values)
        yield from in_parameters(
            source, DESCRIPTOR, [*release.mappings("set"), *release.mappings("setString")]
        )
    for values in document.mappings("values"):
        yield from in_values(source, DESCRIPTOR, values)
    for key in ("environments", "templates"):
        for entry in _members(document.mapping(key)):
            for values in entry.mappings("values"):
                yield from in_values(source, DESCRIPTOR, values)


def _members(parent: Mapping | None) -> Iterator[Mapping]:
    for key in parent.last if parent else ():
        if (entry := parent.mapping(key) if parent else None) is not None:
            yield entry


def _chart(source: Source, release: Mapping, repositories: dict[str, Mapping]) -> Iterator[Item]:
    name, version = release.scalar("chart"), release.scalar("version")
    if name is None:
        return
    if name.value.startswith(OCI):
        yield from chart(source, DESCRIPTOR, name, None, version)
        return
    alias, slash, rest = name.value.partition("/")
    repository = repositories.get(alias)
    url = repository.text("url") if repository else ""
    if not slash or not url:
        return
    if repository and repository.text("oci") == "true":
        url = f"{OCI}{url.removeprefix(OCI)}"
    yield from chart(source, DESCRIPTOR, url, rest, version)
