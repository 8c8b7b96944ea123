"""The rules that compare a tag with the one that is deployed, in the order in which they are asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imagebot.policies.advice import for_commit
from imagebot.policies.policy import SelectionStep, TagRules
from imagebot.policies.reading import VARIANT, Read
from imagebot.references.suffix import NO_SUFFIX, read_suffix, without_release_word
from imagebot.references.version import TagVersion

STEPS: tuple[SelectionStep, ...] = ("major", "minor", "patch")

CHOICES = frozenset({"prereleases", "range", "max-step", "min-age", "platforms", "verify"})
"""Rules that a team chose for versions that are comparable; the other rules say "another kind of tag"."""

DATE_DIGITS = 5
"""A first number of so many digits is a date or a build number, never the next version of ``8``."""

YEARS = range(1990, 2100)
MONTHS = 12

BUILDS = frozenset({"dev", "snapshot", "nightly", "canary", "insiders", "unstable"})
"""Pre-release words that are no stage on the way to a release: only what is one moves there."""

SPELLED = {"a": "alpha", "b": "beta", "m": "milestone"}
"""Pre-release letters are the words that they stand for."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules of a policy and the tag that is deployed, if there is one."""

    rules: TagRules
    deployed: Read | None

    def objection(self, read: Read) -> tuple[str, str] | None:
        """The first rule that rejects a tag, and why; None if all let it through."""
        return next(((rule, reason) for rule, objects in _RULES if (reason := objects(self, read))), None)

    @property
    def version(self) -> TagVersion | None:
        """The version that is deployed."""
        return self.deployed.version if self.deployed else None


Lane = tuple[object, ...]


def lanes(rules: TagRules, deployed: Read) -> tuple[Lane, ...]:
    """Where the tags are that may follow the deployed one: what looks like a date only behind a year."""
    *others, _ = lane(rules, deployed)
    year = deployed.version is not None and deployed.version.release[0] >= YEARS.start
    return ((*others, False), (*others, True)) if year else ((*others, False),)


def lane(rules: TagRules, read: Read) -> Lane:
    """What a tag must have in common with the current one; ``objection`` says which part it has not."""
    version, same = read.version, rules.variant == "same"
    if version is None:
        return (read.kept if same else None, False)
    return (
        version.prefix,
        version.family if same else None,
        read.kept if same else None,
        (len(version.release), version.layout) if rules.precision == "same" else None,
        _is_dated(version),
    )


def step(old: TagVersion | None, new: TagVersion | None) -> SelectionStep:
    """The first number that differs: first major, second minor, else patch.

    ``other`` is a move of suffix or pre-release only, one from a pre-release to its release, and every
    move between tags that are no versions.
    """
    if old is None or new is None:
        return "other"
    width = max(len(old.release), len(new.release), len(STEPS))
    pairs = zip(_padded(old, width), _padded(new, width), strict=True)
    place = next((place for place, (a, b) in enumerate(pairs) if a != b), None)
    return "other" if place is None else STEPS[min(place, 2)]


def _padded(version: TagVersion, width: int) -> tuple[int, ...]:
    return version.release + (0,) * (width - len(version.release))


def _prefix(judge: Judge, read: Read) -> str:
    if judge.version is None or read.version is None or read.version.prefix == judge.version.prefix:
        return ""
    return f"prefix {read.version.prefix!r}, the current tag has {judge.version.prefix!r}"


def _variant(judge: Judge, read: Read) -> str:
    """A numbered family is one family only when its words agree."""
    wanted = judge.rules.variant
    if wanted == "any":
        return ""
    if wanted != "same":
        return _literal(judge, read, wanted)
    if judge.deployed and read.kept != judge.deployed.kept:
        return f"{read.kept!r} in the group `variant`, the current tag has {judge.deployed.kept!r}"
    deployed = judge.version
    if read.version is None or read.version.family == (deployed.family if deployed else ""):
        return ""
    kept, advice = (_suffix(deployed), for_commit(deployed)) if deployed else ("", "")
    other = f"other suffix family: {_shown(_suffix(read.version))}, the current tag has {_shown(kept)}"
    return f"{other}; {advice}" if advice else other


