"""GitHub Actions (and Forgejo's and Gitea's): job containers, services, and ``docker://`` actions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import images_of
from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings, resolved
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "github-actions"
DOCKER = "docker://"
_WORKFLOW = re.compile(r"(?:.*/)?\.(?:github|forgejo|gitea)/workflows/[^/]+\.ya?ml")
_ACTION = re.compile(r"(?:.*/)?action\.ya?ml")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a workflow, or the description of an action."""
    if not isinstance(document, Mapping):
        return False
    if is_workflow(source.path):
        return True
    if _ACTION.fullmatch(source.path):
        return isinstance(document.get("runs"), Mapping)
    return isinstance(document.get("jobs"), Mapping) and "on" in document.last


def is_workflow(path: str) -> bool:
    """Whether a file is a workflow by its path."""
    return "/workflows/" in path and _WORKFLOW.fullmatch(path) is not None


def find(source: Source, document: Node) -> Iterator[Item]:
    """The images of every job, service and step."""
    if not isinstance(document, Mapping):
        return
    jobs = document.mapping("jobs")
    for job in map(resolved, jobs.values if jobs else ()):
        if isinstance(job, Mapping):
            yield from _image(source, job.get("container"))
            services = job.mapping("services")
            for service in map(resolved, services.values if services else ()):
                yield from _image(source, service)
    for node in mappings(document):
        uses = node.scalar("uses")
        if uses is not None and uses.value.startswith(DOCKER):
            yield whole(source, DESCRIPTOR, uses, skip=len(DOCKER))
        inputs = node.mapping("with") if uses is not None else None
        if inputs is not None:
            yield from images_of(source, Setting(DESCRIPTOR), inputs, "with")
    runs = document.mapping("runs")
    image = runs.scalar("image") if runs else None
    if image is not None and image.value.startswith(DOCKER):
        yield whole(source, DESCRIPTOR, image, skip=len(DOCKER))


def _image(source: Source, node: Node | None) -> Iterator[Item]:
    """A container as a word or as a mapping with ``image``."""
    image = node.scalar("image") if isinstance(node, Mapping) else node
    if isinstance(image, Scalar) and not is_empty(image):
        skip = len(DOCKER) if image.value.startswith(DOCKER) else 0
        yield whole(source, DESCRIPTOR, image, skip=skip)
