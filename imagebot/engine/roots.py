"""What is rendered from a repository: Kustomizations that nothing includes, and charts."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from imagebot.descriptors.names import is_kustomization
from imagebot.descriptors.nodes import Scalar, walk
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.source import SIZE_LIMIT, NotUnderstood, Source
from imagebot.plan import Root

if TYPE_CHECKING:
    from imagebot.repository.protocol import Snapshot

CHART = "Chart.yaml"


def affected_roots(snapshot: Snapshot, edited: Iterable[str]) -> Mapping[str, tuple[Root, ...]]:
    """By edited file: the Kustomizations and charts whose rendering its edit may change, sorted.

    Of Kustomizations that include each other only the outermost are named: they hold the others.
    """
    entries = {entry.path: entry for entry in snapshot.files() if entry.mode.startswith("100")}
    by_folder = {posixpath.dirname(path): path for path in entries if is_kustomization(path)}
    wanted = [entries[path] for path in by_folder.values()]
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for entry, content in snapshot.contents(wanted, SIZE_LIMIT):
        folder = posixpath.dirname(entry.path)
        for member in _included(folder, entry.path, content or b"", by_folder, entries):
            holders[member].add(folder)
    charts = {posixpath.dirname(path) for path in entries if _name(path) == CHART}
    return {path: _roots(path, holders, charts) for path in edited}


def _roots(path: str, holders: Mapping[str, set[str]], charts: set[str]) -> tuple[Root, ...]:
    found = {Root("kustomize", folder) for folder in _outermost(path, holders)} | set(_charts(charts, path))
    return tuple(sorted(found, key=lambda root: (root.tool, root.folder, root.values)))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _included(
    folder: str, path: str, content: bytes, folders: Container[str], files: Container[str]
) -> Iterator[str]:
    """Files and folders that a Kustomization names, itself among them."""
    yield path
    try:
        source = Source.decode(path, content)
        documents = parse(source)
    except NotUnderstood:
        return
    for document in documents:
        for node in walk(document):
            if not isinstance(node, Scalar) or "\n" in node.value or not node.value:
                continue
            target = posixpath.normpath(posixpath.join(folder, node.value.rpartition("=")[2]))
            target = "" if target == "." else target
            if target in files or (target in folders and target != folder):
                yield target


def _outermost(path: str, holders: Mapping[str, set[str]]) -> set[str]:
    """The Kustomizations that hold a file, themselves held by none."""
    reached: set[str] = set()
    pending = [path]
    while pending:
        new = holders.get(pending.pop(), set()) - reached
        reached |= new
        pending += new
    return {folder for folder in reached if not holders.get(folder, set()) - {folder}} or reached


def _charts(charts: set[str], path: str) -> Iterator[Root]:
    """The chart around an edited file; a values file beside the default one is given to it."""
    folder = posixpath.dirname(path)
    while folder and folder not in charts:
        folder = posixpath.dirname(folder)
    if folder in charts:
        own = posixpath.relpath(path, folder or ".")
        is_values = "values" in own and own != "values.yaml" and "templates/" not in own
        yield Root("helm", folder, own if is_values else "")
