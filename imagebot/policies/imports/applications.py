"""Argo CD's Applications and ApplicationSets: where the images of each stand in the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from imagebot.descriptors.nodes import Mapping as MappingNode
from imagebot.policies.globs import path_fault, path_matcher
from imagebot.policies.imports.documents import Object, objects, texts
from imagebot.policies.imports.imported import Ledger

API = "argoproj.io/"
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_OWN = ("helm", "kustomize", "plugin")


@dataclass(frozen=True, slots=True)
class Application:
    """An Application, or what an ApplicationSet makes of its template.

    Attributes:
        thing: The object.
        name: Its name; of an ApplicationSet a glob.
        metadata: Of the Application itself.
        spec: Of the Application itself.
    """

    thing: Object
    name: str
    metadata: MappingNode
    spec: MappingNode

    @property
    def annotations(self) -> MappingNode | None:
        """Its annotations."""
        return self.metadata.mapping("annotations")

    @property
    def sources(self) -> list[MappingNode]:
        """Where its manifests come from."""
        only = self.spec.mapping("source")
        return [only] if only is not None else list(self.spec.mappings("sources"))


def applications(files: Mapping[str, bytes], ledger: Ledger) -> Iterator[Application]:
    """Every Application and ApplicationSet of the files."""
    for thing in objects(files, API.encode(), ledger):
        if not thing.api.startswith(API) or thing.spec is None:
            continue
        template = thing.spec.mapping("template") if thing.kind == "ApplicationSet" else thing.node
        if thing.kind not in {"Application", "ApplicationSet"} or template is None:
            continue
        metadata, spec = template.mapping("metadata"), template.mapping("spec")
        if metadata is not None and spec is not None:
            yield Application(thing, _TEMPLATE.sub("*", metadata.text("name")), metadata, spec)


def paths(application: Application, targets: Iterable[str], files: Iterable[str]) -> tuple[str, ...] | None:
    """Globs on the files that an application is made of; empty for everywhere, None if none is here.

    Args:
        application: The application.
        targets: Files that Image Updater writes to: ``kustomization:../base``, ``helmvalues:/web.yaml``.
        files: Paths of the repository.
    """
    known = list(files)
    found: dict[str, None] = {}
    for source in application.sources:
        folder = _inside("", source.text("path")) if source.text("path") else None
        for glob in _of_source(source, folder, targets):
            if glob in {"", "**", "*/**"}:
                return ()
            if not path_fault(glob) and any(path_matcher(glob).fullmatch(path) for path in known):
                found[glob] = None
        if any(source.mapping(key) is not None for key in _OWN):
            found[application.thing.source.path] = None
    folders = [glob[:-2] for glob in found if glob.endswith("/**")]
    kept = [glob for glob in found if not any(glob.startswith(f) and glob != f"{f}**" for f in folders)]
    return tuple(kept) or None


def _of_source(source: MappingNode, folder: str | None, targets: Iterable[str]) -> Iterator[str]:
    if folder is not None:
        yield f"{folder}/**" if folder else ""
    helm = source.mapping("helm")
    for file in texts(helm, "valueFiles") if helm else ():
        yield _inside("", file.partition("/")[2]) if file.startswith("$") else _inside(folder or "", file)
    for target in targets:
        kind, _, path = target.partition(":")
        if path and kind in {"kustomization", "helmvalues"} and folder is not None:
            place = _inside(folder, path)
            yield f"{place}/**" if kind == "kustomization" and place else place


def _inside(folder: str, path: str) -> str:
    """A path relative to the root of the repository; an absolute one begins there."""
    whole = _TEMPLATE.sub("*", path)
    joined = whole.lstrip("/") if whole.startswith("/") else posixpath.join(folder, whole)
    found = posixpath.normpath(joined or ".")
    return "" if found in {".", "/"} else found
