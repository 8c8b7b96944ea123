"""Which tag a policy selects, and for every other tag the first rule that rejected it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import translate
from types import MappingProxyType

from imagebot.policies.policy import Selection, SelectionStep, TagRules, Verdict
from imagebot.references.image import is_version
from imagebot.references.version import TagVersion
from imagebot.untrusted import clean

STEPS: tuple[SelectionStep, ...] = ("major", "minor", "patch")

CHOICES = frozenset({"prereleases", "range", "max-step", "min-age", "platforms", "verify"})
"""Rules that a team chose for versions that are comparable; the other rules say "another kind of tag"."""

DATE_DIGITS = 5
"""A lone number of so many digits is a date or a build number, never the next version of ``8``."""


@dataclass(frozen=True, slots=True)
class _Judge:
    """The rules of a policy and the version that is deployed, if there is one."""

    rules: TagRules
    ignored: tuple[tuple[str, re.Pattern[str]], ...]
    deployed: TagVersion | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """A tag, the version it was read as, and the verdict of the rule that rejected it, if one did."""

    tag: str
    version: TagVersion | None
    rejection: Verdict | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every tag judged by the rules of a policy, before anything is known of the images behind them.

    Attributes:
        accepted: Tags that every rule lets through, newest first.
    """

    accepted: tuple[str, ...]
    _current: str | None
    _deployed: TagVersion | None
    _judged: tuple[_Judged, ...]

    def selection(self, rejected: Mapping[str, Verdict] = MappingProxyType({})) -> Selection:
        """The newest accepted tag, and a verdict for every tag.

        Args:
            rejected: Verdicts on accepted tags whose images turned out not to be what the policy asks for.
        """
        judged = [
            replace(item, rejection=rejected[item.tag]) if item.tag in rejected else item
            for item in self._judged
        ]
        accepted = [item for item in judged if item.rejection is None]
        accepted.sort(key=_age, reverse=True)
        newest = accepted[0] if accepted else None
        moves = newest is not None and newest.tag != self._current and self._deployed is not None
        return Selection(
            selected=newest.tag if newest else None,
            candidates=(*_praise(accepted, self._current), *_newest_first(judged)),
            step=_step(self._deployed, newest.version) if moves and newest else None,
            passed_over=tuple(_passed_over(judged, newest)) if newest else (),
        )


def rank(rules: TagRules, tags: Iterable[str], current: str | None) -> Ranking:
    """Judge every tag; the outcome does not depend on their order, and nothing older is ever accepted.

    Args:
        rules: Rules with ``order: semver``.
        tags: Tags of the repository; duplicates do not matter.
        current: Tag that is deployed now. Without one there is no family, precision or step to
            keep, and ``variant: same`` means no suffix.
    """
    ignored = tuple((glob, re.compile(translate(glob))) for glob in rules.ignore)
    deployed = _read(rules, current) if current is not None else None
    if current is not None and deployed is None:
        judged = [_Judged(tag, None, _no_way_from(tag, current)) for tag in sorted(set(tags))]
    else:
        judge = _Judge(rules, ignored, deployed)
        judged = [_judged(judge, tag, current) for tag in sorted(set(tags))]
    accepted = sorted((item for item in judged if item.rejection is None), key=_age, reverse=True)
    return Ranking(tuple(item.tag for item in accepted), current, deployed, tuple(judged))


def select(rules: TagRules, tags: Iterable[str], current: str | None) -> Selection:
    """Judge every tag and select the newest one that every rule lets through."""
    return rank(rules, tags, current).selection()


def _judged(judge: _Judge, tag: str, current: str | None) -> _Judged:
    """Ask one rule after the other; the first that objects decides."""
    if not is_version(tag):
        return _Judged(tag, None, _rejected(tag, "tag", "not a valid tag"))
    glob = next((glob for glob, regex in judge.ignored if regex.match(tag)), None)
    if glob is not None:
        return _Judged(tag, None, _rejected(tag, "ignore", f"ignored by {glob!r}"))
    if judge.rules.match is not None and judge.rules.match.fullmatch(tag) is None:
        reason = f"does not match {judge.rules.match.pattern!r}"
        return _Judged(tag, None, _rejected(tag, "match", reason))
    version = _read(judge.rules, tag)
    if version is None:
        return _Judged(tag, None, _rejected(tag, "version", "not a version"))
    for rule, objection in _RULES:
        if reason := objection(judge, version):
            if tag == current and rule == "forward":
                continue
            return _Judged(tag, version, _rejected(tag, rule, reason))
    return _Judged(tag, version, None)


def _read(rules: TagRules, tag: str) -> TagVersion | None:
    """The version in a tag: of the named group, else of group ``version``, else of the whole tag."""
    if rules.match is None:
        return TagVersion.parse(tag)
    match = rules.match.fullmatch(tag)
    if match is None:
        return None
    group = rules.by or ("version" if "version" in rules.match.groupindex else None)
    return TagVersion.parse((match[group] or "") if group else tag)


def _prefix(judge: _Judge, version: TagVersion) -> str:
    if judge.deployed is None or version.prefix == judge.deployed.prefix:
        return ""
    return f"prefix {version.prefix!r}, the current tag has {judge.deployed.prefix!r}"


