"""Compose files: the ``image`` of every service."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, Scalar
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import is_empty, whole

DESCRIPTOR = "compose"
TOP_LEVEL = frozenset(
    {
        "version",
        "name",
        "services",
        "networks",
        "volumes",
        "configs",
        "secrets",
        "include",
        "models",
    }
)


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a compose file: services with an image or a build, nothing foreign beside."""
    del source
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(services, Mapping):
        return False
    keys = [key.value for key, _ in document.pairs if isinstance(key, Scalar)]
    if not all(key in TOP_LEVEL or key.startswith("x-") for key in keys):
        return False
    return any(
        isinstance(service, Mapping) and (service.get("image") or service.get("build"))
        for _, service in services.pairs
    )


def find(source: Source, document: Node) -> Iterator[Reference | Skipped]:
    """The image of every service."""
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(services, Mapping):
        return
    for _, service in services.pairs:
        image = service.scalar("image") if isinstance(service, Mapping) else None
        if image is not None and not is_empty(image):
            yield whole(source, DESCRIPTOR, image)
