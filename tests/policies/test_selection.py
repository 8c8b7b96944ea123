from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from random import Random
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.pattern import Pattern
from imagebot.policies.policy import Dated, Selection, TagRules
from imagebot.policies.reading import Read, Reader
from imagebot.policies.selection import select
from imagebot.references.orders.order import Key
from imagebot.references.ranges import Range

V = Pattern.parse(r"^v(?P<version>\d+\.\d+\.\d+)$")
BRANCH = Pattern.parse(r"(?P<branch>\w+)-(?P<number>[0-9.]+)-\w+")


@pytest.mark.parametrize(
    ("rules", "current", "tags", "selected"),
    [
        pytest.param(TagRules(), "1.4.2", "1.4.1 1.4.2 1.5.0 1.10.0 1.9.0", "1.10.0", id="newest-by-value"),
        pytest.param(TagRules(), "1.4.2", "1.4.2 1.4.1", "1.4.2", id="current-is-newest"),
        pytest.param(TagRules(), "1.4.2", "1.4.1 1.3.0", None, id="current-is-gone-and-nothing-newer"),
        pytest.param(TagRules(), "1.4.2", "", None, id="no-tags"),
        pytest.param(TagRules(range=Range.parse(">=1.4 <2")), "1.4.2", "1.5.0 2.0.0", "1.5.0", id="range"),
        pytest.param(TagRules(range=Range.parse("<2")), "3.0.0", "1.5.0 3.0.0 3.1.0", None, id="never-back-into-range"),
        pytest.param(TagRules(range=Range.parse(">=2")), "1.0.0", "1.5.0 2.1.0", "2.1.0", id="forward-into-range"),
        pytest.param(TagRules(), "v1.2.3", "1.2.4 v1.2.5", "v1.2.5", id="prefix-kept"),
        pytest.param(TagRules(), "1.2.3", "v1.2.4", None, id="no-prefix-gained"),
        pytest.param(TagRules(), "1.2", "1.3 1.3.1 2", "1.3", id="precision-kept"),
        pytest.param(TagRules(precision="any"), "1.2", "1.3 1.3.1 2", "2", id="any-precision"),
        pytest.param(TagRules(), "1.27.1-alpine", "1.27.2 1.27.2-alpine", "1.27.2-alpine", id="suffix-kept"),
        pytest.param(
            TagRules(), "1.27.1-alpine3.19", "1.27.1-alpine3.20 1.27.2-alpine3.18 1.27.2-alpine", "1.27.2-alpine3.18", id="version-before-suffix"
        ),
        pytest.param(TagRules(), "1.27.1-alpine3.19", "1.27.1-alpine3.20", "1.27.1-alpine3.20", id="suffix-number-moves"),
        pytest.param(TagRules(), "1.27.1-alpine", "1.27.2-alpine3.20", None, id="numbered-suffix-is-another-family"),
        pytest.param(TagRules(variant="any"), "1.0.0", "1.1.0-slim", "1.1.0-slim", id="any-variant"),
        pytest.param(TagRules(variant="-slim"), "1.0.0", "1.1.0 1.0.5-slim", "1.0.5-slim", id="literal-variant"),
        pytest.param(TagRules(variant=""), "1.0.0-slim", "1.1.0 1.2.0-slim", "1.1.0", id="no-variant"),
        pytest.param(TagRules(), "1.0.0", "1.1.0-rc1", None, id="no-prereleases"),
        pytest.param(TagRules(prereleases=True), "1.0.0", "1.1.0-rc1 1.1.0-beta", "1.1.0-rc1", id="prereleases"),
        pytest.param(TagRules(prereleases=("beta",)), "1.0.0", "1.1.0-rc1 1.1.0-beta", "1.1.0-beta", id="named-prereleases"),
        pytest.param(TagRules(), "1.5.0-rc1", "1.5.0-rc2 1.6.0-rc1", "1.5.0-rc2", id="candidate-to-candidate"),
        pytest.param(TagRules(), "1.5.0-rc1", "1.5.0-rc2 1.5.0", "1.5.0", id="candidate-to-release"),
        pytest.param(TagRules(), "1.5.0-rc1", "1.6.1 1.5.0", "1.6.1", id="candidate-beyond"),
        pytest.param(TagRules(range=Range.parse("<2"), prereleases=True), "1.9.0", "2.0.0-rc1", None, id="range-keeps-next-major-out"),
        pytest.param(TagRules(max_step="minor"), "1.4.2", "1.9.0 2.0.0", "1.9.0", id="max-step-minor"),
        pytest.param(TagRules(max_step="patch"), "1.4.2", "1.4.9 1.5.0", "1.4.9", id="max-step-patch"),
        pytest.param(TagRules(ignore=("*-debug", "1.5.*")), "1.4.2", "1.5.0 1.4.3", "1.4.3", id="ignore"),
        pytest.param(TagRules(match=V), "v1.2.3", "v1.2.4 v1.3.0-rc1 nightly", "v1.2.4", id="match-with-version-group"),
        pytest.param(TagRules(match=BRANCH, by=("number",)), "main-1.2-abc", "main-1.3-def dev-1.2-x", "main-1.3-def", id="match-by-group"),
        pytest.param(TagRules(match=Pattern.parse(r"\d+\.\d+")), "1.2", "1.3 1.3.1", "1.3", id="match-without-group"),
        pytest.param(TagRules(), "8", "9 20240115 10", "10", id="date-is-no-version"),
        pytest.param(TagRules(), "20240115", "20240116 9", "20240116", id="date-moves-to-date"),
        pytest.param(TagRules(), "latest", "1.0.0 latest", None, id="no-way-from-a-word"),
        pytest.param(TagRules(), None, "1.0.0 1.1.0-slim 1.0.5", "1.0.5", id="without-current"),
        pytest.param(TagRules(), "1.2.3", "1.2.4\n é 1.2.5!", None, id="hostile-tags"),
        pytest.param(TagRules(), "1.2.3", "9f8e7d6 main latest", None, id="words-and-commits"),
        pytest.param(TagRules(), "1.9", "1.10 1.9", "1.10", id="looks-like-a-float"),
        pytest.param(TagRules(), "1.2.3+up1", "1.2.3+up2 1.2.4+up9 1.2.4-rc1+x", "1.2.4+up9", id="build-of-a-chart"),
        pytest.param(TagRules(), "1.2.3+up1", "1.2.3+up1 1.2.3+up2 1.2.3", "1.2.3+up1", id="build-alone-moves-nothing"),
        pytest.param(TagRules(), "1.2.3", "1.2.4+up1", "1.2.4+up1", id="build-is-no-suffix"),
        pytest.param(TagRules(range=Range.parse("^1.2")), "1.2.3+a", "2.0.0+b 1.3.0+c", "1.3.0+c", id="build-and-range"),
    ],
)  # fmt: skip
def test_the_right_tag_is_selected(
    rules: TagRules, current: str | None, tags: str, selected: str | None
) -> None:
    assert select(rules, tags.split(" ") if tags else [], current).selected == selected


