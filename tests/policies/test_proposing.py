"""How updates are proposed, as policies and settings say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from imagebot.policies.faults import InvalidConfiguration
from imagebot.policies.loading import load
from imagebot.policies.policy import Configuration, Settings
from imagebot.policies.proposing import (
    Calendar,
    CommitSettings,
    Freeze,
    Limits,
    PullRequestRules,
    PullRequestSettings,
)


def policies(key: str, defaults: str = "") -> Configuration:
    head = f"defaults: {{{defaults}}}\n" if defaults else ""
    body = f"    pull-request: {{{key}}}\n" if key else ""
    text = f"policies:\n  - name: web\n    images: [x]\n{body}{head}"
    return load({"policies/a.yaml": text.encode()})


def rules(key: str, defaults: str = "") -> PullRequestRules:
    (policy,) = policies(key, defaults).policies
    return policy.pull_request


def settings(text: str) -> Settings:
    return load({"imagebot.yaml": text.encode()}).settings


def faults(refused: InvalidConfiguration) -> list[tuple[str, int, int]]:
    return [(fault.id, fault.line, fault.column) for fault in refused.faults]


def test_every_key_of_a_policy_is_understood() -> None:
    found = rules(
        "group: shop, one-per: image, labels: [a, team/web, a], reviewers: [alice], teams: [acme/platform],"
        " assignees: ['x[bot]'], milestone: 'Q4', codeowners: true, draft: pending, automerge: [patch, digest],"
        " merge-method: squash, merge-by: imagebot"
    )

    assert found == PullRequestRules(
        group="shop",
        one_per="image",
        labels=("a", "team/web"),
        reviewers=("alice",),
        teams=("acme/platform",),
        assignees=("x[bot]",),
        milestone="Q4",
        codeowners=True,
        draft="pending",
        automerge=frozenset({"patch", "digest"}),
        merge_method="squash",
        merged_by="imagebot",
    )
    assert rules("") == PullRequestRules()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", {"major", "minor", "patch", "digest", "other"}),
        ("false", set()),
        ("null", set()),
        ("patch", {"patch"}),
        ("[minor, minor]", {"minor"}),
    ],
)
def test_automerge_is_a_switch_a_step_or_several(written: str, expected: set[str]) -> None:
    assert rules(f"automerge: {written}").automerge == expected


@pytest.mark.parametrize(
    ("key", "fault", "column", "hint"),
    [
        pytest.param("group: a b", "policy-name", 27, "letters", id="group"),
        pytest.param("one-per: file", "policy-type", 29, "choose from policy", id="one-per"),
        pytest.param("labels: [a, 'b,c']", "policy-label", 32, "no comma", id="comma"),
        pytest.param(f"labels: [{'a' * 51}]", "policy-label", 29, "at most 50", id="long-label"),
        pytest.param("labels: [' a']", "policy-label", 29, "no blanks", id="blank-label"),
        pytest.param("labels: ['']", "policy-label", 29, "at most 50", id="empty-label"),
        pytest.param("reviewers: ['@alice']", "policy-person", 32, "write alice, without `@`", id="at"),
        pytest.param(
            "reviewers: ['@acme/web']", "policy-person", 32, "`teams: [acme/web]`", id="team-as-a-person"
        ),
        pytest.param("assignees: [a@b.c]", "policy-person", 32, "write the login", id="mail"),
        pytest.param("teams: ['@acme/web']", "policy-person", 28, "write acme/web", id="team-with-at"),
        pytest.param("teams: ['a b']", "policy-person", 28, "acme/platform", id="team"),
        pytest.param("milestone: 4", "policy-type", 31, "quotes", id="milestone"),
        pytest.param("draft: yes", "policy-type", 27, "choose from never", id="draft"),
        pytest.param("automerge: patches", "policy-type", 31, "did you mean patch?", id="automerge"),
        pytest.param("automerge: []", "policy-type", 20, "name at least one", id="automerge-nothing"),
        pytest.param("labls: [a]", "policy-unknown-key", 20, "did you mean `labels`?", id="misspelt"),
        pytest.param(
            "group: a, one-per: environment", "policy-contradiction", 20, "leave one", id="group-and-all"
        ),
        pytest.param("merge-method: squash", "policy-contradiction", 20, "automerge", id="method-of-nothing"),
        pytest.param(
            "automerge: false, merge-by: imagebot", "policy-contradiction", 38, "automerge", id="by-nobody"
        ),
        pytest.param(
            "draft: always, automerge: true", "policy-contradiction", 20, "leave one", id="draft-for-ever"
        ),
    ],
)
def test_a_fault_stands_at_its_place_with_a_fix(key: str, fault: str, column: int, hint: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        policies(key)

    assert faults(refused.value) == [(fault, 4, column)]
    assert hint in refused.value.faults[0].fix


def test_keys_merge_with_those_of_the_defaults() -> None:
    found = rules("labels: [b], group: null", "pull-request: {labels: [a], reviewers: [alice], group: shop}")

    assert (found.labels, found.reviewers, found.group) == (("b",), ("alice",), None)


def test_how_to_merge_may_lie_beneath_policies_that_merge_nothing() -> None:
    below = "pull-request: {merge-method: squash, merge-by: imagebot}"

    assert rules("", below) == PullRequestRules()
    assert rules("automerge: patch", below).merge_method == "squash"
    assert (
        rules("automerge: false", "pull-request: {automerge: true, merge-by: imagebot}") == PullRequestRules()
    )


@pytest.mark.parametrize(
    ("key", "defaults", "expected"),
    [
        pytest.param(
            "merge-method: rebase", "min-age: 3d", ("policy-contradiction", 4, 20), id="policy-alone"
        ),
        pytest.param(
            "draft: always", "pull-request: {automerge: true}", ("policy-contradiction", 4, 20), id="together"
        ),
        pytest.param("", "pull-request: {labels: ['a,b']}", ("policy-label", 4, 36), id="in-the-defaults"),
    ],
)
def test_what_cannot_hold_is_told_once(key: str, defaults: str, expected: tuple[str, int, int]) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        policies(key, defaults)

    assert faults(refused.value) == [expected]


def test_every_setting_is_understood() -> None:
    found = settings("""\
