"""Helm values: ``repository`` and ``tag``, with or without ``registry``; ``image: ref``."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, Scalar, walk
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import is_empty, joined, whole

DESCRIPTOR = "helm-values"
PIPELINE_FOLDERS = (".github/", ".gitlab/", ".circleci/", ".woodpecker/", ".tekton/")
PIPELINE_FILES = (
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    ".drone.yml",
    ".woodpecker.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
)


def claims(source: Source, document: Node) -> bool:
    """Whether a document can be a values file: a mapping that is nothing else.

    A key ``kind`` alone is a chart's own: some choose between Deployment and DaemonSet by it.
    """
    if not isinstance(document, Mapping) or document.get("apiVersion"):
        return False
    return not _is_pipeline(source, document)


def _is_pipeline(source: Source, document: Mapping) -> bool:
    """Workflows and pipelines name images for builds, not for an environment."""
    if source.path.startswith(PIPELINE_FOLDERS) or source.path.endswith(PIPELINE_FILES):
        return True
    has_jobs = isinstance(document.get("jobs"), Mapping)
    return has_jobs and ("on" in document.last or "name" in document.last)


def find(source: Source, document: Node) -> Iterator[Reference | Skipped]:
    """Every image at any depth."""
    for node in walk(document):
        found = _image(source, node) if isinstance(node, Mapping) else None
        if found is not None:
            yield found


def _image(source: Source, node: Mapping) -> Reference | Skipped | None:
    repository, image = node.scalar("repository"), node.scalar("image")
    has_tag = node.scalar("tag") is not None or not is_empty(node.scalar("digest"))
    if repository is not None and not is_empty(repository) and has_tag:
        if image is not None and not is_empty(image):
            line = source.position(repository.start)[0]
            return Skipped(source.path, line, "`repository` and `image` both name an image here")
        return _split(source, node, repository)
    if image is None or is_empty(image) or not _looks_like_image(source, image):
        return None
    if not is_empty(node.scalar("tag")) and _is_bare(image):
        return _split(source, node, image)
    return whole(source, DESCRIPTOR, image)


def _split(source: Source, node: Mapping, repository: Scalar) -> Reference | Skipped | None:
    if _is_git(repository):
        return None
    registry, tag, digest = node.scalar("registry"), node.scalar("tag"), node.scalar("digest")
    if is_empty(tag) and is_empty(digest):
        line = source.position(tag.start if tag else repository.start)[0]
        return Skipped(source.path, line, "the tag is empty: the chart's own version decides")
    names = [repository] if registry is None or is_empty(registry) else [registry, repository]
    return joined(
        source,
        DESCRIPTOR,
        names,
        None if is_empty(tag) else tag,
        None if is_empty(digest) else digest,
    )


def _is_git(repository: Scalar) -> bool:
    """A Git or chart repository with a tag is no image."""
    name = repository.value
    return "://" in name or name.startswith("git@") or name.endswith(".git")


def _looks_like_image(source: Source, image: Scalar) -> bool:
    """A bare word is taken for an image only in a file that is called values: ``image: logo`` is none."""
    if _is_bare(image):
        return source.path.rpartition("/")[2].startswith("values")
    return "://" not in image.value and " " not in image.value


def _is_bare(image: Scalar) -> bool:
    return ":" not in image.value and "@" not in image.value
