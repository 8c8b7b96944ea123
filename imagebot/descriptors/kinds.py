"""The kinds of descriptor: one module each, registered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imagebot.descriptors import (
    ansible,
    argocd,
    compose,
    crossplane,
    dockerfile,
    dotenv,
    flux,
    github_actions,
    gitlab_ci,
    helm_chart,
    helm_values,
    helmfile,
    json_patch,
    kubernetes,
    kustomize,
    nomad,
    openshift,
    systemd,
    tekton,
)
from imagebot.descriptors.nodes import Node
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of descriptor written in YAML.

    Attributes:
        name: What references of this kind are called.
        claims: Whether a document is of this kind, by what it holds.
        find: What such a document names, and what was seen and not understood.
    """

    name: str
    claims: Callable[[Source, Node], bool]
    find: Callable[[Source, Node], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of descriptor in a format of its own, told by its file name."""

    name: str
    claims: Callable[[Source], bool]
    find: Callable[[Source], Iterator[Item]]


KINDS = (
    Kind("github-actions", github_actions.claims, github_actions.find),
    Kind("gitlab-ci", gitlab_ci.claims, gitlab_ci.find),
    Kind("argocd", argocd.claims, argocd.find),
    Kind("flux", flux.claims, flux.find),
    Kind("kustomize", kustomize.claims, kustomize.find),
    Kind("tekton", tekton.claims, tekton.find),
    Kind("crossplane", crossplane.claims, crossplane.find),
    Kind("openshift", openshift.claims, openshift.find),
    Kind("kubernetes", kubernetes.claims, kubernetes.find),
    Kind("kubernetes", kubernetes.is_container_list, kubernetes.find_in_list),
    Kind("helm-chart", helm_chart.claims, helm_chart.find),
    Kind("compose", compose.claims, compose.find),
    Kind("helmfile", helmfile.claims, helmfile.find),
    Kind("kustomize", json_patch.claims, json_patch.find),
    Kind("ansible", ansible.claims, ansible.find),
    Kind("helm-values", helm_values.claims, helm_values.find),
)
"""The first kind that claims a document has it; the most particular stands first."""


def is_pipeline(path: str) -> bool:
    """Whether a file is a pipeline by its path: some name an image by a word like ``container`` alone."""
    return github_actions.is_workflow(path) or gitlab_ci.is_pipeline(path)


TEXT_KINDS = (
    TextKind("dockerfile", dockerfile.claims, dockerfile.find),
    TextKind("compose", dotenv.claims, dotenv.find),
    TextKind("nomad", nomad.claims, nomad.find),
    TextKind("systemd", systemd.claims, systemd.find),
)
