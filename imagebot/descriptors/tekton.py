"""Tekton: steps and sidecars of tasks, and references among the defaults of parameters."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.looks import is_image_key, is_qualified, names_version
from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "tekton"
GROUP = "tekton.dev/"
_CONTAINERS = kubernetes.CONTAINERS | {"steps", "sidecars", "stepTemplate"}


def claims(source: Source, document: Node) -> bool:
    """Whether a document is an object of Tekton."""
    del source
    return isinstance(document, Mapping) and document.text("apiVersion").startswith(GROUP)


def find(source: Source, document: Node) -> Iterator[Item]:
    """Every step and sidecar, and every parameter's default or value that holds a reference."""
    yield from kubernetes.find(source, document, Setting(DESCRIPTOR), _CONTAINERS)
    if isinstance(document, Mapping) and document.text("kind") == "StepAction":
        image = document.mapping("spec")
        step = image.scalar("image") if image else None
        if step is not None and not is_empty(step):
            yield whole(source, DESCRIPTOR, step)
    for node in mappings(document):
        for parameter in node.mappings("params"):
            for key in ("default", "value"):
                value = parameter.get(key)
                if not isinstance(value, Scalar):
                    continue
                is_named = is_image_key(parameter.text("name")) and names_version(value.value)
                if is_named or is_qualified(value.value):
                    yield whole(source, DESCRIPTOR, value)
