"""Which files are looked into, and as what, by their names alone."""

from __future__ import annotations

import re

YAML_NAMES = (".yaml", ".yml", ".json", ".yaml.tpl", ".yml.tpl", ".tpl.yaml", ".j2", ".gotmpl")
KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "kustomization"})
OTHER_NAMES = frozenset(
    """md rst adoc txt htm html css scss svg go py pyi rb rs js mjs cjs ts tsx jsx java kt c h cpp cs php sh
    bash zsh ps1 png jpg jpeg gif ico webp pdf gz tgz zip tar xz bz2 jar whl so woff woff2 ttf mp4 lock sum
    mod pem crt key pub asc sig toml ini cfg properties sql proto tf tfvars rego cue jsonnet libsonnet cast
    csv tsv xml map snap patch diff log""".split()  # noqa: SIM905 - a list would be two pages long
)
"""Ends of the names of files that hold no descriptor, or one in a language that imagebot does not read."""
_TEXT_NAME = re.compile(
    r"(?i:(?:docker|container)file)[^/]*$"
    r"|(?:^|/)\.env(?:\.[^/]+)?$|\.env$"
    r"|\.(?:nomad|nomad\.tpl|hcl|container|image|volume|build|artifact|service)$"
    r"|\.(?:service|container|image)\.d/"
)


def may_deploy(path: str) -> bool:
    """Whether a file is looked into at all."""
    return path.rpartition(".")[2] not in OTHER_NAMES or is_text_name(path)


def is_yaml(path: str) -> bool:
    """Whether a file is YAML by its name: what is broken in it is said."""
    return path.endswith(YAML_NAMES) or is_kustomization(path)


def is_kustomization(path: str) -> bool:
    """Whether kustomize takes a file for a Kustomization: it may say which files a variable reaches."""
    return path.rpartition("/")[2].lower() in KUSTOMIZATIONS


def is_text_name(path: str) -> bool:
    """Whether a file may be of a kind with a format of its own."""
    return _TEXT_NAME.search(path) is not None