@pytest.mark.parametrize(
    ("rules", "current", "tag", "rule", "reason"),
    [
        (TagRules(), "1.0.0", "a b", "tag", "not a valid tag"),
        (TagRules(ignore=("*-debug",)), "1.0.0", "1.1.0-debug", "ignore", "ignored by '*-debug'"),
        (TagRules(match=V), "v1.0.0", "1.1.0", "match", "does not match '^v"),
        (TagRules(), "1.0.0", "latest", "version", "not a version"),
        (TagRules(), "1.0.0", "v1.1.0", "prefix", "prefix 'v', the current tag has ''"),
        (TagRules(), "1.0.0", "1.1.0-alpine", "variant", "other suffix family: -alpine, the current tag has none"),
        (TagRules(variant="-slim"), "1.0.0", "1.1.0", "variant", "suffix none, the policy wants -slim"),
        (TagRules(), "1.0", "1.1.0", "precision", "3 components, the current tag has 2"),
        (TagRules(), "8", "20240115", "precision", "looks like a date"),
        (TagRules(), "1.1.0", "1.0.0", "forward", "older than the current 1.1.0"),
        (TagRules(), "1.0.0", "1.1.0-rc1", "prereleases", "pre-release (rc)"),
        (TagRules(range=Range.parse("<2")), "1.0.0", "2.0.0", "range", "outside <2"),
        (TagRules(max_step="minor"), "1.0.0", "2.0.0", "max-step", "major step; max-step is minor"),
        (TagRules(), "latest", "1.0.0", "version", "the current tag 'latest' is not a version"),
    ],
)  # fmt: skip
def test_a_rejected_tag_says_the_first_rule_and_why(
    rules: TagRules, current: str, tag: str, rule: str, reason: str
) -> None:
    (verdict,) = select(rules, [tag], current).candidates

    assert not verdict.accepted
    assert verdict.rule == rule
    assert reason in verdict.reason


