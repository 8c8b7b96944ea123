"""Test cases beside policies: how they are written, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.policies.cases import run_cases
from imagebot.policies.dates import parse_date
from imagebot.policies.faults import InvalidConfiguration
from imagebot.policies.loading import load
from imagebot.policies.policy import Case, Dated, Policy, RuleName, TagRules
from imagebot.policies.rules import _RULES
from imagebot.policies.selection import select


def policy(case: str, tags: str = "{range: '<2'}") -> Policy:
    text = f"policies:\n  - name: web\n    images: [nginx]\n    tags: {tags}\n    tests:\n      - {case}\n"
    (found,) = load({"policies/a.yaml": text.encode()}).policies
    return found


def fault(case: str, tags: str = "{}") -> tuple[str, int, int, str]:
    with pytest.raises(InvalidConfiguration) as refused:
        policy(case, tags)
    (found,) = refused.value.faults
    return found.id, found.line, found.column, f"{found.message}; {found.hint}"


def test_a_case_is_understood() -> None:
    found = policy(
        "{current: 1.4.2, tags: [1.4.3, 2.0.0-rc1], selected: 1.4.3, rejected: {2.0.0-rc1: prereleases}}"
    )

    tags = (("1.4.3", None), ("2.0.0-rc1", None))
    assert found.tests == (Case("1.4.2", tags, "1.4.3", {"2.0.0-rc1": "prereleases"}, 6),)


def test_tags_have_dates_where_a_policy_orders_by_them() -> None:
    found = policy(
        "{tags: {a: 2024-06-12, b: '2024-06-12T10:00:00+02:00', 1.10: null}, selected: b}", "{order: created}"
    )

    assert found.tests[0].tags == (
        ("a", datetime(2024, 6, 12, tzinfo=UTC)),
        ("b", datetime(2024, 6, 12, 8, tzinfo=UTC)),
        ("1.10", None),
    )


@pytest.mark.parametrize(
    ("case", "tags", "expected"),
    [
        pytest.param("{current: 1.10, tags: [], selected: null}", "{}", ("policy-type", 19, "put it in quotes: YAML reads 1.10 as 1.1"), id="current-is-a-number"),
        pytest.param("{tags: [1.10], selected: null}", "{}", ("policy-type", 17, "put it in quotes: YAML reads 1.10 as 1.1"), id="tag-is-a-number"),
        pytest.param("{tags: ['1.0'], selected: 1.0}", "{}", ("policy-type", 35, "put it in quotes: YAML reads 1.10 as 1.1"), id="selected-is-a-number"),
        pytest.param("{tags: 1.0.0, selected: 1.0.0}", "{}", ("policy-type", 16, "write ['1.0.0']"), id="tags-are-a-text"),
        pytest.param("{tags: [1.0.0]}", "{}", ("policy-missing-key", 9, "`selected` is missing"), id="nothing-expected"),
        pytest.param("{tags: [1.0.0], selected: 1.1.0}", "{}", ("policy-test", 35, "'1.1.0' is none of `tags`"), id="selected-is-not-offered"),
        pytest.param("{tags: [1.0.0], selected: null, rejected: {1.1.0: range}}", "{}", ("policy-test", 52, "'1.1.0' is none of `tags`"), id="rejected-is-not-offered"),
        pytest.param("{tags: [1.0.0], selected: null, rejected: {1.0.0: rnage}}", "{}", ("policy-type", 59, "did you mean range?"), id="no-rule"),
        pytest.param("{tags: [1.0.0], select: 1.0.0, selected: null}", "{}", ("policy-unknown-key", 25, "did you mean `selected`?"), id="unknown-key"),
        pytest.param("{tags: {1.0.0: 2024-02-30}, selected: null}", "{order: created}", ("policy-test-date", 24, "write 2024-06-12 or"), id="no-date"),
        pytest.param("{tags: {1.0.0: 2024-02-20}, selected: null}", "{}", ("policy-test", 10, "`order: semver` looks at no dates"), id="dates-for-nothing"),
        pytest.param("{tags: [1.0.0], selected: null}", "{order: created}", ("policy-test", 10, "each tag has its date"), id="dates-missing"),
        pytest.param("{tags: [1.0.0], selected: null}", "{order: digest}", ("policy-test", 5, "there is nothing to test"), id="digest"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_run_is_a_fault_at_its_place(
    case: str, tags: str, expected: tuple[str, int, str]
) -> None:
    found, _, column, words = fault(case, tags)

    assert (found, column) == expected[:2]
    assert expected[2] in words


@pytest.mark.parametrize(
    ("case", "tags", "problems"),
    [
        pytest.param("{current: 1.4.2, tags: [1.5.0, 2.0.0], selected: 1.5.0}", "{range: '<2'}", (), id="selected"),
        pytest.param("{current: 1.4.2, tags: [1.4.2, 2.0.0], selected: null}", "{range: '<2'}", (), id="current-stays"),
        pytest.param("{tags: [latest], selected: null}", "{}", (), id="nothing-is-allowed"),
        pytest.param("{tags: [1.0.0, 1.1.0], selected: 1.1.0}", "{}", (), id="nothing-deployed"),
        pytest.param("{tags: [1.0.0], selected: null, rejected: {1.0.0: range}}", "{range: '>1'}", (), id="rejected"),
        pytest.param("{current: 1.4.2, tags: [1.9.0, 2.3.0, 2.2.0], selected: 2.3.0}", "{newest-of-each: major}", (), id="one-of-each"),
        pytest.param("{tags: {a: 2024-01-02, b: 2024-01-01}, current: b, selected: a}", "{order: created}", (), id="by-date"),
        pytest.param(
            "{current: 1.4.2, tags: [1.5.0, 2.0.0], selected: 2.0.0}",
            "{range: '<2'}",
            ("expected 2.0.0, selected 1.5.0", "2.0.0 is rejected by range: outside <2"),
            id="another-is-selected",
        ),
        pytest.param(
            "{current: 1.4.2, tags: [1.5.0], selected: null}",
            "{}",
            ("expected nothing newer, selected 1.5.0", "1.5.0 is accepted: newest allowed"),
            id="something-is-selected",
        ),
        pytest.param(
            "{current: 1.4.2, tags: [1.4.2], selected: null, rejected: {1.4.2: range}}",
            "{}",
            ("1.4.2 was to be rejected by range, and is accepted: current, and the newest allowed",),
            id="not-rejected",
        ),
        pytest.param(
            "{tags: {a: null}, selected: a}",
            "{order: created}",
            ("expected a, selected nothing newer", "a is rejected by created: no date is known of it"),
            id="no-date",
        ),
    ],
)  # fmt: skip
def test_a_case_says_what_is_not_as_expected(case: str, tags: str, problems: tuple[str, ...]) -> None:
    (result,) = run_cases([policy(case, tags)])

    assert result.problems == problems


TAGS = st.sampled_from(
    [
        "1.4.2",
        "v1.0.0",
        "1.4",
        "1.5.0-alpine",
        "2.0.0-rc1",
        "3.0.0",
        "latest",
        "é",
        "b",
        "20240115",
        "1.0-debug",
    ]
)


@given(
    st.sampled_from(["{}", "{order: calver}", "{order: created}", "{match: '[0-9].*', range: '<3', ignore: ['*-debug']}"]),
    st.lists(TAGS),
    TAGS | st.none(),
)  # fmt: skip
def test_every_rejection_can_be_expected_by_its_name(
    rules: str, tags: list[str], current: str | None
) -> None:
    dates = {tag: Dated(datetime(2024, 1, 1, tzinfo=UTC), "") for tag in tags[::2]}
    loaded = policy(
        "{tags: {}, selected: null}" if "created" in rules else "{tags: [], selected: null}", rules
    )

    names = {verdict.rule for verdict in select(loaded.tags, tags, current, dates).candidates}

    assert names <= {*get_args(RuleName), ""}


def test_the_rules_that_compare_tags_can_be_expected() -> None:
    assert {name for name, _ in _RULES} <= set(get_args(RuleName))


@given(st.text(max_size=40))
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    found = parse_date(text)

    assert found is None or found.utcoffset() == datetime(1970, 1, 1, tzinfo=UTC).utcoffset()


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00+14:00", "9999-12-31T23:00-10:00", "", "yesterday", "2024-13-01"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_policies_without_cases_have_no_results() -> None:
    assert run_cases([Policy("a", (), TagRules())]) == ()
