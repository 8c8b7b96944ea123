"""Where Renovate's configuration stands, and which files its managers read.

Source: https://docs.renovatebot.com/configuration-options/ and https://docs.renovatebot.com/modules/manager/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from imagebot.descriptors.nodes import Mapping
from imagebot.policies.imports.documents import texts
from imagebot.policies.imports.globs import path_globs

_ENDS = ("json", "jsonc", "json5")
NAMES = (
    *(f"renovate.{end}" for end in _ENDS),
    *(f"{folder}/renovate.{end}" for folder in (".github", ".gitlab") for end in _ENDS),
    ".renovaterc",
    *(f".renovaterc.{end}" for end in _ENDS),
    "package.json",
)
"""In the order in which Renovate looks for them: the first one counts."""

_YAML = ("yaml", "yml")
MANAGERS: dict[str, tuple[str, ...]] = {
    "kustomize": tuple(f"**/kustomization.{end}" for end in _YAML),
    "helm-values": tuple(f"**/values.{end}" for end in _YAML),
    "helmv3": tuple(f"**/Chart.{end}" for end in _YAML),
    "helmfile": tuple(f"**/helmfile.{end}" for end in _YAML),
    "docker-compose": tuple(f"**/{name}*.{end}" for name in ("compose", "docker-compose") for end in _YAML),
    "dockerfile": tuple(f"**/*{name}ile*" for name in ("Dockerf", "dockerf", "Containerf", "containerf")),
    "github-actions": tuple(f".github/workflows/*.{end}" for end in _YAML),
    "gitlabci": ("**/.gitlab-ci.yml",),
    "ansible": tuple(f"**/tasks/*.{end}" for end in _YAML),
    "kubernetes": (),
    "argocd": (),
    "flux": (),
    "crossplane": (),
    "tekton": (),
}
"""Managers that see images, and the files that they read unless told otherwise."""


def manager_paths(name: str, configuration: Mapping) -> tuple[str, ...] | None:
    """Globs on the files of a manager; None where expressions say it that no glob can."""
    own = configuration.mapping(name)
    written = [*texts(own, "managerFilePatterns"), *texts(own, "fileMatch")] if own else []
    found = list(MANAGERS.get(name, ()))
    for pattern in written:
        globs = file_globs(pattern, is_regex="managerFilePatterns" not in (own.last if own else {}))
        if globs is None:
            return None
        found += globs
    return tuple(dict.fromkeys(found))


def no_files(paths: tuple[str, ...] | None) -> str:
    """Why a manager's files cannot be told, or that it has none."""
    return "no globs can name its files" if paths is None else "it reads no files that are not configured"


def file_globs(pattern: str, *, is_regex: bool = False) -> list[str] | None:
    """Globs for ``/expression/`` or for a glob with braces; None for what no glob here can say."""
    between = re.fullmatch(r"/(.*)/i?", pattern, re.DOTALL)
    if between or is_regex:
        return path_globs(between[1] if between else pattern)
    if pattern.startswith("!") or re.search(r"[()+@!]\(", pattern):
        return None
    return list(braces([pattern.removeprefix("./")]))


def braces(patterns: Iterable[str]) -> Iterable[str]:
    """``*.{yaml,yml}`` is ``*.yaml`` and ``*.yml``; at most sixteen of them."""
    found = list(patterns)
    for _ in range(4):
        opened = [re.search(r"\{([^{}]*)\}", pattern) for pattern in found]
        found = [
            text
            for pattern, brace in zip(found, opened, strict=True)
            for text in (
                [pattern[: brace.start()] + word + pattern[brace.end() :] for word in brace[1].split(",")]
                if brace
                else [pattern]
            )
        ][:16]
    return dict.fromkeys(found)
