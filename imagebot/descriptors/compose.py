"""Compose files: the ``image`` of every service."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, resolved
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import is_empty, whole

DESCRIPTOR = "compose"
FILE_NAMES = ("compose.", "docker-compose.", "compose-", "docker-compose-")
"""How the names of compose files and of their overrides begin."""
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
    """Whether a document is a compose file.

    By its name, or by services with an image or a build and nothing foreign beside.
    """
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(services, Mapping):
        return False
    if source.path.rpartition("/")[2].startswith(FILE_NAMES):
        return True
    if not all(key in TOP_LEVEL or key.startswith("x-") for key in document.last):
        return False
    return any(service.get("image") or service.get("build") for service in _services(services))


def find(source: Source, document: Node) -> Iterator[Reference | Skipped]:
    """The image of every service."""
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(services, Mapping):
        return
    for service in _services(services):
        image = service.scalar("image")
        if image is not None and not is_empty(image):
            yield whole(source, DESCRIPTOR, image)


def _services(services: Mapping) -> Iterator[Mapping]:
    for _, service in services.pairs:
        if isinstance(node := resolved(service), Mapping):
            yield node
