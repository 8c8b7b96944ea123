"""Helm values: ``repository`` and ``tag``, with or without ``registry``; ``image: ref``."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, Scalar, walk
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import is_empty, joined, whole

DESCRIPTOR = "helm-values"


def claims(source: Source, document: Node) -> bool:
    """Whether a document can be a values file: a mapping that is nothing else.

    Workflows and pipelines name images for builds, not for an environment.
    """
    if not isinstance(document, Mapping) or document.get("apiVersion") or document.get("kind"):
        return False
    if source.path.startswith((".github/", ".gitlab/", ".circleci/")):
        return False
    return source.path.rpartition("/")[2] not in {".gitlab-ci.yml", ".pre-commit-config.yaml"}


def find(source: Source, document: Node) -> Iterator[Reference | Skipped]:
    """Every image at any depth."""
    for node in walk(document):
        if isinstance(node, Mapping):
            found = _split(source, node) if node.get("repository") else _single(source, node)
            if found is not None:
                yield found


def _split(source: Source, node: Mapping) -> Reference | Skipped | None:
    repository, tag, digest = node.scalar("repository"), node.scalar("tag"), node.scalar("digest")
    if repository is None or (node.get("tag") is None and is_empty(digest)):
        return None
    if is_empty(repository) or "://" in repository.value:
        return None  # a Git or chart repository with a tag is no image
    if is_empty(tag) and is_empty(digest):
        line = source.position(tag.start if tag else repository.start)[0]
        return Skipped(source.path, line, "the tag is empty: the chart's own version decides")
    registry = node.scalar("registry")
    names = [repository] if registry is None or is_empty(registry) else [registry, repository]
    return joined(
        source,
        DESCRIPTOR,
        names,
        None if is_empty(tag) else tag,
        None if is_empty(digest) else digest,
    )


def _single(source: Source, node: Mapping) -> Reference | Skipped | None:
    image = node.scalar("image")
    if image is None or is_empty(image) or not _looks_like_image(source, image):
        return None
    return whole(source, DESCRIPTOR, image)


def _looks_like_image(source: Source, image: Scalar) -> bool:
    """A bare word is taken for an image only in a file that is called values: ``image: logo`` is none."""
    if ":" in image.value or "@" in image.value:
        return "://" not in image.value and " " not in image.value
    return source.path.rpartition("/")[2].startswith("values")
