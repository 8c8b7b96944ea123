"""Ansible: images of the container modules in playbooks and task files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import images_in
from imagebot.descriptors.nodes import Mapping, Node, Scalar, Sequence, mappings, resolved
from imagebot.descriptors.piece import NotEditable, is_empty, piece
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, joined, skipped, together, whole

DESCRIPTOR = "ansible"
_MODULE = re.compile(
    r"(?:[\w.]+\.)?(?P<name>docker_container|docker_swarm_service|docker_image(?:_pull|_tag)?|podman_container|podman_image"
    r"|k8s|docker_compose_v2|docker_container_exec)"
)
_PLAY = frozenset({"hosts", "tasks", "block", "import_playbook", "include_tasks", "import_tasks", "register"})
_INLINE_IMAGE = re.compile(r"(?:^|\s)image=(?P<image>\S+)")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a list of plays or tasks."""
    del source
    if not isinstance(document, Sequence):
        return False
    entries = [resolved(item) for item in document.items]
    return any(isinstance(entry, Mapping) and _is_task(entry) for entry in entries)


def find(source: Source, document: Node) -> Iterator[Item]:
    """The images of every task at any depth: plays, blocks, handlers."""
    for task in mappings(document):
        for beside in ("vars", "loop", "with_items"):
            values = task.get(beside)
            if values is not None:
                yield from images_in(source, Setting(DESCRIPTOR), values, beside)
        for key in task.last:
            module = _MODULE.fullmatch(key)
            if module is None:
                continue
            arguments = task.get(key)
            if isinstance(arguments, Mapping):
                yield from _module(source, module["name"], arguments)
            elif isinstance(arguments, Scalar) and (inline := _INLINE_IMAGE.search(arguments.value)):
                yield from _inline(source, arguments, inline)


def _is_task(entry: Mapping) -> bool:
    return bool(_PLAY & entry.last.keys()) or any(_MODULE.fullmatch(key) for key in entry.last)


def _inline(source: Source, arguments: Scalar, inline: re.Match[str]) -> Iterator[Item]:
    """``docker_container: name=web image=acme/web:1.4 state=started``."""
    try:
        yield together(DESCRIPTOR, [piece(source, arguments).part(*inline.span("image"))])
    except NotEditable as problem:
        yield skipped(source, arguments, str(problem))


def _module(source: Source, name: str, arguments: Mapping) -> Iterator[Item]:
    if name in {"k8s", "docker_compose_v2"}:
        definition = arguments.get("definition")
        if definition is not None:
            yield from _definition(source, definition)
        return
    key = "name" if "_image" in name else "image"
    image, tag = arguments.scalar(key), arguments.scalar("tag")
    if image is None or is_empty(image):
        return
    if key == "name" and tag is not None and not is_empty(tag):
        yield joined(source, DESCRIPTOR, [image], tag)
    elif key == "image" or ":" in image.value or "@" in image.value:
        yield whole(source, DESCRIPTOR, image)


def _definition(source: Source, definition: Node) -> Iterator[Item]:
    yield from kubernetes.find(source, definition, Setting(DESCRIPTOR))
