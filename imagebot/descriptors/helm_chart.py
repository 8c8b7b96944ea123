"""``Chart.yaml``: dependencies, and the images that Artifact Hub is told of."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.charts import chart
from imagebot.descriptors.embedded import documents_or_none
from imagebot.descriptors.looks import names_version
from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "helm-chart"
FILE_NAMES = frozenset({"Chart.yaml", "Chart.yml", "requirements.yaml"})
IMAGES_ANNOTATION = "artifacthub.io/images"


def claims(source: Source, document: Node) -> bool:
    """Whether a document describes a chart."""
    return isinstance(document, Mapping) and source.name in FILE_NAMES and document.get("kind") is None


def find(source: Source, document: Node) -> Iterator[Item]:
    """Every dependency with a version, and every image of the annotation."""
    if not isinstance(document, Mapping):
        return
    annotations = document.mapping("annotations")
    listed = annotations.scalar(IMAGES_ANNOTATION) if annotations else None
    if listed is not None:
        for view, images in documents_or_none(source, listed):
            yield from _annotated(view, images)
    for dependency in document.mappings("dependencies"):
        yield from chart(
            source,
            DESCRIPTOR,
            dependency.scalar("repository"),
            dependency.scalar("name"),
            dependency.scalar("version"),
        )


def _annotated(source: Source, images: Node) -> Iterator[Item]:
    for entry in mappings(images):
        image = entry.get("image")
        if isinstance(image, Scalar) and names_version(image.value):
            yield whole(source, DESCRIPTOR, image)