environments:
  production:
    paths: [prod/**]
    limits: {new-per-hour: 2}
    calendar:
      schedule: ["* 9-16 * * mon-thu"]
      freeze:
        - {from: 2026-12-20, to: 2027-01-06, reason: Christmas}
        - {from: 2026-10-25T02:30, to: "2026-10-25T12:00Z", reason: clocks}
        - {cron: "0 18 * * fri", for: 62h, reason: weekend}
  staging: {paths: [staging/**], limits: {open: none}, calendar: {time-zone: UTC}}
  test: {paths: [test/**]}
pull-requests:
  limits: {open: 5, new-per-hour: 4, branches: 50}
  calendar: {time-zone: Europe/Berlin}
  urgent-label: now
  own-labels: false
  dashboard: true
  commands: false
  release-notes: false
commits: {through: api, conventional: true, sign-off: true}
forge: {kind: gitlab, repository: group/sub/project}
""")

    production, staging, test = found.environments
    assert found.pull_requests == PullRequestSettings(
        Limits(5, 4, 50),
        Calendar("Europe/Berlin"),
        "now",
        own_labels=False,
        dashboard=True,
        commands=False,
        release_notes=False,
    )
    assert found.commits == CommitSettings("api", conventional=True, sign_off=True)
    assert (found.forge.kind, found.forge.repository) == ("gitlab", "group/sub/project")
    assert production.limits == Limits(open=5, new_per_hour=2)
    assert production.calendar == Calendar(
        "Europe/Berlin",
        ("* 9-16 * * mon-thu",),
        (
            Freeze("Christmas", datetime(2026, 12, 19, 23, tzinfo=UTC), datetime(2027, 1, 6, 23, tzinfo=UTC)),
            Freeze(
                "clocks", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
            ),
            Freeze("weekend", cron="0 18 * * fri", lasting=timedelta(hours=62)),
        ),
    )
    assert (staging.limits, staging.calendar) == (Limits(), Calendar("UTC"))
    assert (test.limits, test.calendar) == (None, None)


def test_nothing_written_is_what_the_values_say() -> None:
    found = settings("")

    assert (found.pull_requests, found.commits) == (PullRequestSettings(), CommitSettings())


@pytest.mark.parametrize(
    ("written", "fault", "hint"),
    [
        pytest.param("limits: {open: 0}", "settings-limit", "`none` for no limit", id="no-limit-at-all"),
        pytest.param("limits: {branches: true}", "settings-limit", "number", id="switch-for-a-limit"),
        pytest.param("limits: {open: 1.5}", "settings-limit", "number", id="half"),
        pytest.param("urgent-label: 'a,b'", "settings-label", "comma", id="label"),
        pytest.param("calendar: {time-zone: Europe/Berln}", "settings-time-zone", "Europe/Berlin", id="zone"),
        pytest.param("calendar: {time-zone: Europe}", "settings-time-zone", "", id="folder-of-zones"),
        pytest.param("calendar: {time-zone: ../../etc/passwd}", "settings-time-zone", "", id="path"),
        pytest.param("calendar: {schedule: ['* * * *']}", "settings-cron", "minute, hour", id="four-fields"),
        pytest.param("calendar: {schedule: ['* * * * * *']}", "settings-cron", "minute, hour", id="seconds"),
        pytest.param("calendar: {schedule: ['0 25 * * *']}", "settings-cron", "minute, hour", id="hour"),
        pytest.param(
            "calendar: {schedule: ['* * * * fri-mon']}", "settings-cron", "sat,sun", id="over-the-end"
        ),
        pytest.param("calendar: {schedule: ['0 0 30 2 *']}", "settings-cron", "minute", id="never"),
        pytest.param(
            "calendar: {schedule: ['0 0 31 feb,apr *']}", "settings-cron", "minute", id="never-either"
        ),
        pytest.param(f"calendar: {{schedule: ['{'9' * 5000} * * * *']}}", "settings-cron", "", id="long"),
        pytest.param("calendar: {freeze: [{reason: a}]}", "settings-freeze", "`from` and `to`", id="no-time"),
        pytest.param(
            "calendar: {freeze: [{reason: a, from: 2026-01-01}]}", "settings-freeze", "`to`", id="half-a-time"
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, from: 2026-01-01, to: 2026-01-02, cron: '0 0 * * *', for: 1h}]}",
            "settings-freeze",
            "or `cron`",
            id="two-times",
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, from: 2026-13-01, to: 2027-01-01}]}",
            "settings-freeze",
            "2026-12-20",
            id="month-13",
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, from: 2026-01-02, to: 2026-01-01}]}",
            "settings-freeze",
            "change",
            id="backward",
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, from: 2026-01-02T10:00, to: 2026-01-02T10:00}]}",
            "settings-freeze",
            "change",
            id="no-length",
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, from: 2026-01-01, to: 2027-01-02}]}",
            "settings-freeze",
            "year",
            id="longer-than-a-year",
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, cron: '0 0 * * *', for: 60w}]}",
            "settings-freeze",
            "62h",
            id="long-each-time",
        ),
        pytest.param(
            "calendar: {freeze: [{cron: '0 0 * * *', for: 1h}]}",
            "settings-missing-key",
            "write it",
            id="no-reason",
        ),
        pytest.param(
            "calendar: {freeze: [{reason: a, cron: '0 0 * * *', for: 24h}]}",
            "settings-calendar",
            "some minutes",
            id="for-ever",
        ),
        pytest.param("calendar: {schdule: []}", "settings-unknown-key", "`schedule`", id="misspelt"),
        pytest.param("calendar: []", "settings-type", "", id="no-calendar"),
    ],
)
def test_a_fault_of_the_settings_has_a_fix(written: str, fault: str, hint: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        settings(f"pull-requests: {{{written}}}")

    assert [(one.id, one.line) for one in refused.value.faults] == [(fault, 1)]
    assert refused.value.faults[0].column > 1
    assert hint in refused.value.faults[0].fix


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("commits: {conventional: 1}", ("settings-type", 1, 25)),
        ("commits: {through: ssh}", ("settings-type", 1, 20)),
        ("environments: {a: {paths: [x], limits: {branches: 3}}}", ("settings-unknown-key", 1, 41)),
    ],
)
def test_other_settings_have_faults_too(written: str, fault: tuple[str, int, int]) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        settings(written)

    assert faults(refused.value) == [fault]
