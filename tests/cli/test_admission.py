"""When something new is proposed, and what is merged without a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from imagebot.demo.github.records import AutoMerge, CheckRun, Review, Rules
from imagebot.demo.github.threads import add_labels
from imagebot.demo.hosting import person
from tests.cli.conftest import POLICIES, SETTINGS, Team
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"
MERGED = "pull-request: {automerge: [minor, patch], merge-by: imagebot, merge-method: squash}"


def applied(team: Team, imagebot: Run, *more: str) -> dict[str, tuple[str, str]]:
    outcome = imagebot("apply", str(team.clone), "-o", "json", *more)
    assert outcome.code == 0, outcome.err
    return {item["proposal"]: (item["action"], item["reason"]) for item in outcome.json["outcomes"]}


def configure(team: Team, *, settings: str = "", policy: str = "") -> None:
    """Settings and keys of the first policy beside those of every test."""
    policies = POLICIES.replace('range: "<2"}', f'range: "<2"}}\n    {policy}') if policy else POLICIES
    team.commit({"imagebot.yaml": SETTINGS + settings, "policies/web.yaml": policies})


def aged(team: Team, branch: str, minutes: int = 10) -> None:
    """Let the commit of a branch be older."""
    hosted, tip = team.hosted, team.hosted.tip(branch) or ""
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    identity = {**person("imagebot"), "GIT_COMMITTER_DATE": then.isoformat(timespec="seconds")}
    parents = [hosted.git("rev-parse", f"{tip}^").text]
    tree = hosted.git("rev-parse", f"{tip}^{{tree}}").text
    hosted.move(branch, hosted.commit_tree(tree, parents, hosted.message(tip), identity))
    hosted.sync("imagebot")


def settled(team: Team, imagebot: Run) -> None:
    writes = len(team.github.writes)
    imagebot("apply", str(team.clone))
    assert [f"{seen.method} {seen.path}" for seen in team.github.writes[writes:]] == []


@pytest.mark.parametrize(
    ("settings", "created", "words"),
    [
        pytest.param("pull-requests: {limits: {branches: 1}}\n", 1, "`limits.branches` is 1", id="branches"),
        pytest.param(
            "pull-requests: {limits: {new-per-hour: 1}}\n", 1, "`limits.new-per-hour` is 1", id="per-hour"
        ),
        pytest.param("pull-requests: {limits: {open: 1}}\n", 2, "", id="open-counts-by-environment"),
    ],
)
def test_limits_hold_back_what_is_new(
    team: Team, imagebot: Run, settings: str, created: int, words: str
) -> None:
    configure(team, settings=settings)
    team.push(web="1.5.0")

    found = applied(team, imagebot)

    assert len(team.open_pulls) == created
    reasons = [reason for action, reason in found.values() if action == "held"]
    assert len(reasons) == 2 - created
    assert all(words in reason for reason in reasons)
    settled(team, imagebot)
    assert applied(team, imagebot, "--urgent")
    assert len(team.open_pulls) == 2


def test_the_open_pull_requests_of_an_environment_are_limited(team: Team, imagebot: Run) -> None:
    configure(team, settings="pull-requests: {limits: {open: 1}}\n", policy="pull-request: {one-per: image}")
    team.push(web="1.5.0", side="v1.1.0")

    found = applied(team, imagebot)

    assert sorted(action for action, _ in found.values()) == ["created", "created", "held"]
    assert any(
        "`limits.open` is 1, and so many pull requests are open in staging" in reason
        for _, reason in found.values()
    )
    settled(team, imagebot)


def test_a_branch_whose_run_died_does_not_stand_in_its_own_way(team: Team, imagebot: Run) -> None:
    configure(team, settings="pull-requests: {limits: {branches: 1}}\n", policy="environments: [staging]")
    team.push(web="1.5.0")
    team.github.fail(r"POST .*/pulls$", 500, "no", times=9)
    assert imagebot("apply", str(team.clone)).code != 0
    assert team.hosted.tip(STAGING)
    team.github.forget()

    assert applied(team, imagebot)["staging/web"][0] == "created"


def test_a_freeze_holds_back_what_is_new_and_goes_on_with_what_is_open(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    today = datetime.now(UTC).date()
    frozen = f"  staging: {{paths: ['envs/staging/**'], calendar: {{freeze: [{{from: {today - timedelta(days=2)}, to: {today + timedelta(days=2)}, reason: audit}}]}}}}\n"
    settings = SETTINGS.replace('  staging: {paths: ["envs/staging/**"]}\n', frozen)
    team.commit({"imagebot.yaml": settings})

    found = applied(team, imagebot)

    assert found["production/web"][0] == "created"
    assert found["staging/web"][0] == "held"
    assert "audit" in found["staging/web"][1]
    assert applied(team, imagebot, "--urgent")["staging/web"][0] == "created"
    team.push(web="1.5.1")
    assert applied(team, imagebot)["staging/web"][0] == "updated"


def test_what_may_be_merged_is_merged_when_its_checks_have_passed(team: Team, imagebot: Run) -> None:
    configure(team, policy=MERGED)
    team.push(web="1.5.0")
    team.hosted.rules["main"] = Rules(checks=("ci",))
    assert "checks have not passed yet" in applied(team, imagebot)["staging/web"][1]
    settled(team, imagebot)
    head = team.open_pulls[STAGING].head_sha
    team.hosted.check_runs.append(CheckRun(1, head, "ci", "success", team.hosted.now()))

    assert applied(team, imagebot)["staging/web"] == ("merged", "#2 was merged by squash")

    assert b"web:1.5.0" in team.hosted.read("main", "envs/staging/web.yaml")
    assert "\nImagebot-Edit: " in team.hosted.message("main")
    applied(team, imagebot)
    settled(team, imagebot)
    assert team.hosted.tip(STAGING) is None


@pytest.mark.parametrize(
    ("rules", "reviews", "check", "words"),
    [
        pytest.param(Rules(reviews=1), (), None, "a review is required and missing", id="review-missing"),
        pytest.param(Rules(), ("CHANGES_REQUESTED",), None, "asked for changes", id="changes-asked-for"),
        pytest.param(Rules(), (), "failure", "a check failed", id="check-failed"),
    ],
)
def test_what_stands_against_a_merge_is_told(
    team: Team, imagebot: Run, rules: Rules, reviews: tuple[str, ...], check: str | None, words: str
) -> None:
    configure(team, policy=MERGED)
    team.push(web="1.5.0")
    team.hosted.rules["main"] = rules
    applied(team, imagebot)
    pull = team.open_pulls.get(STAGING)
    assert pull is not None
    for state in reviews:
        pull.reviews.append(
            Review(
                1, "you", "CHANGES_REQUESTED" if state else "APPROVED", "no", pull.head_sha, team.hosted.now()
            )
        )
    if check:
        team.hosted.check_runs.append(CheckRun(1, pull.head_sha, "ci", "failure", team.hosted.now()))

    action, reason = applied(team, imagebot)["staging/web"]

    assert action == "unchanged"
    assert words in reason


def test_without_any_check_it_is_merged_when_none_can_be_expected_any_more(team: Team, imagebot: Run) -> None:
    configure(team, policy=MERGED)
    team.push(web="1.5.0")

    assert "no check has reported yet" in applied(team, imagebot)["staging/web"][1]
    assert "until its commit is 10 minutes old" in applied(team, imagebot)["staging/web"][1]
    aged(team, STAGING, minutes=8)
    assert applied(team, imagebot)["staging/web"][0] == "unchanged"
    aged(team, STAGING)
    assert applied(team, imagebot)["staging/web"][0] == "merged"


def test_a_larger_step_waits_for_a_person(team: Team, imagebot: Run) -> None:
    configure(team, policy="pull-request: {automerge: patch, merge-by: imagebot}")
    team.push(web="1.5.0")

    applied(team, imagebot)

    assert applied(team, imagebot)["staging/web"] == ("unchanged", "")


def test_the_forge_merges_by_itself_where_it_is_allowed_to(team: Team, imagebot: Run) -> None:
    configure(team, policy="pull-request: {automerge: true}")
    team.hosted.settings.allow_auto_merge = True
    team.hosted.rules["main"] = Rules(checks=("ci",))
    team.push(web="1.5.0")

    assert "the forge merges it" in applied(team, imagebot)["staging/web"][1]

    assert team.open_pulls[STAGING].auto_merge == AutoMerge("imagebot", "merge")
    settled(team, imagebot)


def test_a_squash_by_the_forge_tells_what_the_branch_holds_last(team: Team, imagebot: Run) -> None:
    configure(team, policy="pull-request: {automerge: true, merge-method: squash}")
    team.hosted.settings.allow_auto_merge = True
    team.hosted.rules["main"] = Rules(checks=("ci",))
    team.push(web="1.5.0")
    applied(team, imagebot)
    team.push(web="1.6.0")

    applied(team, imagebot)

    waits = team.open_pulls[STAGING].auto_merge
    subject, _, body = team.hosted.message(STAGING).strip().partition("\n\n")
    assert waits is not None
    assert waits.message.strip() == f"{subject} (#{team.open_pulls[STAGING].number})\n\n{body}"
    assert "Imagebot-To: 1.6.0@" in waits.message
    settled(team, imagebot)


def test_nothing_is_merged_in_a_freeze(team: Team, imagebot: Run) -> None:
    configure(team, policy=MERGED)
    team.push(web="1.5.0")
    applied(team, imagebot)
    configure(
        team,
        policy=MERGED,
        settings="pull-requests: {calendar: {schedule: ['0 0 1 1 *']}}\n",
    )

    action, reason = applied(team, imagebot)["staging/web"]

    assert action == "unchanged"
    assert "automatic merge" in reason
    add_labels(team.hosted, team.open_pulls[STAGING], ["imagebot/urgent"])
    aged(team, STAGING)
    assert applied(team, imagebot)["staging/web"][0] == "merged"


def test_people_and_labels_are_put_on_it(team: Team, imagebot: Run) -> None:
    team.github.add_user("alice", permission="write")
    configure(
        team,
        policy="pull-request: {labels: [team/web], reviewers: [alice, nobody], assignees: [you], codeowners: true}",
    )
    team.commit({"CODEOWNERS": "* @you\n"})
    team.push(web="1.5.0")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    pull = team.open_pulls[STAGING]
    assert set(pull.labels) == {"imagebot", "env/staging", "step/minor", "team/web"}
    assert set(pull.reviewers) == {"alice", "you"}
    assert pull.assignees == ["you"]
    warnings = [w for item in outcome.json["outcomes"] for w in item["warnings"]]
    assert any("nobody" in warning for warning in warnings)
    assert outcome.code == 0
    settled(team, imagebot)


def test_the_label_of_the_step_follows_the_step(team: Team, imagebot: Run) -> None:
    team.push(web="1.4.3")
    applied(team, imagebot)
    add_labels(team.hosted, team.open_pulls[STAGING], ["mine"])
    team.push(web="1.5.0")

    applied(team, imagebot)

    assert set(team.open_pulls[STAGING].labels) == {"imagebot", "env/staging", "step/minor", "mine"}


def test_a_draft_stays_one_as_long_as_the_policy_says(team: Team, imagebot: Run) -> None:
    configure(team, policy="pull-request: {draft: always}")
    team.push(web="1.5.0")
    applied(team, imagebot)
    assert team.open_pulls[STAGING].draft
    settled(team, imagebot)
    configure(team)

    assert applied(team, imagebot)["staging/web"][0] == "updated"
    assert not team.open_pulls[STAGING].draft
    settled(team, imagebot)


def test_what_a_gate_still_holds_is_a_draft_until_the_gate_is_passed(team: Team, imagebot: Run) -> None:
    configure(team, policy="min-age: 72h\n    pull-request: {draft: pending}")
    team.push(web="1.5.0")

    applied(team, imagebot)

    pull = team.open_pulls[STAGING]
    assert pull.draft
    assert "Draft, not to be merged yet" in pull.body
    assert "1.5.0 cools until" in pull.body
    settled(team, imagebot)
    outcome = imagebot("apply", str(team.clone), "--local")
    assert "a gate still holds" in outcome.err
    assert b"1.5.0" not in (team.clone / "envs/staging/web.yaml").read_bytes()
    configure(team, policy="pull-request: {draft: pending}")
    assert applied(team, imagebot)["staging/web"][0] == "updated"
    assert not pull.draft
    assert "Draft" not in pull.body
    settled(team, imagebot)


def test_a_draft_by_a_person_is_left_one(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    applied(team, imagebot)
    team.open_pulls[STAGING].draft = True

    settled(team, imagebot)

    assert team.open_pulls[STAGING].draft


def test_commits_by_the_forge_are_known_again(team: Team, imagebot: Run) -> None:
    configure(team, settings="commits: {through: api}\n")
    team.push(web="1.5.0")

    applied(team, imagebot)

    assert team.hosted.git("show", "--no-patch", "--format=%ae", STAGING).text != "imagebot@noreply.invalid"
    assert not any(seen.path.endswith("git-receive-pack") for seen in team.github.writes)
    settled(team, imagebot)
    team.push(web="1.5.1")
    assert applied(team, imagebot)["staging/web"][0] == "updated"
    assert b"web:1.5.1" in team.hosted.read(STAGING, "envs/staging/web.yaml")


def test_an_archived_repository_is_named(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    team.hosted.settings.archived = True

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert outcome.code == 1
    assert outcome.json["errors"][0]["id"] == "forge-archived"
    assert team.github.writes == []


def test_a_pull_request_that_a_person_pointed_elsewhere_is_left_alone(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    applied(team, imagebot)
    team.hosted.move("release", team.hosted.tip("main") or "")
    team.open_pulls[STAGING].base = "release"
    team.push(web="1.5.1")

    action, reason = applied(team, imagebot)["staging/web"]

    assert (action, "a person pointed it at release" in reason) == ("held", True)
    settled(team, imagebot)


def test_a_newer_tag_is_told_in_one_comment(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    applied(team, imagebot)
    team.push(web="1.5.1")

    applied(team, imagebot)

    (comment,) = [c for c in team.hosted.comments if c.number == team.open_pulls[STAGING].number]
    assert "1.5.1" in comment.body
    settled(team, imagebot)
