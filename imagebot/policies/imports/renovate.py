"""Renovate: the rules for images of a configuration file.

Source: https://docs.renovatebot.com/configuration-options/ and https://docs.renovatebot.com/docker/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Draft, Imported, Ledger, Origin, unique
from imagebot.policies.imports.overlaps import Part, parts
from imagebot.policies.imports.renovate_left import leave_presets
from imagebot.policies.imports.renovate_rules import EVERY, applied
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
    wanted = [Part(EVERY, everywhere, -1)]
    for number, rule in enumerate(setup.rules):
        wanted += _parts(rule, number, everywhere)
    ordered, lost = parts(wanted)
    for one, two in lost:
        _leave_overlap(setup, one, two)
    taken: set[str] = set()
    drafts = []
    for _, group in groupby((_outcome(setup, base, part, everywhere) for part in ordered), key=_alike):
        alike = list(group)
        if alike[0].rules or base.enabled:
            drafts.append(_draft(setup, alike, taken))
    return drafts


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What becomes of a part.

    Attributes:
        rules: Those that hold it whole, in the order in which they count.
        problem: Why nothing is proposed for it, where a policy cannot say what should be.
    """

    part: Part
    rules: tuple[int, ...]
    effective: Effective
    tags: Mapping[str, Any]
    min_age: str = ""
    problem: str = ""


def _alike(outcome: _Outcome) -> object:
    """What neighbours must have in common to be one policy."""
    tags = {key: repr(value) for key, value in outcome.tags.items()}
    if tags == {key: repr(value) for key, value in NEVER.items()} and not outcome.problem:
        return outcome.part.paths, tags
    return outcome.part.paths, outcome.rules, outcome.effective


def _outcome(setup: SetUp, base: Effective, part: Part, everywhere: tuple[str, ...]) -> _Outcome:
    rules = tuple(
        number
        for number, rule in enumerate(setup.rules)
        if any(one.holds(part) for one in _parts(rule, number, everywhere))
    )
    effective = base
    for number in rules:
        effective = setup.rules[number].change(effective)
    try:
        tags = renovate_tags(effective)
        age = min_age(effective.age)
    except NotExpressible as problem:
        return _Outcome(part, rules, effective, NEVER, problem=str(problem))
    return _Outcome(part, rules, effective, tags, age)


def _parts(rule: Rule, number: int, everywhere: tuple[str, ...]) -> list[Part]:
    return [Part(image, rule.found.paths or everywhere, number) for image in rule.found.images]


def _draft(setup: SetUp, alike: list[_Outcome], taken: set[str]) -> Draft:
    found = alike[0]
    at = _origin(setup, tuple(sorted({number for one in alike for number in one.rules})), found.rules)
    images = tuple(one.part.image for one in alike)
    name = unique(_name(at, images[0]), taken)

    def leave(id: str, what: str, why: str, instead: str) -> None:  # noqa: A002 - the word of the JSON format
        setup.ledger.leave(at, id, what, why=why, instead=instead, policy=name)

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


def _leave_overlap(setup: SetUp, one: Part, two: Part) -> None:
    first, second = sorted((one, two), key=lambda part: part.origin)
    at = setup.rules[second.origin].at
    other = setup.rules[first.origin].at if first.origin >= 0 else at
    setup.ledger.leave(
        at,
        "overlap",
        f"{at.what} and {other.what} (line {other.line}) overlap in part",
        why="in Renovate both count for what they match together; here the first policy does",
        instead="write a policy for the images or files that both match, before the two",
    )
