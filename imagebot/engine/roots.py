"""What is rendered from a repository: Kustomizations that nothing includes, and charts."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from imagebot.descriptors.names import is_kustomization
from imagebot.descriptors.nodes import Scalar, walk
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.source import SIZE_LIMIT, NotUnderstood, Source
from imagebot.plan import Root

if TYPE_CHECKING:
    from imagebot.repository.protocol import Snapshot

CHART = "Chart.yaml"


def affected_roots(snapshot: Snapshot, edited: Iterable[str]) -> tuple[Root, ...]:
    """The Kustomizations and charts whose rendering an edit of these files may change, sorted.

    Of Kustomizations that include each other only the outermost are named: they hold the others.
    """
    entries = {entry.path: entry for entry in snapshot.files() if entry.mode.startswith("100")}
    by_folder = {posixpath.dirname(path): path for path in entries if is_kustomization(path)}
    wanted = [entries[path] for path in by_folder.values()]
    includes: dict[str, set[str]] = {}
    for entry, content in snapshot.contents(wanted, SIZE_LIMIT):
        folder = posixpath.dirname(entry.path)
        includes[folder] = set(_included(folder, entry.path, content or b"", by_folder, entries))
    charts = {posixpath.dirname(path) for path in entries if _name(path) == CHART}
    found = {Root("kustomize", folder) for folder in _outermost(includes, edited)}
    return tuple(
        sorted(found | set(_charts(charts, edited)), key=lambda root: (root.tool, root.folder, root.values))
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _included(
    folder: str, path: str, content: bytes, folders: dict[str, str], files: Iterable[str]
) -> Iterator[str]:
    """Files and folders that a Kustomization names, itself among them."""
    yield path
    try:
        source = Source.decode(path, content)
        documents = parse(source)
    except NotUnderstood:
        return
    known = set(files)
    for document in documents:
        for node in walk(document):
            if not isinstance(node, Scalar) or "\n" in node.value or not node.value:
                continue
            target = posixpath.normpath(posixpath.join(folder, node.value.rpartition("=")[2]))
            target = "" if target == "." else target
            if target in known or (target in folders and target != folder):
                yield target


def _outermost(includes: dict[str, set[str]], edited: Iterable[str]) -> set[str]:
    """The Kustomizations that hold an edited file, themselves held by none."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for folder, members in includes.items():
        for member in members:
            holders[member].add(folder)
    reached: set[str] = set()
    pending = list(edited)
    while pending:
        for folder in holders[pending.pop()] - reached:
            reached.add(folder)
            pending.append(folder)
    return {folder for folder in reached if not holders[folder] - {folder}} or reached


def _charts(charts: set[str], edited: Iterable[str]) -> Iterator[Root]:
    """The chart around each edited file; a values file beside the default one is given to it."""
    for path in edited:
        folder = posixpath.dirname(path)
        while folder and folder not in charts:
            folder = posixpath.dirname(folder)
        if folder in charts:
            own = posixpath.relpath(path, folder or ".")
            is_values = "values" in own and own != "values.yaml" and "templates/" not in own
            yield Root("helm", folder, own if is_values else "")
