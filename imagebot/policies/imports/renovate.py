"""Renovate: the rules for images of a configuration file.

Source: https://docs.renovatebot.com/configuration-options/ and https://docs.renovatebot.com/docker/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Draft, Imported, Ledger, Origin, unique
from imagebot.policies.imports.overlaps import Part, Parts, parts
from imagebot.policies.imports.renovate_left import leave_presets
from imagebot.policies.imports.renovate_rules import EVERY, applied, stricter
from imagebot.policies.imports.renovate_setup import Rule, SetUp, base_paths, read_setup
from imagebot.policies.imports.renovate_tags import NEVER, Effective, min_age, renovate_tags
from imagebot.untrusted import clean

DIFFERENCES = (
    "Renovate reads the files of its managers only, imagebot every file that names an image: write `paths`.",
    "Renovate never changes a suffix; imagebot takes -alpine3.19 and -alpine3.20 for one family.",
    "imagebot lets a pre-release move on to its release.",
    "imagebot keeps a prefix `v`, and goes forward however large the step.",
    "Each major version gets a proposal of its own; Renovate proposes the newest one only.",
    "A digest beside a tag that is no version (latest@sha256:...) is held: write `order: digest` for it.",
)


def import_renovate(files: Mapping[str, bytes]) -> Imported:
    """Policies for the images that Renovate manages."""
    ledger = Ledger()
    setup = read_setup(files, ledger)
    drafts: list[Draft] = []
    if setup is not None:
        base = leave_presets(setup.source, setup.root, ledger, Effective())
        base = applied(base, setup.root, frozenset())
        everywhere = base_paths(setup)
        drafts = [] if everywhere is None else _drafts(setup, base, everywhere)
    return Imported(tuple(drafts), tuple(ledger.leftovers), DIFFERENCES)


def _drafts(setup: SetUp, base: Effective, everywhere: tuple[str, ...]) -> list[Draft]:
    whole = Part(EVERY, everywhere, -1)
    wanted = [whole]
    for number, rule in enumerate(setup.rules):
        for part in (*rule.parts(number), *rule.left_out(number)):
            with suppress(NotExpressible):
                wanted += whole.common(part)
    found = parts(wanted)
    taken: set[str] = set()
    drafts = []
    for _, group in groupby((_outcome(setup, base, part, found) for part in found.found), key=_alike):
        alike = list(group)
        if alike[0].rules or base.enabled:
            drafts.append(_draft(setup, alike, taken))
    return drafts


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What becomes of a part.

    Attributes:
        rules: Those that hold it whole, in the order in which they count.
        perhaps: Those that hold some of it, or may, and change something.
        problem: Why nothing is proposed for it, where a policy cannot say what should be.
    """

    part: Part
    rules: tuple[int, ...]
    perhaps: tuple[int, ...]
    effective: Effective
    tags: Mapping[str, Any]
    min_age: str = ""
    problem: str = ""


def _alike(outcome: _Outcome) -> object:
    """What neighbours must have in common to be one policy."""
    tags = {key: repr(value) for key, value in outcome.tags.items()}
    if tags == {key: repr(value) for key, value in NEVER.items()} and not (
        outcome.problem or outcome.perhaps
    ):
        return outcome.part.paths, tags
    return outcome.part.paths, outcome.rules, outcome.perhaps, outcome.effective


def _outcome(setup: SetUp, base: Effective, part: Part, found: Parts) -> _Outcome:
    rules, perhaps = [], []
    effective = base
    for number, rule in enumerate(setup.rules):
        holds = _holds(rule, number, part, found)
        after = rule.change(effective)
        if holds is None and (after := stricter(effective, after)) != effective:
            perhaps.append(number)
        if holds:
            rules.append(number)
        effective = effective if holds is False else after
    sure = (part, tuple(rules), tuple(perhaps), effective)
    try:
        return _Outcome(*sure, renovate_tags(effective), min_age(effective.age))
    except NotExpressible as problem:
        return _Outcome(*sure, NEVER, problem=str(problem))


def _holds(rule: Rule, number: int, part: Part, found: Parts) -> bool | None:
    """Whether a rule counts for what a part governs; None where it does for some of it, or may."""
    out = rule.left_out(number)
    own = [one for one in rule.parts(number) if not found.takes_from(one, part)]
    if not own or any(one.holds(part) for one in out):
        return False
    whole = any(one.holds(part) for one in own) and all(found.takes_from(one, part) for one in out)
    return True if whole and not rule.found.unsure else None


def _draft(setup: SetUp, alike: list[_Outcome], taken: set[str]) -> Draft:
    found = alike[0]
    at = _origin(setup, tuple(sorted({number for one in alike for number in one.rules})), found.rules)
    images = tuple(one.part.image for one in alike)
    name = unique(_name(at, images[0]), taken)

    def leave(id: str, what: str, why: str, instead: str) -> None:  # noqa: A002 - the word of the JSON format
        setup.ledger.leave(at, id, what, why=why, instead=instead, policy=name)

    for number in found.perhaps:
        _leave_perhaps(setup, number, at, name)
    if found.problem:
        leave(
            "tags", f"what {at.what} select", f"{found.problem}; nothing is proposed", "write `tags` by hand"
        )
    if found.tags == NEVER:
        return Draft(name, at, images, NEVER, found.part.paths)
    if found.effective.versioning == "loose":
        leave(
            "loose", "`versioning: loose`", "imagebot takes versions only", "look at `imagebot explain IMAGE`"
        )
    widened = {glob for number in found.rules for glob in setup.rules[number].found.widened}
    for glob in sorted(widened & set(images)):
        what, instead = f"the glob {clean(repr(glob), 80)}", "name the images one by one if that is too much"
        leave("glob", what, "here * also matches /", instead)
    effective = found.effective
    return Draft(
        name, at, images, found.tags, found.part.paths, effective.pin, effective.refresh, found.min_age
    )


def _name(at: Origin, image: str) -> str:
    """After the image, else after the rule."""
    last = image.rpartition("/")[2].replace("*", "")
    rule = re.search(r"packageRules\[([0-9]+)\]$|`([\w-]+)`$", at.what)
    own = last or (f"rule-{rule[1]}" if rule and rule[1] else rule[2] if rule else "")
    return f"renovate-{re.sub('[^A-Za-z0-9._-]', '-', own)[:40]}" if own else "renovate"


def _origin(setup: SetUp, rules: tuple[int, ...], first: tuple[int, ...]) -> Origin:
    """The place of the last rule of the first part, and the names of all rules."""
    if not rules:
        return setup.at(setup.root, "Renovate's settings for all images")
    return replace(setup.rules[first[-1]].at, what=", ".join(setup.rules[number].at.what for number in rules))


def _leave_perhaps(setup: SetUp, number: int, at: Origin, name: str) -> None:
    """Name a rule that was taken for a part of which it may match less."""
    rule = setup.rules[number]
    unsure = "; ".join(rule.found.unsure)
    setup.ledger.leave(
        rule.at,
        "overlap",
        f"{rule.at.what} may match only some of what {at.what} (line {at.line}) match"
        if not unsure
        else f"{rule.at.what} may match less than this policy does",
        why=f"{unsure or 'no few globs name what both match'}; the policy has the stricter of both",
        instead="write a policy for the images or files that it is about, before this one",
        policy=name,
    )
