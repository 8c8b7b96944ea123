"""What Renovate's settings select, as a policy.

Source: https://docs.renovatebot.com/modules/versioning/ and https://docs.renovatebot.com/configuration-options/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.flux_tags import VERSIONS
from imagebot.policies.imports.globs import tag_globs
from imagebot.policies.imports.regex import outline, renamed, whole
from imagebot.policies.policy import Pinning
from imagebot.policies.reading import VARIANT, VERSION
from imagebot.references.orders import ORDERS
from imagebot.references.ranges import InvalidRange

NEVER: Mapping[str, Any] = {"ignore": ["*"]}
"""The tags of a policy that holds every image where it is."""

_REGEX = re.compile(r"(?P<not>!?)/(?P<pattern>.*)/(?P<flags>i?)", re.DOTALL)
_AGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(minute|min|hour|day|week|month|year|[mhdwMy])s?(?![A-Za-z])")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_LONG = {"month": 30 * 1440, "year": 365 * 1440}
_NUMBERED = ("major", "minor", "patch", "build", "revision")
_ROW = re.compile(r"N(?:\\\.N|\((?:\?:)?\\\.N\)\?)*")
_STEPS = frozenset({"major", "minor", "patch"})


@dataclass(frozen=True, slots=True)
class Effective:
    """Renovate's settings for an image, after all rules that match it.

    Attributes:
        disabled: Update types that are switched off.
        problem: Why a policy cannot say what is selected.
    """

    enabled: bool = True
    versioning: str = ""
    allowed: str = ""
    extract: str = ""
    compatibility: str = ""
    age: str = ""
    pins: bool = False
    ignore_unstable: bool = True
    separate_majors: bool = True
    disabled: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def pin(self) -> Pinning:
        """What is written."""
        return "tag+digest" if self.pins and not self.disabled & {"pin", "pinDigest"} else "keep"

    @property
    def refresh(self) -> bool:
        """Whether a pinned digest follows its tag, as it does in Renovate."""
        return self.enabled and "digest" not in self.disabled


def renovate_tags(found: Effective) -> dict[str, Any]:
    """The keys of ``tags``.

    Raises:
        NotExpressible: If a policy cannot say it.
    """
    if not found.enabled or found.disabled >= _STEPS:
        return dict(NEVER)
    if found.problem:
        raise NotExpressible(found.problem)
    tags = _versioned(found)
    if found.allowed:
        _allow(tags, found.allowed)
    _step(tags, found)
    return tags


def _versioned(found: Effective) -> dict[str, Any]:
    kind, _, pattern = found.versioning.partition(":")
    match kind:
        case "" | "docker":
            tags: dict[str, Any] = {"order": "semver", **_parts(found)}
            return tags if found.ignore_unstable else tags | {"prereleases": True}
        case _ if found.extract or found.compatibility:
            raise NotExpressible(f"versions are cut out of tags, and then read as {kind}")
        case "semver" | "semver-coerced" | "loose":
            tags = {"order": "semver"}
            tags |= {"match": VERSIONS} if kind == "semver" else {"precision": "any"}
            if not found.ignore_unstable:
                return tags | {"variant": "any", "prereleases": True}
            return tags | {"variant": "" if kind == "semver" else "any"}
        case "pep440":
            return {"order": "pep440", **({} if found.ignore_unstable else {"prereleases": True})}
        case "regex":
            return _by_regex(pattern, found)
        case _:
            raise NotExpressible(f"`versioning: {kind}` has no like here")


def _parts(found: Effective) -> dict[str, Any]:
    """``extractVersion`` and ``versionCompatibility``: the part that is compared, and what is kept."""
    if found.extract and found.compatibility:
        raise NotExpressible("`extractVersion` and `versionCompatibility` together")
    pattern = found.extract or found.compatibility
    if not pattern:
        return {}
    shape = outline(pattern)
    version, kept = shape.number("version"), shape.number("compatibility")
    if version is None:
        raise NotExpressible(f"`{pattern}` has no group `version`")
    names = {version: VERSION} | ({kept: VARIANT} if kept else {})
    return {"match": whole(renamed(pattern, names))}


def _by_regex(pattern: str, found: Effective) -> dict[str, Any]:
    """``regex:`` versioning: numbers in named groups, and a compatibility that never changes."""
    wrapped = _wrapped(pattern)
    shape = outline(wrapped or pattern)
    kept, unstable = shape.number("compatibility"), shape.number("prerelease")
    names = {kept: VARIANT} if kept else {}
    if unstable:
        raise NotExpressible("a group `prerelease` marks unstable versions by an expression of its own")
    if wrapped:
        version = shape.number(VERSION) or 0
        return {
            "order": "semver",
            "match": whole(renamed(wrapped, names | {version: VERSION})),
            "precision": "any",
            **({} if kept else {"variant": "any"}),
        }
    by = [name for name in _NUMBERED if shape.number(name)]
    optional = [name for name in by if _may_be_missing(pattern, name)]
    if not by or optional:
        raise NotExpressible(f"the parts of `{pattern}` do not stand in a row, or may be missing")
    if found.disabled & _STEPS:
        raise NotExpressible("steps are limited, and the parts of the version do not stand in a row")
    return {"order": "numerical", "match": whole(renamed(pattern, names)), "by": by}


def _wrapped(pattern: str) -> str:
    """The expression with one group around its numbers, if these are all that stands between them."""
    shape = outline(pattern)
    groups = [shape.groups[number - 1] for name in _NUMBERED if (number := shape.number(name))]
    if not groups or [group.start for group in groups] != sorted(group.start for group in groups):
        return ""
    text = pattern[groups[0].start :]
    offset = groups[0].start
    for group in reversed(groups):
        text = f"{text[: group.start - offset]}N{text[group.end - offset :]}"
    row = _ROW.match(text)
    if row is None or row[0].count("N") < len(groups):
        return ""
    rest = text[row.end() :]
    first, last = groups[0].start, len(pattern) - len(rest)
    return f"{pattern[:first]}(?P<{VERSION}>{pattern[first:last]}){pattern[last:]}"


def _may_be_missing(pattern: str, name: str) -> bool:
    """Whether a group, or one around it, is optional."""
    shape = outline(pattern)
    own = shape.groups[(shape.number(name) or 1) - 1]
    opened = pattern[: own.start].count("(") - pattern[: own.start].count(")")
    return opened > pattern[: own.start].count(r"\(") or pattern[own.end : own.end + 1] in {"?", "*", "{"}


def _allow(tags: dict[str, Any], allowed: str) -> None:
    """``allowedVersions``: a range, ``/expression/`` or ``!/expression/``."""
    regex = _REGEX.fullmatch(allowed)
    if regex is None:
        order = ORDERS[tags["order"]]
        if not order.versions or "{{" in allowed:
            raise NotExpressible(f"`allowedVersions: {allowed}` cannot be asked of these tags")
        try:
            order.range(allowed)
        except InvalidRange as error:
            raise NotExpressible(f"`allowedVersions: {allowed}`: {error.message}") from error
        tags["range"] = allowed
        return
    pattern = f"(?i){regex['pattern']}" if regex["flags"] else regex["pattern"]
    if regex["not"]:
        globs = None if regex["flags"] else tag_globs(pattern)
        if globs is None:
            raise NotExpressible(f"`allowedVersions: {allowed}`: no glob says the same")
        tags["ignore"] = globs
    elif "match" in tags:
        raise NotExpressible(f"`allowedVersions: {allowed}` and `versioning` are two expressions on one tag")
    else:
        tags["match"] = whole(renamed(pattern, {}))


def _step(tags: dict[str, Any], found: Effective) -> None:
    steps = found.disabled & _STEPS
    if not ORDERS[tags["order"]].versions:
        if steps:
            raise NotExpressible("steps are limited, and these tags have no parts")
        return
    if steps == {"major", "minor"}:
        tags["max-step"] = "patch"
    elif steps == {"major"}:
        tags["max-step"] = "minor"
    elif steps:
        raise NotExpressible(f"{' and '.join(sorted(steps))} updates are off, and larger ones are on")
    elif found.separate_majors:
        tags["newest-of-each"] = "major"


def min_age(text: str) -> str:
    """``3 days`` as ``min-age``; empty for none.

    Raises:
        NotExpressible: If it is no length of time.
    """
    minutes = _minutes(text)
    return _shown(minutes) if minutes else ""


def longer(one: str, two: str) -> str:
    """The longer of two lengths of time, or one that is none."""
    try:
        return two if _minutes(two) > _minutes(one) else one
    except NotExpressible:
        return f"{one} or {two}"


def _minutes(text: str) -> int:
    if text in {"", "0", "null"}:
        return 0
    parts = _AGE.findall(text)
    if not parts or _AGE.sub("", text).strip():
        raise NotExpressible(f"`minimumReleaseAge: {text}` is no length of time")
    minutes = 0.0
    for number, unit in parts:
        word = unit.lower()
        long = "month" if unit == "M" or word == "month" else "year" if word in {"y", "year"} else ""
        minutes += float(number) * (_LONG[long] if long else _MINUTES[word[0]])
    return max(1, round(minutes))


def _shown(minutes: int) -> str:
    unit = next(unit for unit in ("d", "h", "m") if minutes % _MINUTES[unit] == 0)
    return f"{minutes // _MINUTES[unit]}{unit}"