def test_candidates_come_newest_first_the_accepted_before_the_rejected() -> None:
    tags = ["1.4.1", "1.4.2", "1.5.0", "2.0.0", "1.6.0", "main"]

    selection = select(TagRules(range=Range.parse("<2")), tags, "1.4.2")

    assert [v.tag for v in selection.candidates] == ["1.6.0", "1.5.0", "1.4.2", "2.0.0", "1.4.1", "main"]
    assert [v.reason for v in selection.candidates[:3]] == [
        "newest allowed",
        "allowed; 1.6.0 is newer",
        "current; 1.6.0 is newer",
    ]


def test_what_was_passed_over_is_newer_comparable_and_a_choice_of_the_policy() -> None:
    tags = ["1.4.2", "1.5.0", "1.5.0-rc1", "1.6.0-rc1", "2.0.0", "v3.0.0", "3.0.0-slim", "latest", "1.4.1"]

    selection = select(TagRules(range=Range.parse("<2")), tags, "1.4.2")

    assert [v.tag for v in selection.passed_over] == ["2.0.0", "1.6.0-rc1"]


@pytest.mark.parametrize(
    ("current", "tag", "step"),
    [
        ("1.4.2", "2.0.0", "major"),
        ("1.4.2", "1.5.0", "minor"),
        ("1.4.2", "1.4.3", "patch"),
        ("1.4.2.1", "1.4.2.2", "patch"),
        ("1.0-alpine3.19", "1.0-alpine3.20", "other"),
        ("1.5.0-rc1", "1.5.0", "other"),
        ("1.4.2", "1.4.2", None),
    ],
)
def test_the_step_is_the_first_number_that_differs(current: str, tag: str, step: str | None) -> None:
    assert select(TagRules(), [tag], current).step == step


numbers = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(lambda found: ".".join(map(str, found)))
versions = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "v"]),
    numbers,
    st.sampled_from(["", "", "-rc1", "-rc.2", "-beta1", "b2", "-snapshot", "-dev.3"]),
    st.sampled_from(
        ["", "", "-alpine", "-alpine3.19", "-alpine3.20", "-1", "-jdk17", "-jdk21", "-7f3a9c1", ".Final"]
    ),
)
days = st.dates(date(2023, 11, 1), date(2024, 3, 31))
dates = st.builds(
    lambda form, day, rest: f"{day:{form}}{rest}",
    st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y%m%d", "%y.%m", "%Y%m%d-1030", "nightly-%Y%m%d"]),
    days,
    st.sampled_from(["", "", "-alpine", "-alpine3.19", "b1"]),
)
branches = st.builds(
    "{}-{}-{}".format, st.sampled_from(["main", "dev"]), numbers, st.sampled_from(["7f3a9c1", "8e2b7d3"])
)
tags = (
    versions
    | dates
    | branches
    | numbers
    | st.sampled_from(["latest", "main", "9f8e7d6", "a b", "1.0.post1", "1.0.dev3"])
)

