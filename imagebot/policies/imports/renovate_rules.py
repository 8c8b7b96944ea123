"""One entry of Renovate's ``packageRules``: which images it matches, and what it says of them.

Source: https://docs.renovatebot.com/configuration-options/#packagerules
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from imagebot.descriptors.nodes import Mapping, Scalar
from imagebot.errors import InvalidReference
from imagebot.policies.globs import normalised_image_glob
from imagebot.policies.imports.documents import is_true, keys, texts
from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.globs import image_globs
from imagebot.policies.imports.renovate_files import MANAGERS, braces, file_globs, manager_paths
from imagebot.policies.imports.renovate_tags import Effective

EVERY = "*"
_NAMES = ("matchPackageNames", "matchDepNames")
_PATTERNS = ("matchPackagePatterns", "matchDepPatterns")
_PREFIXES = ("matchPackagePrefixes", "matchDepPrefixes")
_FILES = ("matchFileNames", "matchPaths", "matchFiles")
_SINGLE = re.compile(r"(?<!\*)\*(?!\*)")
_MATCHERS = frozenset(
    {*_NAMES, *_PATTERNS, *_PREFIXES, *_FILES, "matchDatasources", "matchManagers", "matchUpdateTypes"}
)
_TYPES = frozenset({"major", "minor", "patch", "digest", "pin", "pinDigest"})

Setting = Callable[[Effective, Mapping], Effective]
SETTINGS: dict[str, Setting] = {
    "enabled": lambda e, m: replace(e, enabled=is_true(m, "enabled")),
    "versioning": lambda e, m: replace(e, versioning=m.text("versioning")),
    "allowedVersions": lambda e, m: replace(e, allowed=m.text("allowedVersions")),
    "extractVersion": lambda e, m: replace(e, extract=m.text("extractVersion")),
    "versionCompatibility": lambda e, m: replace(e, compatibility=m.text("versionCompatibility")),
    "minimumReleaseAge": lambda e, m: replace(e, age=_text(m, "minimumReleaseAge")),
    "stabilityDays": lambda e, m: replace(e, age=f"{m.text('stabilityDays')} days"),
    "pinDigests": lambda e, m: replace(e, pins=is_true(m, "pinDigests")),
    "ignoreUnstable": lambda e, m: replace(e, ignore_unstable=is_true(m, "ignoreUnstable")),
    "separateMajorMinor": lambda e, m: replace(e, separate_majors=is_true(m, "separateMajorMinor")),
}
"""What each key changes; a null takes a length of time back."""
TYPES = ("major", "minor", "patch", "digest", "pin", "pinDigest")
"""Objects with settings for one type of update."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What a rule matches.

    Attributes:
        images: Globs on normalised names.
        paths: Globs on files; empty for everywhere.
        types: Update types that it is about; empty for all.
        widened: Globs in which ``*`` matches more than in Renovate.
    """

    images: tuple[str, ...]
    paths: tuple[str, ...]
    types: frozenset[str]
    widened: tuple[str, ...]


def matched(rule: Mapping, configuration: Mapping) -> Matched | None:
    """What a rule matches; None for one that is not about images.

    Raises:
        NotExpressible: If a policy cannot match the same.
    """
    if not is_about_images(rule):
        return None
    for key in keys(rule):
        if key.startswith(("match", "exclude")) and key not in _MATCHERS:
            raise NotExpressible(f"`{key}` has no like here")
    types = frozenset(texts(rule, "matchUpdateTypes"))
    if types - _TYPES:
        raise NotExpressible(f"the update types {', '.join(sorted(types - _TYPES))} have no like here")
    written = list(_images(rule))
    single = [name for name in texts_of(rule, _NAMES) if _SINGLE.search(name) and name != EVERY]
    widened = tuple(glob for name in single if not name.startswith("/") for glob in named(name))
    return Matched(tuple(dict.fromkeys(written)) or (EVERY,), _paths(rule, configuration), types, widened)


def is_about_images(rule: Mapping) -> bool:
    """Whether a rule can match images at all."""
    sources, managers = texts(rule, "matchDatasources"), texts(rule, "matchManagers")
    if sources and not {"docker", "*"} & set(sources):
        return False
    return not managers or any(manager in MANAGERS for manager in managers)


def texts_of(rule: Mapping, names: tuple[str, ...]) -> Iterator[str]:
    """The texts under several keys, each of which may be one text or a list."""
    for name in names:
        one = rule.scalar(name)
        yield from [one.value] if isinstance(one, Scalar) and one.value else texts(rule, name)


def named(name: str) -> Iterator[str]:
    """Globs for a name, a glob with braces or an ``/expression/``.

    Raises:
        NotExpressible: If no globs here say the same.
    """
    if name.startswith("!"):
        raise NotExpressible(f"{name!r} leaves images out")
    between = re.fullmatch(r"/(.*)/", name, re.DOTALL)
    if between:
        yield from _expression(between[1])
    else:
        for glob in braces([name]):
            yield _normalised(re.sub(r"\*+", "*", glob))


def _images(rule: Mapping) -> Iterator[str]:
    for name in texts_of(rule, _NAMES):
        yield from named(name)
    for pattern in texts_of(rule, _PATTERNS):
        yield from _expression(pattern)
    for prefix in texts_of(rule, _PREFIXES):
        yield _normalised(f"{prefix}*")


def _expression(pattern: str) -> Iterator[str]:
    globs = image_globs(pattern)
    if globs is None:
        raise NotExpressible(f"no glob says the same as {pattern!r}")
    yield from map(_normalised, globs)


def _normalised(glob: str) -> str:
    try:
        return normalised_image_glob(glob)
    except InvalidReference as error:
        raise NotExpressible(error.message) from error


def _paths(rule: Mapping, configuration: Mapping) -> tuple[str, ...]:
    found: list[str] = []
    for pattern in texts_of(rule, _FILES):
        globs = file_globs(pattern)
        if globs is None:
            raise NotExpressible(f"no glob says the same as the file pattern {pattern!r}")
        found += globs
    managers = [name for name in texts(rule, "matchManagers") if name in MANAGERS]
    if found and managers:
        raise NotExpressible("files and managers together name files that no list of globs can")
    for name in managers:
        own = manager_paths(name, configuration)
        if not own:
            raise NotExpressible(
                f"the files of the manager {name} cannot be named by globs"
                if own is None
                else f"the manager {name} reads no files unless `managerFilePatterns` names some"
            )
        found += own
    return tuple(dict.fromkeys(found))


def applied(before: Effective, rule: Mapping, types: frozenset[str]) -> Effective:
    """The settings after a rule."""
    after = before
    if types:
        after = _switched(after, rule, types)
    else:
        for key, change in SETTINGS.items():
            if key in rule.last:
                after = change(after, rule)
    for name in TYPES:
        own = rule.mapping(name)
        if own is not None:
            after = _switched(after, own, frozenset({name}))
    return after


def _switched(before: Effective, mapping: Mapping, types: frozenset[str]) -> Effective:
    if "enabled" not in mapping.last:
        return before
    disabled = before.disabled - types if is_true(mapping, "enabled") else before.disabled | types
    return replace(before, disabled=disabled)


def says_something(rule: Mapping, types: frozenset[str]) -> bool:
    """Whether a rule changes what is selected or written, and not only the pull request."""
    own = any("enabled" in nested.last for name in TYPES if (nested := rule.mapping(name)) is not None)
    return own or ("enabled" in rule.last if types else any(key in rule.last for key in SETTINGS))


def _text(mapping: Mapping, key: str) -> str:
    found = mapping.scalar(key)
    return "" if found is None or (found.value == "null" and not found.style) else found.value
