"""``imagebot set``: a CI job names the tag that it has just pushed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from imagebot.cli.ci import tell_ci
from imagebot.demo.github.records import CheckRun
from imagebot.engine.planning import group
from imagebot.plan import Outcome as Done
from imagebot.plan import Plan, Scan
from tests.builders import update
from tests.cli.conftest import POLICIES, Team
from tests.cli.test_admission import configure
from tests.processes import Outcome

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"


def asked(team: Team, imagebot: Run, *words: str) -> Outcome:
    """Ask for images; REGISTRY stands for the registry."""
    named = [word.replace("REGISTRY", team.registry.host) for word in words]
    return imagebot("set", *named, "--repository", str(team.clone), "-o", "json")


def actions(outcome: Outcome) -> dict[str, str]:
    return {item["proposal"]: item["action"] for item in outcome.json["outcomes"]}


def test_exactly_what_was_named_is_proposed(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0 1.6.0", side="v1.1.0")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")

    assert outcome.code == 0
    assert actions(outcome) == {"staging/web": "created"}
    content = team.hosted.read(STAGING, "envs/staging/web.yaml")
    assert b"web:1.5.0" in content
    assert b"side:v1.1.0" in content  # it shares the pull request, and policies want it too


def test_the_same_pull_request_as_on_the_schedule(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    number = team.open_pulls[STAGING].number
    team.push(web="1.6.0")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.6.0")

    assert actions(outcome) == {"staging/web": "updated", "production/web": "updated"}
    assert team.open_pulls[STAGING].number == number
    writes = len(team.github.writes)
    imagebot("apply", str(team.clone))
    asked(team, imagebot, "REGISTRY/acme/web=1.6.0")
    assert len(team.github.writes) == writes


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        pytest.param(["REGISTRY/acme/web=2.0.0"], 1, "outside", id="out-of-range"),
        pytest.param(["REGISTRY/acme/web=9.9.9"], 1, "has no tag 9.9.9", id="no-such-tag"),
        pytest.param(["REGISTRY/acme/web=1.4.1"], 1, "1.4.1", id="older"),
        pytest.param(
            ["REGISTRY/acme/web=1.5.0@sha256:" + "0" * 64], 1, "not to the digest", id="other-digest"
        ),
        pytest.param(["REGISTRY/acme/nothing=1.0"], 2, "nothing deploys", id="not-deployed"),
        pytest.param(["REGISTRY/acme/web"], 2, "names no image with a tag", id="no-tag"),
        pytest.param(["REGISTRY/acme/web=1:2"], 2, "1:2", id="no-reference"),
        pytest.param(["REGISTRY/acme/web=1.5.0", "REGISTRY/acme/web=1.6.0"], 2, "named twice", id="twice"),
        pytest.param(
            ["REGISTRY/acme/web=1.5.0", "--environment", "prod"],
            2,
            "no environment 'prod'",
            id="no-environment",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    team: Team, imagebot: Run, words: list[str], code: int, part: str
) -> None:
    team.push(web="1.5.0 1.6.0 2.0.0")

    outcome = asked(team, imagebot, *words)

    assert outcome.code == code
    assert part in outcome.out
    assert team.github.writes == []


def test_what_is_there_already_is_well(team: Team, imagebot: Run) -> None:
    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.4.2")

    assert outcome.code == 0
    assert outcome.json["outcomes"] == []
    assert outcome.json["current"] == 2


def test_one_that_is_refused_stops_no_other_pull_request(team: Team, imagebot: Run) -> None:
    configure(team, policy="pull-request: {one-per: image}")
    team.push(web="2.0.0", worker="0.10")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=2.0.0", "REGISTRY/acme/worker=0.10")

    assert outcome.code == 5
    assert [action for name, action in actions(outcome).items() if "worker" in name] == ["created"]
    assert len(team.open_pulls) == 1


def test_a_pull_request_with_something_refused_is_not_touched(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0", side="v1.1.0", worker="0.10")
    imagebot("apply", str(team.clone))
    writes = len(team.github.writes)

    typo = asked(team, imagebot, "REGISTRY/acme/web=9.9.9", "--environment", "staging")
    beside = asked(team, imagebot, "REGISTRY/acme/web=9.9.9", "REGISTRY/acme/worker=0.10")

    assert (typo.code, beside.code) == (1, 1)
    reasons = " ".join(held["reason"] for held in beside.json["held"])
    assert (
        f"shares pull request production/web with what is refused: {team.registry.host}/acme/web" in reasons
    )
    assert len(team.github.writes) == writes


def test_what_nobody_spoke_of_keeps_its_update(team: Team, imagebot: Run) -> None:
    configure(team, policy="pull-request: {one-per: repository}")
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.push(web="1.6.0 1.7.0")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.6.0", "--environment", "staging")

    ((branch, _),) = team.open_pulls.items()
    assert actions(outcome) == {"_/_": "updated"}
    assert b"web:1.6.0" in team.hosted.read(branch, "envs/staging/web.yaml")
    assert b"newTag:   1.7.0 " in team.hosted.read(branch, "envs/production/kustomization.yaml")


def test_what_waits_beside_it_keeps_its_place(team: Team, imagebot: Run) -> None:
    apart = (
        "policies:\n"
        '  - {name: web, images: ["REGISTRY/acme/web"], tags: {order: semver}, pull-request: {group: apps}}\n'
        '  - {name: side, images: ["REGISTRY/acme/side"], tags: {order: semver}, pull-request: {group: apps}}\n'
    )
    team.commit({"policies/web.yaml": apart})
    team.push(web="1.5.0", side="v1.1.0")
    imagebot("apply", str(team.clone))
    team.commit({"policies/web.yaml": apart.replace("name: side,", "name: side, min-age: 72h,")})
    writes = len(team.github.writes)

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")

    assert (outcome.code, outcome.json["held"]) == (0, [])
    assert actions(outcome) == {"staging/apps": "unchanged"}
    assert len(team.github.writes) == writes


def test_an_open_pull_request_is_not_taken_back_to_something_older(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0 1.6.0")
    asked(team, imagebot, "REGISTRY/acme/web=1.6.0", "--environment", "staging")
    number, writes = team.open_pulls[STAGING].number, len(team.github.writes)

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")

    assert outcome.code == 1
    assert f"#{number} proposes 1.6.0, which is newer" in outcome.out
    assert len(team.github.writes) == writes
    elsewhere = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "production")
    assert actions(elsewhere) == {"production/web": "created"}


def test_it_says_who_asked_and_no_limit_counts(team: Team, imagebot: Run) -> None:
    configure(team, settings="pull-requests: {limits: {new-per-hour: 1}}\n")
    team.push(web="1.5.0")
    words = ["REGISTRY/acme/web=1.5.0", "--by", "build 4711", "--reason", "hotfix <b>@all</b>"]

    outcome = asked(team, imagebot, *words)

    assert actions(outcome) == {"staging/web": "created", "production/web": "created"}
    for pull in team.open_pulls.values():
        assert "build 4711" in pull.body
        assert "hotfix" in pull.body
        assert "<b>" not in pull.body
        assert "step/minor" in pull.labels
    writes = len(team.github.writes)
    imagebot("apply", str(team.clone))
    asked(team, imagebot, "REGISTRY/acme/web=1.5.0")
    assert len(team.github.writes) == writes
    team.commit({"policies/web.yaml": POLICIES.replace('"<2"', '"<1.5"')})
    imagebot("apply", str(team.clone))
    assert team.open_pulls == {}


def test_a_policy_can_be_passed_over_at_any_number_of_places(team: Team, imagebot: Run) -> None:
    pods = "---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{n}}}\nspec:\n  containers:\n"
        f"  - {{name: a, image: 'REGISTRY/acme/{'worker' if n % 2 else 'side'}:0.9'}}\n"
        for n in range(110)
    )
    team.commit({"envs/staging/many.yaml": pods})
    team.push(worker="pr-17", side="pr-17")
    images = ["REGISTRY/acme/worker=pr-17", "REGISTRY/acme/side=pr-17"]

    outcome = asked(team, imagebot, *images, "--environment", "staging", "--no-policy")

    assert list(actions(outcome).values()) == ["created"]
    writes = len(team.github.writes)
    imagebot("apply", str(team.clone))
    assert len(team.github.writes) == writes
    ((branch, _),) = team.open_pulls.items()
    assert team.hosted.read(branch, "envs/staging/many.yaml").count(b":pr-17") == 110


def test_a_policy_can_be_passed_over_and_the_schedule_leaves_it_alone(team: Team, imagebot: Run) -> None:
    team.push(web="2.0.0")

    outcome = asked(
        team,
        imagebot,
        "REGISTRY/acme/web=2.0.0",
        "--environment",
        "staging",
        "--no-policy",
        "--by",
        "build 4711",
        "--reason",
        "hotfix <b>@all</b>",
    )

    assert outcome.code == 0
    ((branch, pull),) = team.open_pulls.items()
    assert b"web:2.0.0" in team.hosted.read(branch, "envs/staging/web.yaml")
    assert "build 4711" in pull.body
    assert "<b>" not in pull.body
    writes = len(team.github.writes)
    assert imagebot("apply", str(team.clone)).code == 0
    assert len(team.github.writes) == writes
    team.hosted.merge(pull, None, "you")
    team.pull()
    imagebot("apply", str(team.clone))
    assert team.hosted.tip(branch) is None


def test_what_a_person_closed_is_not_asked_for_again(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")
    team.open_pulls[STAGING].close(team.hosted.now(), "you")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")

    assert outcome.code == 1
    assert "a person closed #1" in outcome.out
    assert team.open_pulls == {}


def test_an_unmanaged_image_needs_no_policy(team: Team, imagebot: Run) -> None:
    team.commit({"policies/web.yaml": POLICIES.replace("REGISTRY/acme/*", "REGISTRY/acme/web")})
    team.push(worker="0.10")

    refused = asked(team, imagebot, "REGISTRY/acme/worker=0.10")
    done = asked(team, imagebot, "REGISTRY/acme/worker=0.10", "--no-policy")

    assert (refused.code, done.code) == (1, 0)
    assert "--no-policy" in refused.out


def test_a_dry_run_writes_nothing(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--dry-run")

    assert outcome.code == 0
    assert "dry run: open a pull request" in outcome.err
    assert team.github.writes == []


def test_a_job_on_github_is_told(
    team: Team, imagebot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, output = tmp_path / "summary", tmp_path / "output"
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_WORKFLOW": "build",
        "GITHUB_RUN_ID": "17",
        "GITHUB_ACTOR": "ann",
    }.items():
        monkeypatch.setenv(name, value)
    team.push(web="1.5.0 2.0.0")

    asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")
    refused = asked(team, imagebot, "REGISTRY/acme/web=2.0.0", "--environment", "staging")

    assert f"url={team.open_pulls[STAGING].html_url}\naction=created\n" in output.read_text()
    assert "staging: update web 1.4.2 to 1.5.0" in summary.read_text()
    assert "::error file=envs/staging/web.yaml,line=8,title=imagebot set::" in refused.err


def test_a_job_on_github_is_told_of_its_own_pull_request(tmp_path: Path) -> None:
    output = tmp_path / "output"
    plan = Plan(Scan(None, (), ()), proposals=group([update()]))
    (branch,) = (proposal.branch for proposal in plan.proposals)
    outcomes = [
        Done("comment on #2", "", "failed", "the conversation is locked", number=2),
        Done("staging/web", branch, "updated", number=7, url="https://git.test/7"),
    ]

    tell_ci(plan, outcomes, {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output)})

    assert output.read_text() == "number=7\nurl=https://git.test/7\naction=updated\n"


@pytest.mark.parametrize(
    ("goal", "end", "code"),
    [
        pytest.param("merged", "merge", 0, id="merged"),
        pytest.param("merged", "close", 1, id="closed"),
        pytest.param("checks", "success", 0, id="checks-passed"),
        pytest.param("checks", "failure", 1, id="a-check-failed"),
        pytest.param("checks", "merge", 0, id="merged-before-its-checks"),
    ],
)
def test_it_waits_for_the_end(team: Team, imagebot: Run, goal: str, end: str, code: int) -> None:
    team.push(web="1.5.0")
    asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")
    pull = team.open_pulls[STAGING]

    def happen() -> None:
        if end == "merge":
            team.hosted.merge(pull, None, "you")
        elif end == "close":
            pull.close(team.hosted.now(), "you")
        else:
            passed = CheckRun(1, pull.head_sha, "ci", "success", team.hosted.now())
            run = passed if end == "success" else replace(passed, conclusion="failure")
            team.hosted.check_runs.append(run)

    team.github.on_first(r"GET .*/pulls/[0-9]+$", happen)

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging", "--wait", goal)

    assert outcome.code == code
    assert f"#{pull.number}" in outcome.err


def test_a_line_that_keeps_its_image_is_no_failure(team: Team, imagebot: Run) -> None:
    team.commit(
        {"envs/staging/old.yaml": "services: {a: {image: REGISTRY/acme/web:1.4.1}} # imagebot: ignore\n"}
    )
    team.push(web="1.5.0")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--environment", "staging")

    assert outcome.code == 0, outcome.out


def test_there_is_nothing_to_wait_for_on_plain_git(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    outcome = asked(team, imagebot, "REGISTRY/acme/web=1.5.0", "--forge", "git", "--wait", "merged")

    assert outcome.code == 2
    assert "--wait needs pull requests" in outcome.err
    assert team.github.writes == []