def _literal(judge: Judge, read: Read, wanted: str) -> str:
    if judge.rules.match and VARIANT in judge.rules.match.groups:
        found = read.kept
    elif read.version is None:
        return ""
    else:
        literal = read_suffix(without_release_word(wanted)) or NO_SUFFIX
        if (read.family, read.numbers) == (literal.family, literal.numbers):
            return ""
        return f"suffix {_shown(_suffix(read.version))}, the policy wants {_shown(wanted)}"
    if found == wanted:
        return ""
    return f"suffix {_shown(found)}, the policy wants {_shown(wanted)}"


def _suffix(version: TagVersion) -> str:
    """The suffix as written: the family with its numbers filled in, leading zeros included."""
    written = re.search(re.escape(version.family).replace(r"\#", "[0-9]+") + r"$", version.text)
    numbers = iter(version.numbers)
    return written[0] if written else re.sub("#", lambda _: str(next(numbers)), version.family)


def _precision(judge: Judge, read: Read) -> str:
    version, deployed = read.version, judge.version
    if version is None:
        return ""
    if looks := _counted(version, deployed):
        return looks
    if deployed is None or judge.rules.precision == "any":
        return ""
    if version.layout != deployed.layout:
        return f"written as {version.layout}, the current tag as {deployed.layout}"
    if version.precision == deployed.precision:
        return ""
    return f"{_components(version)}, the current tag has {deployed.precision}"


def _prereleases(judge: Judge, read: Read) -> str:
    version = read.version
    if version is None or not version.prerelease or judge.rules.prereleases is True:
        return ""
    word = version.prerelease[0]
    if _is_allowed(judge, word) or _is_stage(judge, version):
        return ""
    return f"pre-release ({word})"


def _is_allowed(judge: Judge, word: str) -> bool:
    allowed = judge.rules.prereleases
    return isinstance(allowed, tuple) and (word in allowed or SPELLED.get(word) in allowed)


def _is_stage(judge: Judge, version: TagVersion) -> bool:
    """Whether it is on the way to the release of what is deployed: nobody stays stuck on ``-rc1``.

    Where the policy allows the word that is deployed, it says itself which others are allowed.
    """
    deployed = judge.version
    if deployed is None or not deployed.prerelease or deployed.core != version.core:
        return False
    word, before = version.prerelease[0], deployed.prerelease[0]
    return word == before or (word not in BUILDS and not _is_allowed(judge, before))


def _range(judge: Judge, read: Read) -> str:
    wanted = judge.rules.range
    if wanted is None or read.version is None or wanted.contains(read.version):
        return ""
    return f"outside {wanted.text}"


def _forward(judge: Judge, read: Read) -> str:
    deployed = judge.deployed
    if deployed is None or read.tag == deployed.tag or read.is_newer_than(deployed):
        return ""
    if deployed.is_newer_than(read):
        return f"older than the current {deployed.tag}"
    return "same version as the current tag"


def _max_step(judge: Judge, read: Read) -> str:
    if judge.deployed is None:
        return ""
    found = step(judge.version, read.version)
    if found == "other" or STEPS.index(found) >= STEPS.index(judge.rules.max_step):
        return ""
    return f"{found} step; max-step is {judge.rules.max_step}"


_RULES: Sequence[tuple[str, Callable[[Judge, Read], str]]] = (
    ("prefix", _prefix),
    ("variant", _variant),
    ("precision", _precision),
    ("forward", _forward),
    ("prereleases", _prereleases),
    ("range", _range),
    ("max-step", _max_step),
)
"""First whether a tag is comparable and newer at all, then whether it is allowed."""


def _components(version: TagVersion) -> str:
    return f"{version.precision} component{'s' if version.precision > 1 else ''}"


def _counted(version: TagVersion, deployed: TagVersion | None) -> str:
    """Why a tag cannot be the next version: it counts builds or days, and what is deployed does not."""
    first, *others = version.release
    if version.layout or (others and not deployed):
        return ""
    before = deployed.release[0] if deployed else 0
    if len(str(first)) >= max(DATE_DIGITS, len(str(before)) + 2):  # 9999 goes on to 10000, and not to a date
        return "looks like a date or a build number, not a version"
    if _is_dated(version) and before < YEARS.start:
        return "looks like a date, the current tag does not"
    return ""


def _is_dated(version: TagVersion) -> bool:
    """Whether a version looks like a year and a month, and is not read as a date."""
    release = version.release
    return not version.layout and len(release) > 1 and release[0] in YEARS and release[1] <= MONTHS


def _shown(suffix: str) -> str:
    return suffix or "none"
