"""The forge's own automatic merge: on only as long as imagebot would merge the same commit itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from imagebot.demo.github.records import AutoMerge, CheckRun, PullRequest, Rules
from imagebot.demo.github.threads import comment
from tests.cli.conftest import POLICIES, Team
from tests.cli.test_admission import STAGING, Run, aged, applied, configure, settled

FORGE = "pull-request: {automerge: [patch], merge-by: forge}"
MERGED = "pull-request: {automerge: [patch], merge-by: imagebot}"


@pytest.fixture
def waiting(team: Team, imagebot: Run) -> PullRequest:
    """A pull request that the forge merges when its check has passed."""
    configure(team, policy=FORGE)
    team.hosted.settings.allow_auto_merge = True
    team.hosted.rules["main"] = Rules(checks=("ci",))
    team.push(web="1.4.3")
    applied(team, imagebot)
    pull = team.open_pulls[STAGING]
    assert pull.auto_merge == AutoMerge("imagebot", "merge")
    return pull


def passes(team: Team, pull: PullRequest) -> None:
    """Let the check of its head pass."""
    team.hosted.sync()
    team.hosted.check_runs.append(CheckRun(1, pull.head_sha, "ci", "success", team.hosted.now()))
    team.hosted.sync()


def a_larger_step(team: Team) -> None:
    team.push(web="1.9.0")


def a_hold(team: Team) -> None:
    comment(team.hosted, team.open_pulls[STAGING], "you", "/imagebot hold")


def a_freeze(team: Team) -> None:
    today = datetime.now(UTC).date()
    freeze = f"{{from: {today - timedelta(days=2)}, to: {today + timedelta(days=2)}, reason: audit}}"
    configure(team, policy=FORGE, settings=f"pull-requests: {{calendar: {{freeze: [{freeze}]}}}}\n")


def another_policy(team: Team) -> None:
    team.commit({"policies/web.yaml": POLICIES})


def imagebots_turn(team: Team) -> None:
    configure(team, policy=MERGED)


def a_persons_commit(team: Team) -> None:
    team.hosted.commit(STAGING, {"notes.txt": b"mine\n"}, "My own words\n")


def a_persons_commit_on_what_is_not_wanted(team: Team) -> None:
    a_persons_commit(team)
    team.commit({"policies/web.yaml": POLICIES.replace('"<2"', '"<1.4.3"')})


def a_hold_on_what_is_not_wanted(team: Team) -> None:
    a_hold(team)
    team.commit({"policies/web.yaml": POLICIES.replace('"<2"', '"<1.4.3"')})


def another_base(team: Team) -> None:
    team.hosted.move("release", team.hosted.tip("main") or "")
    team.hosted.rules["release"] = Rules(checks=("ci",))
    team.open_pulls[STAGING].base = "release"


def a_draft(team: Team) -> None:
    team.open_pulls[STAGING].draft = True


@pytest.mark.parametrize(
    "happens",
    [
        a_larger_step,
        a_hold,
        a_freeze,
        another_policy,
        imagebots_turn,
        a_persons_commit,
        a_persons_commit_on_what_is_not_wanted,
        a_hold_on_what_is_not_wanted,
        another_base,
        a_draft,
    ],
)
def test_the_forge_is_told_when_it_is_not_to_merge_any_more(
    team: Team, imagebot: Run, waiting: PullRequest, happens: Callable[[Team], None]
) -> None:
    happens(team)

    applied(team, imagebot)

    assert waiting.auto_merge is None
    assert waiting.open
    passes(team, waiting)
    assert waiting.open
    assert waiting.merged_at is None


def test_another_step_that_needs_nobody_is_given_to_the_forge_anew(
    team: Team, imagebot: Run, waiting: PullRequest
) -> None:
    team.push(web="1.4.4")

    assert "the forge merges it" in applied(team, imagebot)["staging/web"][1]

    assert waiting.auto_merge == AutoMerge("imagebot", "merge")
    settled(team, imagebot)
    passes(team, waiting)
    assert b"web:1.4.4" in team.hosted.read("main", "envs/staging/web.yaml")


def test_what_was_brought_up_to_date_is_given_to_the_forge_anew(
    team: Team, imagebot: Run, waiting: PullRequest
) -> None:
    path, before = "envs/staging/web.yaml", waiting.head_sha
    team.hosted.commit("main", {path: b"# new\n" + team.hosted.read("main", path)}, "A comment\n")
    team.pull()

    applied(team, imagebot)

    assert waiting.head_sha != before
    assert waiting.auto_merge == AutoMerge("imagebot", "merge")


def test_what_a_registry_does_not_tell_is_not_merged(team: Team, imagebot: Run, waiting: PullRequest) -> None:
    team.registry.__exit__(None, None, None)

    imagebot("apply", str(team.clone))

    assert waiting.open
    assert waiting.auto_merge is None


@pytest.mark.parametrize("happens", [a_hold, a_freeze, another_policy, a_persons_commit])
def test_what_a_person_told_the_forge_stands(
    team: Team, imagebot: Run, waiting: PullRequest, happens: Callable[[Team], None]
) -> None:
    waiting.auto_merge = AutoMerge("you", "squash")
    happens(team)

    applied(team, imagebot)

    assert waiting.auto_merge == AutoMerge("you", "squash")


def test_what_a_person_told_the_forge_is_not_for_another_step(
    team: Team, imagebot: Run, waiting: PullRequest
) -> None:
    waiting.auto_merge = AutoMerge("you", "squash")
    team.push(web="1.9.0")

    applied(team, imagebot)

    assert waiting.auto_merge is None


def test_nothing_is_pushed_where_the_forge_would_still_merge(
    team: Team, imagebot: Run, waiting: PullRequest
) -> None:
    team.push(web="1.9.0")
    team.github.fail("POST .*/graphql", 403, "Resource not accessible by integration", times=9)
    before = team.hosted.tip(STAGING)

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert outcome.code == 4
    (failed,) = (item for item in outcome.json["outcomes"] if item["proposal"] == "staging/web")
    assert failed["action"] == "failed"
    assert "cannot disable auto-merge of pull request" in failed["reason"]
    assert team.hosted.tip(STAGING) == before


@pytest.mark.parametrize("policy", [MERGED, FORGE])
def test_a_commit_that_nobody_looked_at_is_not_merged(team: Team, imagebot: Run, policy: str) -> None:
    configure(team, policy=policy)
    team.hosted.settings.allow_auto_merge = True
    team.push(web="1.4.3")
    applied(team, imagebot)
    aged(team, STAGING)

    def push() -> None:
        team.hosted.commit(STAGING, {"mine.txt": b"x"}, "Not looked at\n")

    came = team.github.on_first("GET .*/pulls$", push)  # when the branches are listed already

    action, reason = applied(team, imagebot)["staging/web"]

    assert came.is_set()
    assert (action, "not the commit that imagebot looked at" in reason) == ("unchanged", True)
    pull = team.open_pulls[STAGING]
    assert pull.auto_merge is None


def test_a_dry_run_tells_that_the_forge_would_be_stopped(
    team: Team, imagebot: Run, waiting: PullRequest
) -> None:
    team.push(web="1.9.0")

    outcome = imagebot("apply", str(team.clone), "--dry-run")

    assert (
        f"keep the forge from merging pull request #{waiting.number} by itself" in outcome.out + outcome.err
    )
    assert waiting.auto_merge is not None
