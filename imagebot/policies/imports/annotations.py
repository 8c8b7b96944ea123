"""The annotations of Argo CD Image Updater.

Source: https://argocd-image-updater.readthedocs.io/en/stable/configuration/images/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.nodes import Mapping, Scalar
from imagebot.policies.imports.applications import Application
from imagebot.policies.imports.argocd_tags import Wanted, split
from imagebot.policies.imports.imported import Origin
from imagebot.policies.imports.where import WAYS, Where

ANNOTATION = "argocd-image-updater.argoproj.io/"
_ALIAS = re.compile(r"(?P<alias>[A-Za-z0-9][A-Za-z0-9._/-]*)=(?P<image>[^=<>~^!].*)", re.DOTALL)
_OPTIONS = ("update-strategy", "allow-tags", "ignore-tags", "platforms")
_HELM = ("helm.image-name", "helm.image-tag", "helm.image-spec")
_DEFAULTS = {"helm.image-name": "image.name", "helm.image-tag": "image.tag"}
_OWN = (*_OPTIONS, *_HELM, "kustomize.image-name", "force-update", "pull-secret", "registry-prefix")
_WIDE = (*_OPTIONS, "force-update", "pull-secret")
_FOR_ALL = ("image-list", "write-back-method", "write-back-target", "git-branch", "git-repository")


def annotated(application: Application, where: Where) -> Iterator[Wanted]:
    """The images that the annotations of an application ask for."""
    annotations = application.annotations
    listed = annotations.scalar(ANNOTATION + "image-list") if annotations else None
    if annotations is None or listed is None:
        return
    entries = [_entry(text.strip()) for text in listed.value.split(",") if text.strip()]
    for alias, image in entries:
        yield _wanted(application, annotations, where, alias, image)
    _leave(application, annotations, where, {alias.replace("/", "_") for alias, _ in entries if alias})


def _entry(text: str) -> tuple[str, str]:
    found = _ALIAS.fullmatch(text)
    return (found["alias"], found["image"]) if found else ("", text)


def _wanted(application: Application, annotations: Mapping, where: Where, alias: str, image: str) -> Wanted:
    def option(key: str) -> str:
        own = annotations.text(f"{ANNOTATION}{alias.replace('/', '_')}.{key}") if alias else ""
        return (own or annotations.text(ANNOTATION + key)).strip()

    last = split(image)[0].rpartition("/")[2]
    name = where.name(application.name.replace("*", "") or "applications", alias or last)
    at = application.thing.at_key(annotations, ANNOTATION + "image-list")
    if alias:
        _leave_own(application, annotations, where, alias.replace("/", "_"), name)
    return Wanted(
        name,
        Origin(at.path, at.line, application.thing.label),
        image,
        option("update-strategy"),
        option("allow-tags"),
        _listed(option("ignore-tags")),
        _listed(option("platforms")),
        where.paths([application], _targets(annotations), at, name),
    )


def _targets(annotations: Mapping) -> list[str]:
    target = annotations.text(ANNOTATION + "write-back-target")
    return [target] if target else []


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _leave_own(application: Application, annotations: Mapping, where: Where, alias: str, name: str) -> None:
    """What is said of one image besides its tags."""
    keys = {key: annotations.text(f"{ANNOTATION}{alias}.{key}") for key in _OWN}

    def at(key: str) -> Origin:
        return application.thing.at_key(annotations, f"{ANNOTATION}{alias}.{key}")

    helm = [key for key in _HELM if keys[key] and keys[key] != _DEFAULTS.get(key)]
    if helm:
        name_key, tag_key, spec = (keys[key] for key in _HELM)
        values = where.values([application], _targets(annotations))
        where.target(at(helm[0]), (name_key, tag_key, spec), name, values)
    if keys["kustomize.image-name"]:
        where.kustomize(at("kustomize.image-name"), keys["kustomize.image-name"], name)
    for key in ("pull-secret", "registry-prefix"):
        if keys[key]:
            where.way(at(key), key, keys[key], name)


def _leave(application: Application, annotations: Mapping, where: Where, aliases: set[str]) -> None:
    """What is said of all images, and what nobody reads."""
    for key, value in annotations.last.items():
        if not key.startswith(ANNOTATION) or not isinstance(value, Scalar):
            continue
        short = key.removeprefix(ANNOTATION)
        at = application.thing.at_key(annotations, key)
        alias = next((alias for alias in aliases if short.startswith(f"{alias}.")), None)
        if short in WAYS:
            if not (short == "write-back-method" and value.value == "git"):
                where.way(at, short, value.value)
        elif alias is not None:
            if short.removeprefix(f"{alias}.") not in _OWN:
                where.ledger.unknown(at, short)
        elif short not in {*_FOR_ALL, *_WIDE}:
            where.ledger.unknown(at, short)
