"""Kustomizations: the ``images`` transformer, patches, and values of charts they inflate."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import suppress

from imagebot.descriptors import kubernetes
from imagebot.descriptors.charts import chart
from imagebot.descriptors.embedded import documents_or_none
from imagebot.descriptors.image_names import Setting
from imagebot.descriptors.json_patch import find as in_json_patch
from imagebot.descriptors.json_patch import is_json_patch
from imagebot.descriptors.names import is_kustomization
from imagebot.descriptors.nodes import Mapping, Node, Scalar
from imagebot.descriptors.piece import NotEditable, is_empty, piece
from imagebot.descriptors.scopes import INCLUDES
from imagebot.descriptors.source import Source
from imagebot.descriptors.values import in_values
from imagebot.descriptors.variables import Variable
from imagebot.descriptors.written import Item, joined, skipped

DESCRIPTOR = "kustomize"
KINDS = frozenset({"Kustomization", "Component"})
GROUP = "kustomize.config.k8s.io/"
_BUILT_IN = frozenset(
    {
        "ImageTagTransformer",
        "PatchTransformer",
        "PatchJson6902Transformer",
        "PatchStrategicMergeTransformer",
        "HelmChartInflationGenerator",
    }
)
"""Transformers and generators in files of their own (``apiVersion: builtin``)."""
_INCLUDING = ("resources", "bases", "components")
_PATCH_LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a Kustomization: by its kind, or by file name where it names none."""
    if not isinstance(document, Mapping):
        return False
    version, kind = document.scalar("apiVersion"), document.scalar("kind")
    if kind is None:
        return is_kustomization(source.path)
    if kind.value in _BUILT_IN and version is not None and version.value == "builtin":
        return True
    return kind.value in KINDS and (version.value if version else GROUP).startswith(GROUP)


def find(source: Source, document: Node) -> Iterator[Item]:
    """Every entry of ``images``, every patch, and the values of every chart; what it includes."""
    if not isinstance(document, Mapping):
        return
    yield from _included(source, document)
    yield from transformations(source, DESCRIPTOR, document)
    single = document.mapping("imageTag")
    for entry in [*document.mappings("imageTags"), *([single] if single else [])]:
        yield from image_entry(source, DESCRIPTOR, entry)
    if document.text("kind") in _BUILT_IN and "patch" in document.last:
        yield from in_patch(source, DESCRIPTOR, document)
    inflated = [document] if document.text("kind") == "HelmChartInflationGenerator" else []
    for release in [*document.mappings("helmCharts"), *inflated]:
        values = release.mapping("valuesInline")
        if values is not None:
            yield from in_values(source, DESCRIPTOR, values)
        yield from chart(
            source, DESCRIPTOR, release.scalar("repo"), release.scalar("name"), release.scalar("version")
        )


def transformations(source: Source, descriptor: str, node: Mapping) -> Iterator[Item]:
    """Images and patches of a Kustomization, or of an object that takes the same lists."""
    for entry in node.mappings("images"):
        yield from image_entry(source, descriptor, entry)
    for key in _PATCH_LISTS:
        for item in node.items(key):
            yield from in_patch(source, descriptor, item)


def _included(source: Source, document: Mapping) -> Iterator[Item]:
    """Paths of the files and folders that it applies; addresses elsewhere are none of this repository."""
    for key in _INCLUDING:
        for item in document.items(key):
            if not isinstance(item, Scalar) or "://" in item.value or not item.value:
                continue
            target = posixpath.normpath(posixpath.join(source.folder, item.value))
            with suppress(NotEditable):
                written = piece(source, item)
                yield Variable(INCLUDES, source.folder, "" if target == "." else target, written)


def image_entry(source: Source, descriptor: str, entry: Mapping) -> Iterator[Item]:
    """One entry of an ``images`` transformer: ``name``, ``newName``, ``newTag``, ``digest``."""
    new_name = entry.scalar("newName")
    name = entry.scalar("name") if is_empty(new_name) else new_name
    if name is None or is_empty(name):
        return
    tag, digest = entry.scalar("newTag"), entry.scalar("digest")
    if is_empty(tag) and is_empty(digest):
        yield skipped(source, name, "the entry has no newTag or digest to move")
        return
    own_tag = None if is_empty(tag) else tag
    own_digest = None if is_empty(digest) else digest
    yield joined(source, descriptor, [name], own_tag, own_digest, strict=True)


def in_patch(source: Source, descriptor: str, item: Node) -> Iterator[Item]:
    """The images of a patch: a block of YAML, alone or under ``patch``, or a mapping; a path is none."""
    patch = item.get("patch") if isinstance(item, Mapping) else item
    if isinstance(patch, Scalar):
        for view, document in documents_or_none(source, patch):
            yield from _in_patch_document(view, descriptor, document)
    else:
        yield from _in_patch_document(source, descriptor, item if patch is None else patch)


def _in_patch_document(source: Source, descriptor: str, document: Node) -> Iterator[Item]:
    if is_json_patch(document):
        yield from in_json_patch(source, document, descriptor)
    else:
        yield from kubernetes.find(source, document, Setting(descriptor))
