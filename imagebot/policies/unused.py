"""Policies that govern nothing, comments that bind to none, environments that hold nothing.

They are no faults, and seldom what was meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from imagebot.descriptors.reference import Reference
from imagebot.policies.closest import closest
from imagebot.policies.faults import Fault, Mark
from imagebot.policies.globs import path_matcher
from imagebot.policies.governing import elsewhere, govern, names
from imagebot.policies.policy import Configuration, Environment, Policy
from imagebot.policies.shadows import is_shadowed
from imagebot.references.image import ImageName
from imagebot.untrusted import clean

_SHOWN = 3
"""Places and names that one message lists."""

_LENGTH = 80
"""Characters of a path or name in a message."""


def unused(
    configuration: Configuration, references: Iterable[Reference], paths: Collection[str]
) -> list[Fault]:
    """Warnings about policies and environments that nothing in the repository needs.

    Args:
        configuration: Policies and settings, as loaded.
        references: Every reference of the repository. Where there is none, nothing could be matched: only
            what the policies say of each other is told.
        paths: Every file of the repository.
    """
    deployed = _Deployed.of(references, configuration)
    found = list(_policies(configuration.policies, deployed))
    if deployed.by_image:
        found += _environments(configuration.settings.environments, paths)
    return [*found, *_not_defined(deployed, configuration.policies)]


@dataclass(frozen=True, slots=True)
class _Use:
    """A reference with what governs it."""

    reference: Reference
    policy: Policy | None
    environment: str | None

    @property
    def place(self) -> str:
        return f"{clean(self.reference.path, _LENGTH)}:{self.reference.line}"


@dataclass(frozen=True, slots=True)
class _Deployed:
    """The references of the repository.

    Attributes:
        governing: Names of the policies that govern one at least.
    """

    by_image: dict[ImageName, list[_Use]]
    governing: frozenset[str]

    @classmethod
    def of(cls, references: Iterable[Reference], configuration: Configuration) -> _Deployed:
        by_image: dict[ImageName, list[_Use]] = {}
        governing = set()
        for reference in references:
            governed = govern(reference, configuration)
            use = _Use(reference, governed.policy, governed.environment)
            by_image.setdefault(reference.image.name, []).append(use)
            if governed.policy:
                governing.add(governed.policy.name)
        return cls(by_image, frozenset(governing))

    def named_by(self, policy: Policy) -> list[_Use]:
        """References whose image a policy names, wherever they stand."""
        return [use for name, uses in self.by_image.items() if names(policy, name) for use in uses]


def _policies(policies: Sequence[Policy], deployed: _Deployed) -> Iterator[Fault]:
    for order, policy in enumerate(policies):
        if policy.name in deployed.governing:
            continue
        named = deployed.named_by(policy)
        matched = [use for use in named if not elsewhere(policy, use.reference.path, use.environment)]
        if matched:
            yield _taken(policy, matched)
        elif named:
            yield _out_of_place(policy, named)
        elif wider := next((other for other in policies[:order] if is_shadowed(policy, other)), None):
            why = f"{_place(wider)} comes first, and names the same images in the same places"
            yield _shadowed(policy, why, [wider])
        elif deployed.by_image:
            yield _without_image(policy, deployed)


def _taken(policy: Policy, matched: Sequence[_Use]) -> Fault:
    """All that it matches is governed already."""
    free = [use for use in matched if use.reference.bound is None]
    those = f"all it matches ({_listed([use.place for use in free or matched])})"
    first = {use.policy.name: use.policy for use in free if use.policy}
    if first:
        why = f"{those} is governed by {_listed([_place(other) for other in first.values()])} before"
        return _shadowed(policy, why, tuple(first.values()))
    message = f"policy {policy.name} governs nothing: comments bind {those} to others"
    return policy.mark.warning("policy-shadowed", message, "take the policy out, or the comments")


def _shadowed(policy: Policy, why: str, first: Sequence[Policy]) -> Fault:
    hint = f"put it before {_listed([other.name for other in first])}, or take it out"
    return policy.mark.warning("policy-shadowed", f"policy {policy.name} governs nothing: {why}", hint)


def _out_of_place(policy: Policy, named: Sequence[_Use]) -> Fault:
    """Its images are here, and not where it governs: by its environments, or else by its paths."""
    near = [use for use in named if not policy.environments or use.environment in policy.environments]
    key, wanted = ("paths", policy.paths) if near else ("environments", policy.environments)
    where = f"outside of its {key} ({_listed(wanted)}): {_listed([use.place for use in near or named])}"
    message = f"policy {policy.name} matches nothing: its images stand {where}"
    others = sorted({use.environment for use in named if use.environment})
    folder = next((glob for glob in policy.paths if near and _is_folder(glob, near)), "")
    add = f"add {_listed(others)} to `environments`" if others and not near else f"mend `{key}`"
    if folder:
        add = f"write `{clean(folder, _LENGTH)}/**` for all below that folder"
    return policy.mark.warning("policy-matches-nothing", message, f"{add}, or take the policy out")


def _is_folder(glob: str, uses: Iterable[_Use]) -> bool:
    return any(path_matcher(f"{glob}/**").fullmatch(use.reference.path) for use in uses)


def _not_defined(deployed: _Deployed, policies: Sequence[Policy]) -> Iterator[Fault]:
    """Lines that a comment or a Flux marker binds to a policy that is not there: nothing governs them."""
    known = [policy.name for policy in policies]
    for use in (use for uses in deployed.by_image.values() for use in uses):
        found = use.reference
        if found.bound is None or use.policy or found.ignored:
            continue
        bound = clean(found.bound, _LENGTH)
        near = difflib.get_close_matches(found.bound.rpartition(":")[2], known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"policies: {_listed(known) or 'none'}"
        message = (
            f"a comment binds {clean(str(found.image.name), _LENGTH)} to policy {bound}, which is not defined"
        )
        mark = Mark(found.path, found.line, found.column)
        yield mark.warning("policy-not-defined", message, hint)


def _without_image(policy: Policy, deployed: _Deployed) -> Fault:
    message = f"policy {policy.name} matches nothing: no reference has the image {_listed(policy.images)}"
    hint = "`imagebot scan` lists the images that are here: mend `images`, or take the policy out"
    found = {str(name): uses for name, uses in deployed.by_image.items()}
    for glob in policy.images:
        if near := closest(glob, found):
            hint = f"did you mean {clean(near, _LENGTH)}, as in {found[near][0].place}?"
            break
    return policy.mark.warning("policy-matches-nothing", message, hint)


def _environments(environments: Iterable[Environment], paths: Collection[str]) -> Iterator[Fault]:
    for environment in environments:
        matchers = [path_matcher(glob) for glob in environment.paths]
        if any(matcher.fullmatch(path) for path in paths for matcher in matchers):
            continue
        message = f"environment {environment.name} holds nothing: no file is in {_listed(environment.paths)}"
        folders = set(_folders(paths))
        near = next((f"{glob}/**" for glob in environment.paths if f"{glob}/**" in folders), "")
        near = near or next(filter(None, (closest(glob, sorted(folders)) for glob in environment.paths)), "")
        hint = (
            f"did you mean {clean(near, _LENGTH)}?" if near else "mend `paths`, or take the environment out"
        )
        yield environment.mark.warning("environment-matches-nothing", message, hint)


def _folders(paths: Iterable[str]) -> list[str]:
    """Every folder as a glob of what is below it."""
    found = {parent for path in paths for parent in _parents(path)}
    return sorted(f"{folder}/**" for folder in found)


def _parents(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _place(policy: Policy) -> str:
    return f"policy {policy.name} ({clean(policy.file, _LENGTH)}:{policy.line})"


def _listed(items: Sequence[str]) -> str:
    shown = ", ".join(clean(item, _LENGTH) for item in items[:_SHOWN])
    return f"{shown} and {len(items) - _SHOWN} more" if len(items) > _SHOWN else shown
