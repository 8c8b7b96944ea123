"""Kustomizations: the ``images`` transformer."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Node, Sequence, resolved
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import is_empty, joined

DESCRIPTOR = "kustomize"
FILE_NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
KINDS = frozenset({"Kustomization", "Component"})


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a Kustomization: by its kind, or by file name where it names none."""
    if not isinstance(document, Mapping):
        return False
    version, kind = document.scalar("apiVersion"), document.scalar("kind")
    if kind is None:
        return source.path.rpartition("/")[2] in FILE_NAMES
    group = version.value if version else "kustomize.config.k8s.io/"
    return kind.value in KINDS and group.startswith("kustomize.config.k8s.io/")


def find(source: Source, document: Node) -> Iterator[Reference | Skipped]:
    """Every entry of ``images``."""
    images = document.get("images") if isinstance(document, Mapping) else None
    if not isinstance(images, Sequence):
        return
    for entry in map(resolved, images.items):
        if isinstance(entry, Mapping) and (found := _entry(source, entry)):
            yield found


def _entry(source: Source, entry: Mapping) -> Reference | Skipped | None:
    new_name = entry.scalar("newName")
    name = entry.scalar("name") if is_empty(new_name) else new_name
    if name is None or is_empty(name):
        return None
    tag, digest = entry.scalar("newTag"), entry.scalar("digest")
    if is_empty(tag) and is_empty(digest):
        line = source.position(name.start)[0]
        return Skipped(source.path, line, "the entry has no newTag or digest to move")
    return joined(
        source,
        DESCRIPTOR,
        [name],
        None if is_empty(tag) else tag,
        None if is_empty(digest) else digest,
    )
