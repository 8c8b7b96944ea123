"""Kubernetes objects: containers of every pod template, at whatever depth; images of custom resources."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.images import images_of, options_in
from imagebot.descriptors.looks import is_image_key, names_version
from imagebot.descriptors.nodes import Alias, Mapping, Node, Scalar, Sequence, resolved
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, whole

DESCRIPTOR = "kubernetes"
CONTAINERS = frozenset({"initContainers", "containers", "ephemeralContainers", "container", "script"})
NOT_WORKLOADS = frozenset({"CustomResourceDefinition", "CompositeResourceDefinition"})
"""Kinds whose ``containers`` is a schema and deploys nothing."""
_PUSHED = frozenset({"to", "image"})
"""Keys of what a build writes: an image that comes out is not one that is used."""
_ARGUMENTS = ("args", "command")
_SETTINGS = frozenset({"ConfigMap", "Secret"})
_DATA = frozenset({"data", "stringData", "binaryData"})
"""Settings of an application: what they mean is not told by their keys, and a rule can say it."""
_SETTING = Setting(DESCRIPTOR)


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a Kubernetes object."""
    del source
    return (
        isinstance(document, Mapping)
        and document.scalar("apiVersion") is not None
        and document.scalar("kind") is not None
    )


def is_container_list(source: Source, document: Node) -> bool:
    """Whether a document is a list of containers: a patch, or a text inside of another object."""
    del source
    if not isinstance(document, Sequence) or not document.items:
        return False
    items = [resolved(item) for item in document.items]
    return all(isinstance(item, Mapping) and {"name", "image"} <= item.last.keys() for item in items)


def find_in_list(source: Source, document: Node) -> Iterator[Item]:
    """The images of a list of containers."""
    yield from find(source, document, key="containers")


def find(
    source: Source,
    document: Node,
    setting: Setting = _SETTING,
    containers: frozenset[str] = CONTAINERS,
    key: str = "",
) -> Iterator[Item]:
    """Containers by shape and not by kind, since custom workloads hold the same pod template.

    Args:
        source: The file.
        document: The object, or a part of one.
        setting: How to read images outside of containers.
        containers: Keys whose lists hold containers.
        key: The key that the part stands under.
    """
    pending: list[tuple[str, str, Node]] = [(key, "", document)]
    lists: set[int] = set()
    settings = isinstance(document, Mapping) and document.text("kind") in _SETTINGS
    while pending:
        key, above, node = pending.pop()
        if isinstance(node, Mapping):
            if is_schema(node) or (key == "output" and node.last.keys() & _PUSHED):
                continue
            if key in containers:
                yield from _container(source, setting, node)
            elif not (settings and key in _DATA):
                yield from images_of(source, setting, node, key, above)
                yield from _image_volume(source, setting, node, key)
            pending += [
                (k, key, v)
                for k, v in node.last.items()
                if type(v) is not Scalar and not (k == "status" and not key)
            ][::-1]
        elif isinstance(node, Sequence):
            if source.has_options and key not in _ARGUMENTS:
                yield from options_in(source, setting, node)
            pending += [(key, above, item) for item in node.items[::-1] if type(item) is not Scalar]
        elif isinstance(node, Alias) and key in containers and node.target and id(node.target) not in lists:
            lists.add(id(node.target))  # one list behind many aliases is read once
            pending.append((key, above, node.target))


def _container(source: Source, setting: Setting, container: Mapping) -> Iterator[Item]:
    image = container.scalar("image")
    if image is not None and not is_empty(image):
        yield whole(source, setting.descriptor, image)
    for variable in container.mappings("env"):
        value = variable.scalar("value")
        if value is not None and is_image_key(variable.text("name")) and names_version(value.value):
            yield whole(source, setting.descriptor, value)
    for key in _ARGUMENTS if source.has_options else ():
        arguments = container.get(key)
        if isinstance(arguments, Sequence):
            yield from options_in(source, setting, arguments)


def _image_volume(source: Source, setting: Setting, volume: Mapping, key: str) -> Iterator[Item]:
    """``volumes[].image.reference`` (KEP-4639): an image that is mounted and not run."""
    image = volume.mapping("image") if key == "volumes" else None
    reference = image.scalar("reference") if image else None
    if reference is not None and not is_empty(reference):
        yield whole(source, setting.descriptor, reference)


def is_schema(node: Node) -> bool:
    """Whether an object describes others and deploys nothing."""
    kind = node.last.get("kind") if isinstance(node, Mapping) else None
    return type(kind) is Scalar and kind.value in NOT_WORKLOADS
