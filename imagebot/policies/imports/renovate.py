"""Renovate: the rules for images of a configuration file.

Source: https://docs.renovatebot.com/configuration-options/ and https://docs.renovatebot.com/docker/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.imported import Draft, Imported, Ledger, Origin, unique
from imagebot.policies.imports.overlaps import Part, grouped, parts
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
    settings = [(part, _holding(setup, part, everywhere)) for part in ordered]
    for group in grouped(settings):
        part, rules = group[0]
        effective = base
        for number in rules:
            effective = setup.rules[number].change(effective)
        if rules or effective.enabled:
            drafts.append(_draft(setup, [one.image for one, _ in group], part, rules, effective, taken))
    return drafts


def _parts(rule: Rule, number: int, everywhere: tuple[str, ...]) -> list[Part]:
    return [Part(image, rule.found.paths or everywhere, number) for image in rule.found.images]


def _holding(setup: SetUp, part: Part, everywhere: tuple[str, ...]) -> tuple[int, ...]:
    """The rules that hold a part whole, in the order in which they count."""
    return tuple(
        number
        for number, rule in enumerate(setup.rules)
        if any(one.holds(part) for one in _parts(rule, number, everywhere))
    )


def _draft(
    setup: SetUp,
    images: list[str],
    part: Part,
    rules: tuple[int, ...],
    effective: Effective,
    taken: set[str],
) -> Draft:
    at = _origin(setup, rules)
    last = images[0].rpartition("/")[2].replace("*", "") or (f"rule-{rules[-1]}" if rules else "")
    name = unique(f"renovate-{clean(last, 40)}" if last else "renovate", taken)
    try:
        tags, age = renovate_tags(effective), min_age(effective.age)
    except NotExpressible as problem:
        why, instead = f"{problem}; nothing is proposed", "write `tags` by hand"
        what = f"what {at.what} select"
        setup.ledger.leave(at, "tags", what, why=why, instead=instead, policy=name)
        return Draft(name, at, tuple(images), NEVER, part.paths)
    if tags == NEVER:
        return Draft(name, at, tuple(images), NEVER, part.paths)
    if effective.versioning == "loose":
        why, instead = "imagebot takes versions only", "see what `imagebot explain` says of the images"
        setup.ledger.leave(at, "loose", "`versioning: loose`", why=why, instead=instead, policy=name)
    for glob in setup.rules[part.origin].found.widened if part.origin >= 0 else ():
        why, instead = "here * also matches /", "name the images one by one if that is too much"
        setup.ledger.leave(
            at, "glob", f"the glob {clean(repr(glob), 80)}", why=why, instead=instead, policy=name
        )
    return Draft(name, at, tuple(images), tags, part.paths, effective.pin, effective.refresh, age)


def _origin(setup: SetUp, rules: tuple[int, ...]) -> Origin:
    """The place of the last rule, and the names of all."""
    if not rules:
        return setup.at(setup.root, "Renovate's settings for all images")
    found = [setup.rules[number].at for number in rules]
    return replace(found[-1], what=", ".join(at.what for at in found))


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
