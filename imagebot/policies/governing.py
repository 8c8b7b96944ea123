"""Which policy governs a reference, and why."""

from __future__ import annotations

from dataclasses import dataclass

from imagebot.descriptors.reference import Reference
from imagebot.policies.globs import image_matcher, path_matcher
from imagebot.policies.policy import Configuration, Environment, Policy
from imagebot.references.image import ImageName


@dataclass(frozen=True, slots=True)
class Governed:
    """The policy of a reference.

    Attributes:
        policy: None if no policy governs it.
        environment: None if no environment holds its file.
        reason: Why this policy, or what is missing for one.
    """

    policy: Policy | None
    environment: str | None
    reason: str


def govern(reference: Reference, configuration: Configuration) -> Governed:
    """The first policy that matches a reference, or the one that its comment names."""
    environment = environment_of(reference.path, configuration.settings.environments)
    if reference.bound is not None:
        return _bound(reference.bound, configuration, environment)
    named = [p for p in configuration.policies if names(p, reference.image.name)]
    for policy in named:
        if not elsewhere(policy, reference.path, environment):
            return Governed(
                policy, environment, f"policy {policy.name} ({policy.file}:{policy.line}) names it"
            )
    if named:
        reasons = "; ".join(elsewhere(policy, reference.path, environment) for policy in named)
        return Governed(None, environment, reasons)
    return Governed(None, environment, f"no policy names {reference.image.name}")


def environment_of(path: str, environments: tuple[Environment, ...]) -> str | None:
    """The first environment whose paths hold a file."""
    for environment in environments:
        if any(path_matcher(glob).fullmatch(path) for glob in environment.paths):
            return environment.name
    return None


def first_for_image(name: ImageName, configuration: Configuration) -> Policy | None:
    """The first policy that names an image, wherever it governs."""
    return next((policy for policy in configuration.policies if names(policy, name)), None)


def _bound(bound: str, configuration: Configuration, environment: str | None) -> Governed:
    """A policy called as the comment says; a Flux marker ``ns:name`` also means ``name``."""
    for wanted in (bound, bound.rpartition(":")[2]):
        for policy in configuration.policies:
            if policy.name == wanted:
                where = f"{policy.file}:{policy.line}"
                return Governed(policy, environment, f"a comment binds it to policy {policy.name} ({where})")
    return Governed(None, environment, f"a comment binds it to policy {bound}, which no policy file defines")


def names(policy: Policy, name: ImageName) -> bool:
    """Whether a policy names an image, wherever it governs."""
    text = str(name)
    return any(image_matcher(glob).match(text) for glob in policy.images)


def elsewhere(policy: Policy, path: str, environment: str | None) -> str:
    """Why a policy that names the image does not govern it in this place, or nothing if it does."""
    if policy.environments and environment not in policy.environments:
        here = f"and this is {environment}" if environment else "and this file is in none"
        return f"policy {policy.name} governs only in {', '.join(policy.environments)}, {here}"
    if policy.paths and not any(path_matcher(glob).fullmatch(path) for glob in policy.paths):
        return f"policy {policy.name} governs only {', '.join(policy.paths)}"
    return ""
