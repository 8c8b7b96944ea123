"""Compose files: the ``image`` of every service, and of the ``x-`` blocks that services are merged from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors import dockerfile
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import images_in
from imagebot.descriptors.looks import is_image_key, is_qualified, names_version
from imagebot.descriptors.nodes import Mapping, Node, Scalar, resolved
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "compose"
DOCKER_IMAGE = "docker-image://"
FILE_NAME = re.compile(
    r"(?:(?:docker-|podman-)?compose|docker-stack|stack)(?:[.-].*)?\.ya?ml|.*\.(?:docker-)?compose\.ya?ml"
)
"""How compose files and their overrides are called."""
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
    services = document.mapping("services") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or services is None:
        return False
    if FILE_NAME.fullmatch(source.name):
        return True
    if not all(key in TOP_LEVEL or key.startswith("x-") for key in document.last):
        return False
    return any(service.get("image") or service.get("build") for service in _services(services))


def find(source: Source, document: Node) -> Iterator[Item]:
    """The image of every service, and whatever an extension block names."""
    if not isinstance(document, Mapping):
        return
    for key, value in zip(document.keys, document.values, strict=True):
        if isinstance(key, Scalar) and key.value.startswith("x-"):
            yield from images_in(source, Setting(DESCRIPTOR), value, key.value)
    services = document.mapping("services")
    for service in _services(services) if services else ():
        image = service.scalar("image")
        if image is not None and not is_empty(image):
            yield whole(source, DESCRIPTOR, image)
        yield from _beside(source, service)


def _beside(source: Source, service: Mapping) -> Iterator[Item]:
    """Images that a service mounts, is built from, or is told of."""
    build = service.mapping("build")
    for argument in build.items("args") if build else ():
        yield from _assignment(source, argument)
    for key in ("build", "environment", "volumes"):
        below = service.get(key)
        if below is not None:
            yield from images_in(source, Setting(DESCRIPTOR), below, key)
    for volume in service.mappings("volumes"):
        mounted = volume.scalar("source") if volume.text("type") == "image" else None
        if mounted is not None and not is_empty(mounted):
            yield whole(source, DESCRIPTOR, mounted)
    contexts = build.mapping("additional_contexts") if build else None
    for value in contexts.values if contexts else ():
        if isinstance(value, Scalar) and value.value.startswith(DOCKER_IMAGE):
            yield whole(source, DESCRIPTOR, value, skip=len(DOCKER_IMAGE))
    inline = build.scalar("dockerfile_inline") if build else None
    if inline is not None and inline.style == "|":
        yield from dockerfile.find(source, Span(inline.start + 1, inline.end))


def _assignment(source: Source, argument: Node) -> Iterator[Item]:
    """``BASE_IMAGE=ref`` in a list of build arguments."""
    name, sign, value = argument.value.partition("=") if isinstance(argument, Scalar) else ("", "", "")
    is_image = is_qualified(value) or (is_image_key(name) and names_version(value))
    if isinstance(argument, Scalar) and sign and is_image:
        yield whole(source, DESCRIPTOR, argument, skip=len(name) + 1)


def _services(services: Mapping) -> Iterator[Mapping]:
    for service in services.values:
        if isinstance(node := resolved(service), Mapping):
            yield node