match = st.sampled_from(
    [
        None,
        Pattern.parse(r"v?(?P<version>.+)"),
        Pattern.parse(r"(?P<version>[0-9.]+)(?P<variant>-[a-z0-9.]+)?"),
        Pattern.parse(r"(?P<variant>main|dev)-(?P<version>[0-9.]+)-.*"),
    ]
)
by_version = st.builds(
    TagRules,
    order=st.sampled_from(["semver", "calver", "pep440"]),
    match=match,
    variant=st.sampled_from(["same", "any", "-alpine"]),
    precision=st.sampled_from(["same", "any"]),
    prereleases=st.sampled_from([False, True, ("rc",), ("beta",), ("rc", "beta", "dev")]),
    max_step=st.sampled_from(["major", "minor", "patch"]),
    range=st.none() | st.sampled_from([Range.parse(">=1 <9"), Range.parse("^1 || 2024.x")]),
    ignore=st.sampled_from([(), ("*-alpine",)]),
)
by_two_groups = st.builds(
    TagRules,
    order=st.sampled_from(["semver", "pep440", "numerical", "alphabetical"]),
    match=st.just(Pattern.parse(r"v?(?P<a>\d+)\.(?P<b>\d+).*")),
    by=st.sampled_from([("a", "b"), ("b", "a"), ("b",)]),
)
plain = st.builds(
    TagRules,
    order=st.sampled_from(["numerical", "alphabetical", "created"]),
    match=match,
    variant=st.sampled_from(["same", "any"]),
)
rules = by_version | by_two_groups | plain
offers = st.lists(tags, max_size=14)


def dated(tag: str) -> Dated | None:
    """A date for most tags, whatever they are, and the same whenever it is asked for."""
    seed = crc32(tag.encode())
    return Dated(datetime(2024, 1, 1 + seed % 28, tzinfo=UTC), "said") if seed % 5 else None


def chosen(rule: TagRules, offered: Iterable[str], current: str | None) -> Selection:
    found = list(offered)
    known = {tag: at for tag in [*found, current or ""] if (at := dated(tag))}
    return select(rule, found, current, known if rule.order == "created" else {})


def key(rule: TagRules, tag: str) -> Key:
    at = dated(tag)
    read = Reader(rule, {tag: at} if at else {}).deployed(tag)
    assert isinstance(read, Read)
    return read.key


@given(rules, offers, st.none() | tags, st.randoms(use_true_random=False), st.integers(1, 3))
def test_neither_order_nor_duplicates_of_the_tags_matter(
    rule: TagRules, offered: list[str], current: str | None, random: Random, times: int
) -> None:
    again = offered * times
    random.shuffle(again)

    assert chosen(rule, offered, current) == chosen(rule, again, current)


@given(rules, offers, tags)
def test_nothing_older_is_ever_selected(rule: TagRules, offered: list[str], current: str) -> None:
    selected = chosen(rule, offered, current).selected

    if selected not in {None, current}:
        assert key(rule, str(selected)) > key(rule, current)


@given(rules, offers, st.none() | tags)
def test_every_tag_gets_exactly_one_verdict(rule: TagRules, offered: list[str], current: str | None) -> None:
    selection = chosen(rule, offered, current)

    assert sorted(v.tag for v in selection.candidates) == sorted(set(offered))
    assert (selection.selected is None) == (not any(v.accepted for v in selection.candidates))
    assert all(bool(v.rule) != v.accepted and v.reason for v in selection.candidates)


@given(rules, offers, tags)
def test_selecting_again_from_what_was_selected_moves_nothing(
    rule: TagRules, offered: list[str], current: str
) -> None:
    first = chosen(rule, offered, current).selected

    if first is not None and not set(rule.ignore):
        assert chosen(rule, offered, first).selected == first


@given(rules, offers, st.none() | tags, tags)
def test_a_tag_that_is_rejected_changes_nothing(
    rule: TagRules, offered: list[str], current: str | None, other: str
) -> None:
    with_it = chosen(rule, [*offered, other], current)
    (verdict,) = [v for v in with_it.candidates if v.tag == other]

    if not verdict.accepted:
        without = chosen(rule, [tag for tag in offered if tag != other], current)
        assert without.selected == with_it.selected
        assert without.step == with_it.step


@given(rules, offers, tags)
def test_what_is_selected_stands_first(rule: TagRules, offered: list[str], current: str) -> None:
    selection = chosen(rule, offered, current)
    accepted = [v.tag for v in selection.candidates if v.accepted]

    assert accepted[:1] == ([selection.selected] if selection.selected else [])
    assert [key(rule, tag) for tag in accepted] == sorted((key(rule, tag) for tag in accepted), reverse=True)