def _variant(judge: _Judge, version: TagVersion) -> str:
    """A numbered family is one family only when its words agree."""
    wanted = judge.rules.variant
    if wanted == "any":
        return ""
    if wanted == "same":
        kept = judge.deployed.family if judge.deployed else ""
        if version.family == kept:
            return ""
        return f"other suffix family: {_shown(version.family)}, the current tag has {_shown(kept)}"
    suffix = _suffix(version)
    return "" if suffix == wanted else f"suffix {_shown(suffix)}, the policy wants {_shown(wanted)}"


def _suffix(version: TagVersion) -> str:
    """The suffix as written: the family with its numbers filled in."""
    numbers = iter(version.numbers)
    return re.sub("#", lambda _: str(next(numbers)), version.family)


def _precision(judge: _Judge, version: TagVersion) -> str:
    deployed = judge.deployed
    if version.precision == 1 and _is_date(version) and not (deployed and _is_date(deployed)):
        return "looks like a date or a build number, not a version"
    if deployed is None or judge.rules.precision == "any" or version.precision == deployed.precision:
        return ""
    return f"{_components(version)}, the current tag has {deployed.precision}"


def _prereleases(judge: _Judge, version: TagVersion) -> str:
    allowed = judge.rules.prereleases
    if not version.prerelease or allowed is True:
        return ""
    deployed = judge.deployed
    if deployed and deployed.prerelease and deployed.padded == version.padded:
        return ""  # nobody stays stuck on -rc1
    word = version.prerelease[0]
    if allowed and word in allowed:
        return ""
    return f"pre-release ({word})"


def _range(judge: _Judge, version: TagVersion) -> str:
    wanted = judge.rules.range
    return "" if wanted is None or wanted.contains(version) else f"outside {wanted.text}"


def _forward(judge: _Judge, version: TagVersion) -> str:
    if judge.deployed is None:
        return ""
    new, old = _comparable(version), _comparable(judge.deployed)
    if new > old:
        return ""
    return f"older than the current {judge.deployed.text}" if new < old else "same version as the current tag"


def _max_step(judge: _Judge, version: TagVersion) -> str:
    if judge.deployed is None:
        return ""
    step = _step(judge.deployed, version)
    if step == "other" or STEPS.index(step) >= STEPS.index(judge.rules.max_step):
        return ""
    return f"{step} step; max-step is {judge.rules.max_step}"


_RULES: Sequence[tuple[str, Callable[[_Judge, TagVersion], str]]] = (
    ("prefix", _prefix),
    ("variant", _variant),
    ("precision", _precision),
    ("forward", _forward),
    ("prereleases", _prereleases),
    ("range", _range),
    ("max-step", _max_step),
)
"""Asked in this order: first whether a tag is comparable and newer at all, then whether it is allowed."""


def _step(old: TagVersion | None, new: TagVersion | None) -> SelectionStep:
    """The first number that differs: first major, second minor, else patch.

    ``other`` is a move of suffix or pre-release only, and one from a pre-release to its release.
    """
    pairs = zip(old.padded, new.padded, strict=True) if old and new else ()
    place = next((place for place, (a, b) in enumerate(pairs) if a != b), None)
    return "other" if place is None else STEPS[min(place, 2)]


def _comparable(version: TagVersion) -> tuple[object, ...]:
    return (version.precedence, version.numbers)


def _age(item: _Judged) -> tuple[object, ...]:
    """Newest is largest; equal versions are told apart by the whole tag."""
    version = item.version
    return (version.precedence, version.numbers, item.tag) if version else ((), (), item.tag)


def _praise(accepted: Sequence[_Judged], current: str | None) -> Iterator[Verdict]:
    for place, item in enumerate(accepted):
        newer = f"{accepted[0].tag} is newer"
        if item.tag == current:
            reason = f"current; {newer}" if place else "current, and the newest allowed"
        else:
            reason = f"allowed; {newer}" if place else "newest allowed"
        yield Verdict(item.tag, accepted=True, reason=reason)


def _newest_first(judged: Iterable[_Judged]) -> list[Verdict]:
    """Rejected versions by age, then what is no version, by text."""
    versions = [item for item in judged if item.rejection and item.version]
    versions.sort(key=_age, reverse=True)
    others = [item for item in judged if item.rejection and not item.version]
    return [item.rejection for item in (*versions, *others) if item.rejection]


def _passed_over(judged: Iterable[_Judged], newest: _Judged) -> Iterator[Verdict]:
    newer = [item for item in judged if item.version and _age(item) > _age(newest)]
    for item in sorted(newer, key=_age, reverse=True):
        if item.rejection and item.rejection.rule in CHOICES:
            yield item.rejection


def _no_way_from(tag: str, current: str) -> Verdict:
    reason = (
        f"the current tag {clean(current, 60)!r} is not a version under this policy; write the tag to "
        "start from, or follow it with `order: digest`"
    )
    return _rejected(tag, "version", reason)


def _rejected(tag: str, rule: str, reason: str) -> Verdict:
    return Verdict(tag, accepted=False, reason=reason, rule=rule)


def _components(version: TagVersion) -> str:
    return f"{version.precision} component{'s' if version.precision > 1 else ''}"


def _is_date(version: TagVersion) -> bool:
    return len(str(version.release[0])) >= DATE_DIGITS


def _shown(suffix: str) -> str:
    return suffix or "none"
