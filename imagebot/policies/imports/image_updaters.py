"""The ImageUpdater objects of Argo CD Image Updater 1.x.

Source: https://argocd-image-updater.readthedocs.io/en/stable/configuration/images/ and the types of
``api/v1alpha1``. Settings of an image count before those of its applications, and these before the object's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from imagebot.descriptors.nodes import Mapping as MappingNode
from imagebot.descriptors.nodes import Scalar
from imagebot.policies.imports.applications import Application
from imagebot.policies.imports.argocd_tags import Wanted
from imagebot.policies.imports.documents import Object, has_value, is_true, objects, others, texts
from imagebot.policies.imports.imported import Ledger, Origin
from imagebot.policies.imports.where import Where

API = "argocd-image-updater.argoproj.io/"
_SETTINGS = frozenset({"updateStrategy", "forceUpdate", "allowTags", "ignoreTags", "pullSecret", "platforms"})
_SPEC = frozenset({"namespace", "commonUpdateSettings", "writeBackConfig", "applicationRefs"})
_REFERENCE = frozenset(
    {"namePattern", "labelSelectors", "commonUpdateSettings", "writeBackConfig", "images", "useAnnotations"}
)
_IMAGE = frozenset({"alias", "imageName", "commonUpdateSettings", "manifestTargets"})
_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Updater:
    """An ImageUpdater.

    Attributes:
        references: Its ``applicationRefs``, those without wildcards first: the most specific one counts.
    """

    thing: Object
    spec: MappingNode
    references: tuple[MappingNode, ...]

    @property
    def by_annotations(self) -> bool:
        """Whether annotations of applications count for it."""
        return any(is_true(reference, "useAnnotations") for reference in self.references)


def image_updaters(files: Mapping[str, bytes], ledger: Ledger) -> Iterator[Updater]:
    """Every ImageUpdater of the files."""
    for thing in objects(files, API.encode(), ledger):
        if thing.kind == "ImageUpdater" and thing.api.startswith(API) and thing.spec is not None:
            references = sorted(thing.spec.mappings("applicationRefs"), key=_specificity)
            yield Updater(thing, thing.spec, tuple(references))


def _specificity(reference: MappingNode) -> tuple[bool, int]:
    pattern = reference.text("namePattern")
    return bool(_WILD & set(pattern)), -len(pattern)


def wanted_by(updater: Updater, found: list[Application], where: Where) -> Iterator[Wanted]:
    """The images that an ImageUpdater asks for."""
    left = list(found)
    _leave_unknown(updater, updater.spec, _SPEC, where)
    _leave_ways(updater, updater.spec, where)
    for reference in updater.references:
        if is_true(reference, "useAnnotations"):
            continue
        mine = [one for one in left if _matches(updater, reference, one)]
        left = [one for one in left if one not in mine]
        _leave_unknown(updater, reference, _REFERENCE, where)
        _leave_ways(updater, reference, where)
        for image in reference.mappings("images"):
            yield _wanted(updater, reference, image, mine, where)


def _matches(updater: Updater, reference: MappingNode, one: Application) -> bool:
    pattern = reference.text("namePattern")
    named = fnmatchcase(one.name, pattern) or (one.name != pattern and fnmatchcase(pattern, one.name))
    namespace = updater.spec.text("namespace") or updater.thing.namespace
    here = not namespace or one.thing.namespace in {"", namespace}
    selector = reference.mapping("labelSelectors")
    wanted = selector.mapping("matchLabels") if selector else None
    labels = one.metadata.mapping("labels")
    pairs = wanted.last.items() if wanted else ()
    return (
        named
        and here
        and all(
            labels is not None and isinstance(value, Scalar) and labels.text(key) == value.value
            for key, value in pairs
        )
    )


def _wanted(
    updater: Updater, reference: MappingNode, image: MappingNode, mine: list[Application], where: Where
) -> Wanted:
    settings = [part.mapping("commonUpdateSettings") for part in (image, reference, updater.spec)]
    present = [part for part in settings if part is not None]
    alias, pattern = image.text("alias"), reference.text("namePattern")
    name = where.name("".join(c for c in pattern if c not in _WILD) or updater.thing.name, alias)
    at = updater.thing.at(image)

    def first(key: str) -> MappingNode | None:
        return next((part for part in present if has_value(part, key)), None)

    def text(key: str) -> str:
        part = first(key)
        return part.text(key) if part else ""

    def several(key: str) -> tuple[str, ...]:
        part = first(key)
        return tuple(texts(part, key)) if part else ()

    targets = [target for part in (reference, updater.spec) if (target := _target(part))][:1]
    _leave_image(updater, image, where, name, where.values(mine, targets))
    if not mine:
        _leave_nobody(pattern, at, where, name)
    return Wanted(
        name,
        at,
        image.text("imageName"),
        text("updateStrategy"),
        text("allowTags"),
        several("ignoreTags"),
        several("platforms"),
        where.paths(mine, targets, at, name),
    )


def _target(part: MappingNode) -> str:
    config = part.mapping("writeBackConfig")
    git = config.mapping("gitConfig") if config else None
    return git.text("writeBackTarget") if git else ""


def _leave_nobody(pattern: str, at: Origin, where: Where, name: str) -> None:
    where.ledger.leave(
        at,
        "paths",
        f"the applications that `namePattern: {pattern}` means",
        why="no file holds one, so that the policy governs the image wherever no policy before it does",
        instead="import a folder that holds them too, or write `paths`",
        policy=name,
    )


def _leave_image(updater: Updater, image: MappingNode, where: Where, name: str, values: list[str]) -> None:
    targets = image.mapping("manifestTargets")
    helm = targets.mapping("helm") if targets else None
    kustomize = targets.mapping("kustomize") if targets else None
    if helm is not None:
        named = (helm.text("name"), helm.text("tag"), helm.text("spec"))
        where.target(updater.thing.at(helm), named, name, values)
    if kustomize is not None:
        where.kustomize(updater.thing.at(kustomize), kustomize.text("name"), name)
    for key in others(targets, {"helm", "kustomize"}) if targets else ():
        where.ledger.unknown(updater.thing.at_key(targets or image, key), f"manifestTargets.{key}", name)
    for key in others(image, _IMAGE):
        where.ledger.unknown(updater.thing.at_key(image, key), key, name)
    _leave_settings(updater, image, where, name)


def _leave_settings(updater: Updater, part: MappingNode, where: Where, name: str = "") -> None:
    settings = part.mapping("commonUpdateSettings")
    if settings is None:
        return
    if has_value(settings, "pullSecret"):
        at = updater.thing.at_key(settings, "pullSecret")
        where.way(at, "pull-secret", settings.text("pullSecret"), name)
    for key in others(settings, _SETTINGS):
        where.ledger.unknown(updater.thing.at_key(settings, key), key, name)


def _leave_unknown(updater: Updater, part: MappingNode, known: frozenset[str], where: Where) -> None:
    _leave_settings(updater, part, where)
    for key in others(part, known):
        where.ledger.unknown(updater.thing.at_key(part, key), key)
    selector = part.mapping("labelSelectors")
    if selector is not None and has_value(selector, "matchExpressions"):
        where.ledger.leave(
            updater.thing.at_key(selector, "matchExpressions"),
            "selector",
            "expressions of `labelSelectors`",
            why="the import compares labels only",
            instead="take the applications that they leave out from `paths`",
        )


def _leave_ways(updater: Updater, part: MappingNode, where: Where) -> None:
    config = part.mapping("writeBackConfig")
    if config is None:
        return
    git = config.mapping("gitConfig")
    if has_value(config, "method") and config.text("method") != "git":
        at = updater.thing.at_key(config, "method")
        where.way(at, "write-back-method", config.text("method"))
    for key, way in (("branch", "git-branch"), ("repository", "git-repository")):
        if git is not None and has_value(git, key):
            where.way(updater.thing.at_key(git, key), way, git.text(key))
    for owner, known in (
        (config, {"method", "gitConfig"}),
        (git, {"branch", "repository", "writeBackTarget"}),
    ):
        for key in others(owner, known) if owner else ():
            where.ledger.unknown(updater.thing.at_key(owner or config, key), f"writeBackConfig: {key}")
