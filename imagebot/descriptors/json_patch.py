"""JSON patches (RFC 6902) that set an image or add containers."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import options_in
from imagebot.descriptors.looks import is_image_key, names_version
from imagebot.descriptors.nodes import Mapping, Node, Scalar, Sequence, resolved
from imagebot.descriptors.options import option_value
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import NO_NAME
from imagebot.descriptors.written import Item, skipped, whole

DESCRIPTOR = "kustomize"
_SETS = frozenset({"add", "replace", "test"})


def claims(source: Source, document: Node) -> bool:
    """Whether a document of its own is a JSON patch."""
    del source
    return is_json_patch(document)


def is_json_patch(document: Node) -> bool:
    """Whether a node is a list of operations."""
    if not isinstance(document, Sequence) or not document.items:
        return False
    first = resolved(document.items[0])
    return isinstance(first, Mapping) and bool(first.text("op")) and first.text("path").startswith("/")


def find(source: Source, document: Node, descriptor: str = DESCRIPTOR) -> Iterator[Item]:
    """The values of operations whose path ends at an image or holds containers."""
    for item in document.items if isinstance(document, Sequence) else ():
        operation = resolved(item)
        if isinstance(operation, Mapping) and operation.text("op") in _SETS:
            yield from _operation(source, descriptor, operation)


def _operation(source: Source, descriptor: str, operation: Mapping) -> Iterator[Item]:
    value = operation.get("value")
    keys = [part for part in operation.text("path").split("/") if part and part != "-" and not part.isdigit()]
    last = keys[-1].replace("~1", "/").replace("~0", "~") if keys else ""
    if isinstance(value, Sequence):
        yield from options_in(source, Setting(descriptor), value)
    if not isinstance(value, Scalar):
        if value is not None:
            yield from kubernetes.find(source, value, Setting(descriptor), key=last)
    elif (last == "image" and "ontainers" in operation.text("path")) or (
        is_image_key(last) and names_version(value.value)
    ):
        yield whole(source, descriptor, value)
    elif (skip := option_value(value.value, "")) is not None:
        yield whole(source, descriptor, value, skip)
    elif last == "tag" or last.endswith("Tag"):
        yield skipped(source, value, NO_NAME)
