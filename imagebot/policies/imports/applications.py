"""Argo CD's Applications and ApplicationSets: where the images of each stand in the repository."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from imagebot.descriptors.nodes import Mapping as MappingNode
from imagebot.policies.globs import path_fault, path_matcher
from imagebot.policies.imports.documents import Object, is_true, objects, texts
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Ledger
from imagebot.untrusted import clean

API = "argoproj.io/"
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_PATH = re.compile(r"\{\{\s*\.?path(?:\.path)?\s*\}\}")
_GENERATORS = 100
"""Generators of one ApplicationSet that are looked at."""
_OWN = ("helm", "kustomize", "plugin")


@dataclass(frozen=True, slots=True)
class Application:
    """An Application, or what an ApplicationSet makes of its template.

    Attributes:
        thing: The object.
        name: Its name; of an ApplicationSet a glob.
        metadata: Of the Application itself.
        spec: Of the Application itself.
        generated: Globs on the folders that generators find.
    """

    thing: Object
    name: str
    metadata: MappingNode
    spec: MappingNode
    generated: tuple[str, ...] = ()

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
            yield Application(
                thing, _TEMPLATE.sub("*", metadata.text("name")), metadata, spec, _generated(thing.spec)
            )


def paths(application: Application, targets: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    """Globs on the files that an application is made of; empty for everywhere.

    Args:
        application: The application.
        targets: Files that Image Updater writes to: ``kustomization:../base``, ``helmvalues:/web.yaml``.
        files: Paths of the repository.

    Raises:
        NotExpressible: If it cannot be told, or none of its files is here.
    """
    known = list(files)
    found: dict[str, None] = {}
    for source in application.sources:
        for glob in _of_source(application, source, targets):
            if glob in {"", "**"}:
                return ()
            if not path_fault(glob) and any(path_matcher(glob).fullmatch(path) for path in known):
                found[glob] = None
        if any(source.mapping(key) is not None for key in _OWN):
            found[application.thing.source.path] = None
    if not found:
        raise NotExpressible("the files of its sources are not here")
    folders = [glob[:-2] for glob in found if glob.endswith("/**")]
    return tuple(glob for glob in found if not any(glob.startswith(f) and glob != f"{f}**" for f in folders))


def value_files(application: Application, targets: Iterable[str], files: Iterable[str]) -> list[str]:
    """The files with the values of an application's charts, those that Image Updater writes to first."""
    known = set(files)
    found: dict[str, None] = {}
    for source in application.sources:
        for folder in folders(application, source):
            for target in targets:
                if target.startswith("helmvalues:"):
                    found[_inside(folder, target.removeprefix("helmvalues:"))] = None
            helm = source.mapping("helm")
            found |= dict.fromkeys(
                _inside(folder, file)
                for file in (*(texts(helm, "valueFiles") if helm else ()), "values.yaml")
            )
    return [file for file in found if any(path_matcher(file).fullmatch(path) for path in known)]


def folders(application: Application, source: MappingNode) -> list[str]:
    """Globs on the folders of a source; what a generator puts into a template is known of Git ones only.

    Raises:
        NotExpressible: If the template may be any folder.
    """
    written = source.text("path")
    if not written:
        return []
    if not _PATH.search(written):
        found = [_inside("", written)]
    else:
        found = [_inside("", _PATH.sub(lambda _: one, written)) for one in application.generated]  # noqa: B023 - called at once
    if not found or any(one.startswith("*") and set(one) <= {"*", "/"} for one in found):
        shown = clean(written, 80)
        raise NotExpressible(f"`path: {shown}` is a template, and no generator here says what stands for it")
    return list(dict.fromkeys(found))


def _of_source(application: Application, source: MappingNode, targets: Iterable[str]) -> Iterator[str]:
    found = folders(application, source)
    yield from (f"{folder}/**" if folder else "" for folder in found)
    helm = source.mapping("helm")
    for file in texts(helm, "valueFiles") if helm else ():
        if file.startswith("$"):
            yield _inside("", file.partition("/")[2])
        else:
            yield from (_inside(folder, file) for folder in found or [""])
    for target in targets:
        kind, _, path = target.partition(":")
        for folder in found if path and kind in {"kustomization", "helmvalues"} else ():
            place = _inside(folder, path)
            yield f"{place}/**" if kind == "kustomization" and place else place


def _generated(spec: MappingNode) -> tuple[str, ...]:
    """The folders that Git generators find; those of a matrix or merge too."""
    found: list[str] = []
    waiting = [*spec.mappings("generators")]
    for generator in waiting[:_GENERATORS]:
        git = generator.mapping("git")
        for one in git.mappings("directories") if git else ():
            found += [] if is_true(one, "exclude") else [one.text("path")]
        for one in git.mappings("files") if git else ():
            found += [posixpath.dirname(one.text("path"))]
        for name in ("matrix", "merge"):
            inner = generator.mapping(name)
            for own in (
                own
                for part in (inner.mappings("generators") if inner else ())
                if (own := part.mapping("git"))
            ):
                found += [
                    one.text("path") for one in own.mappings("directories") if not is_true(one, "exclude")
                ]
    return tuple(path for path in dict.fromkeys(found) if path and path not in {"*", "**", "."})


def excluded(thing: Object) -> list[str]:
    """The folders that a Git generator leaves out."""
    found: list[str] = []
    for generator in thing.spec.mappings("generators") if thing.spec else ():
        git = generator.mapping("git")
        found += [
            one.text("path")
            for one in (git.mappings("directories") if git else ())
            if is_true(one, "exclude")
        ]
    return found


def own_repository(found: Iterable[Application], files: Iterable[str]) -> str:
    """The address of the repository whose folders are here; empty where it cannot be told."""
    known, here = list(files), Counter[str]()
    for application in found:
        for source in application.sources:
            with suppress(NotExpressible):
                globs = [f"{folder}/**" for folder in folders(application, source) if folder]
                if any(path_matcher(glob).fullmatch(path) for glob in globs for path in known):
                    here[address(source)] += 1
    return here.most_common(1)[0][0] if here else ""


def address(source: MappingNode) -> str:
    """The repository of a source, however its address is written; empty for a chart or a template."""
    written = source.text("repoURL").strip().lower()
    if "{{" in written or source.text("chart"):
        return ""
    bare = re.sub(r"^[a-z+]+://", "", written).rpartition("@")[2].replace(":", "/")
    return bare.removesuffix("/").removesuffix(".git")


def is_elsewhere(application: Application, own: str) -> bool:
    """Whether all its folders are those of another repository than this one."""
    addresses = {address(source) for source in application.sources if not source.text("chart")} - {""}
    return bool(own) and bool(addresses) and own not in addresses


def _inside(folder: str, path: str) -> str:
    """A path relative to the root of the repository; an absolute one begins there."""
    whole = _TEMPLATE.sub("*", path)
    joined = whole.lstrip("/") if whole.startswith("/") else posixpath.join(folder, whole)
    found = posixpath.normpath(joined or ".")
    return "" if found in {".", "/"} else found
