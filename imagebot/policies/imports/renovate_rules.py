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
from imagebot.policies.imports.overlaps import common_files
from imagebot.policies.imports.renovate_files import MANAGERS, braces, file_globs, manager_paths, no_files
from imagebot.policies.imports.renovate_tags import Effective, longer
from imagebot.untrusted import clean

EVERY = "*"
_NAMES = ("matchPackageNames", "matchDepNames")
_PATTERNS = ("matchPackagePatterns", "matchDepPatterns")
_PREFIXES = ("matchPackagePrefixes", "matchDepPrefixes")
_FILES = ("matchFileNames", "matchPaths", "matchFiles")
_SINGLE = re.compile(r"(?<!\*)\*(?!\*)")
_WITHOUT = (
    *(f"exclude{what}{kind}" for what in ("Package", "Dep") for kind in ("Names", "Patterns", "Prefixes")),
)
_MATCHERS = frozenset(
    {
        *(*_NAMES, *_PATTERNS, *_PREFIXES, *_FILES, *_WITHOUT),
        *("matchDatasources", "matchManagers", "matchUpdateTypes"),
    }
)
_NOT_OF_IMAGES = frozenset(
    {
        *("dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "engines"),
        *("packageManager", "resolutions", "require", "require-dev", "indirect", "dev-dependencies"),
    }
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
        without: Globs on images that are left out.
        unsure: Why it may match less than this; empty if it does not.
    """

    images: tuple[str, ...]
    paths: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    widened: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def matched(rule: Mapping, configuration: Mapping) -> Matched | None:
    """What a rule matches; None for one that is not about images.

    Raises:
        NotExpressible: If a policy cannot match the same.
    """
    if not is_about_images(rule):
        return None
    unsure: list[str] = [
        f"`{clean(key, 80)}` has no like here"
        for key in keys(rule)
        if key.startswith(("match", "exclude")) and key not in _MATCHERS
    ]
    types = frozenset(texts(rule, "matchUpdateTypes"))
    if types - _TYPES:
        raise NotExpressible(f"the update types {', '.join(sorted(types - _TYPES))} have no like here")
    single = [name for name in texts_of(rule, _NAMES) if _SINGLE.search(name) and name != EVERY]
    widened = tuple(glob for name in single if not name.startswith(("/", "!")) for glob in named(name))
    images, without = _images(rule, unsure), _left_out(rule, unsure)
    paths = _paths(rule, configuration, unsure)
    if paths is None:
        return None
    return Matched(images, paths, types, widened, without, tuple(unsure))


def is_about_images(rule: Mapping) -> bool:
    """Whether a rule can match images at all."""
    sources, managers = texts(rule, "matchDatasources"), texts(rule, "matchManagers")
    if sources and not {"docker", "*"} & set(sources):
        return False
    kinds = set(texts(rule, "matchDepTypes"))
    if kinds and kinds <= _NOT_OF_IMAGES:
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


def _images(rule: Mapping, unsure: list[str]) -> tuple[str, ...]:
    """Globs that match whatever the rule does; more than that, with the reason, where none says the same."""
    written = [name for name in texts_of(rule, _NAMES) if not name.startswith("!")]
    written += [f"/{pattern}/" for pattern in texts_of(rule, _PATTERNS)]
    written += [f"{prefix}**" for prefix in texts_of(rule, _PREFIXES)]
    found, problems = dict[str, None](), list[str]()
    for name in written:
        try:
            found |= dict.fromkeys(named(name))
        except NotExpressible as problem:
            problems.append(str(problem))
            found |= dict.fromkeys(_reach(name))
            unsure += [str(problem)] if name.startswith("/") else []
    if written and not found:
        raise NotExpressible(problems[0])
    return tuple(found) or (EVERY,)


def _reach(name: str) -> list[str]:
    """How far an expression may reach; a name that is not one of an image reaches none."""
    if not name.startswith("/"):
        return []
    head = re.match(r"/\^((?:[A-Za-z0-9_/.-]|\\[./-])+)(?![*+?{])", name)
    if head is None or "|" in name or "/" not in head[1]:
        return [EVERY]
    return [re.sub(r"\\(.)|\.", lambda found: found[1] or "?", head[1]) + EVERY]


def _left_out(rule: Mapping, unsure: list[str]) -> tuple[str, ...]:
    wanted = [name[1:] for name in texts_of(rule, _NAMES) if name.startswith("!")]
    for key in _WITHOUT:
        form = "/{}/" if key.endswith("Patterns") else "{}**" if key.endswith("Prefixes") else "{}"
        wanted += [form.format(text) for text in texts_of(rule, (key,))]
    found: list[str] = []
    for name in wanted:
        try:
            found += named(name)
        except NotExpressible as problem:
            unsure.append(f"it leaves out what no glob names ({problem})")
    return tuple(dict.fromkeys(found))


def _expression(pattern: str) -> Iterator[str]:
    globs = [EVERY] if pattern in {"*", ".*", "^.*$", ".+", ""} else image_globs(pattern)
    if globs is None:
        raise NotExpressible(f"no glob says the same as `{clean(pattern, 200)}`")
    yield from map(_normalised, globs)


def _normalised(glob: str) -> str:
    try:
        return normalised_image_glob(glob)
    except InvalidReference as error:
        raise NotExpressible(error.message) from error


def _paths(rule: Mapping, configuration: Mapping, unsure: list[str]) -> tuple[str, ...] | None:
    """Globs on the files that the rule matches, and perhaps more; None for no files at all."""
    found: list[str] | None = []
    for pattern in texts_of(rule, _FILES):
        globs = file_globs(pattern)
        if globs is None:
            unsure.append(f"no glob says the same as the file pattern `{clean(pattern, 200)}`")
        found = None if globs is None or found is None else [*found, *globs]
    files = tuple(dict.fromkeys(found or ()))
    managed = _of_managers(rule, configuration, unsure)
    try:
        return common_files(files, managed)
    except NotExpressible as problem:
        unsure.append(f"its managers and its files: {problem}")
        return files


def _of_managers(rule: Mapping, configuration: Mapping, unsure: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    managers = [name for name in texts(rule, "matchManagers") if name in MANAGERS]
    for name in managers:
        own = manager_paths(name, configuration)
        if own is None:
            unsure.append(f"the manager {name}: {no_files(own)}")
            return ()
        found += own
    if managers and not found:
        raise NotExpressible(f"the manager {managers[0]}: {no_files(())}")
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


def stricter(before: Effective, after: Effective) -> Effective:
    """The settings of an image that a rule may match, or may not: of each, those that let less through."""
    both = before.allowed and after.allowed and before.allowed != after.allowed
    cut = ("versioning", "extract", "compatibility")
    changed = any(getattr(before, name) != getattr(after, name) for name in cut)
    problem = "it cannot be told which `versioning` or `allowedVersions` holds" if both or changed else ""
    return replace(
        before,
        enabled=before.enabled and after.enabled,
        disabled=before.disabled | after.disabled,
        allowed=before.allowed or after.allowed,
        age=longer(before.age, after.age),
        ignore_unstable=before.ignore_unstable or after.ignore_unstable,
        problem=before.problem or problem,
    )


def restricts(rule: Mapping, types: frozenset[str]) -> bool:
    """Whether a rule may let less through."""
    switches = [rule, *(nested for name in TYPES if (nested := rule.mapping(name)) is not None)]
    off = any("enabled" in one.last and not is_true(one, "enabled") for one in switches)
    keys_of_less = ("allowedVersions", "minimumReleaseAge", "stabilityDays")
    return off or (not types and any(key in rule.last for key in keys_of_less))


def says_something(rule: Mapping, types: frozenset[str]) -> bool:
    """Whether a rule changes what is selected or written, and not only the pull request."""
    own = any("enabled" in nested.last for name in TYPES if (nested := rule.mapping(name)) is not None)
    return own or ("enabled" in rule.last if types else any(key in rule.last for key in SETTINGS))


def _text(mapping: Mapping, key: str) -> str:
    found = mapping.scalar(key)
    return "" if found is None or (found.value == "null" and not found.style) else found.value
