from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.pattern import Pattern
from imagebot.policies.policy import TagRules
from imagebot.policies.selection import select
from imagebot.references.ranges import Range
from imagebot.references.version import TagVersion

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


tags = st.builds(
    lambda prefix, numbers, suffix: prefix + ".".join(map(str, numbers)) + suffix,
    st.sampled_from(["", "v"]),
    st.lists(st.integers(0, 12), min_size=1, max_size=3),
    st.sampled_from(["", "-rc1", "-alpine", "-alpine3.19", "-1"]),
) | st.sampled_from(["latest", "main", "9f8e7d6"])
rules = st.builds(
    TagRules,
    variant=st.sampled_from(["same", "any", "-alpine"]),
    precision=st.sampled_from(["same", "any"]),
    prereleases=st.booleans(),
    max_step=st.sampled_from(["major", "minor", "patch"]),
    range=st.none() | st.just(Range.parse(">=1 <9")),
)


@given(rules, st.lists(tags, max_size=12), st.none() | tags, st.randoms())
def test_the_order_in_which_tags_arrive_does_not_matter(
    rule: TagRules, offered: list[str], current: str | None, random: object
) -> None:
    shuffled = sorted(offered, key=lambda _: random.random())  # type: ignore[attr-defined] # hypothesis gives a Random

    assert select(rule, offered, current) == select(rule, shuffled, current)


@given(rules, st.lists(tags, max_size=12), tags)
def test_nothing_older_is_ever_selected(rule: TagRules, offered: list[str], current: str) -> None:
    selection = select(rule, offered, current)

    if selection.selected not in {None, current}:
        old, new = TagVersion.parse(current), TagVersion.parse(selection.selected or "")
        assert old is not None
        assert new is not None
        assert (new.precedence, new.numbers) > (old.precedence, old.numbers)


@given(rules, st.lists(tags, max_size=12), st.none() | tags)
def test_every_tag_gets_exactly_one_verdict(rule: TagRules, offered: list[str], current: str | None) -> None:
    selection = select(rule, offered, current)

    assert sorted(v.tag for v in selection.candidates) == sorted(set(offered))
    assert (selection.selected is None) == (not any(v.accepted for v in selection.candidates))


@given(rules, st.lists(tags, max_size=12), tags)
def test_selecting_again_from_what_was_selected_moves_nothing(
    rule: TagRules, offered: list[str], current: str
) -> None:
    first = select(rule, offered, current).selected
    if first is not None and rule.max_step == "major" and not rule.prereleases and "rc" not in current:
        assert select(rule, offered, first).selected == first
