"""OpenShift: image streams and builds that name images of other registries; templates."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.looks import names_version
from imagebot.descriptors.nodes import Mapping, Node, mappings
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Pending
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "openshift"
_PARAMETER = "holds a parameter of the template, which is given when it is processed"
KINDS = frozenset(
    {"ImageStream", "ImageStreamTag", "ImageStreamImport", "BuildConfig", "DeploymentConfig", "Template"}
)


def claims(source: Source, document: Node) -> bool:
    """Whether a document is one of OpenShift's own objects."""
    if not kubernetes.claims(source, document) or not isinstance(document, Mapping):
        return False
    version = document.text("apiVersion")
    return document.text("kind") in KINDS and ("openshift.io/" in version or version == "v1")


def _is_output(node: Mapping) -> bool:
    """What a build writes: it holds ``to``, and nothing but a push secret and labels beside."""
    return "to" in node.last and node.last.keys() <= {"to", "pushSecret", "imageLabels"}


def find(source: Source, document: Node) -> Iterator[Item]:
    """Pod templates as elsewhere, and every ``kind: DockerImage``."""
    is_template = isinstance(document, Mapping) and document.text("kind") == "Template"
    for item in kubernetes.find(source, document, Setting(DESCRIPTOR)):
        if is_template and isinstance(item, Pending):
            yield Skipped(item.place.path, item.place.line, _PARAMETER)
        else:
            yield item
    for node in mappings(document, without=_is_output):
        name = node.scalar("name") if node.text("kind") == "DockerImage" else None
        if name is not None and (names_version(name.value) or "$" in name.value or "/" in name.value):
            yield whole(source, DESCRIPTOR, name)
