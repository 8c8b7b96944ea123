"""Helm values in a file of their own, of any name."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node
from imagebot.descriptors.source import Source
from imagebot.descriptors.values import in_values
from imagebot.descriptors.written import Item

DESCRIPTOR = "helm-values"
PIPELINE_FOLDERS = (
    ".circleci/",
    ".woodpecker/",
    ".buildkite/",
    ".github/",
    ".gitlab/",
    ".forgejo/",
    ".gitea/",
)
PIPELINE_FILES = (
    ".pre-commit-config.yaml",
    ".drone.yml",
    ".woodpecker.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "cloudbuild.yaml",
)


def claims(source: Source, document: Node) -> bool:
    """Whether a document can be a values file: a mapping that is nothing else.

    A key ``kind`` alone is a chart's own: some choose between Deployment and DaemonSet by it.
    """
    if not isinstance(document, Mapping) or document.get("apiVersion"):
        return False
    return not (source.path.startswith(PIPELINE_FOLDERS) or source.name.endswith(PIPELINE_FILES))


def find(source: Source, document: Node) -> Iterator[Item]:
    """Every image at any depth."""
    bare = source.region is None and source.name.startswith("values")
    file = source.name if source.region is None else ""
    yield from in_values(source, DESCRIPTOR, document, bare=bare, file=file)
