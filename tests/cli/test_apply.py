"""``imagebot apply`` against the GitHub stand-in, over real HTTP and real Git."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebot.demo.github.threads import create_label
from tests.cli.conftest import NASTY, Team
from tests.processes import Outcome, git

Run = Callable[..., Outcome]
STAGING = "imagebot/staging/web"


def actions(outcome: Outcome) -> dict[str, str]:
    return {item["proposal"]: item["action"] for item in outcome.json["outcomes"]}


def test_one_pull_request_for_each_environment_and_policy(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0", worker="0.10")

    outcome = imagebot("apply", str(team.clone))

    assert outcome.code == 0
    assert sorted(team.open_pulls) == ["imagebot/production/web", STAGING]
    pull = team.open_pulls[STAGING]
    assert pull.title == "staging: update web 1.4.2 to 1.5.0"
    digest = team.registry.push("acme/web", "1.5.0")
    for answer in (
        "| staging | `envs/staging/web.yaml:8` |",
        f"`{team.registry.host}/acme/web`",
        "`1.4.2`",
        "`1.5.0`",
        digest,
        "the newest tag that policy web allows (semver \\<2)",
        "`policies/web.yaml:2`",
    ):
        assert answer in pull.body


def test_the_commit_changes_these_characters_and_no_other(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    imagebot("apply", str(team.clone))

    path = "envs/staging/web.yaml"
    before = team.filled(NASTY[path])
    assert team.hosted.read(STAGING, path) == before.replace(b"acme/web:1.4.2", b"acme/web:1.5.0")
    assert team.hosted.git("diff", "--name-only", "main", STAGING).text == path


def test_the_commit_carries_trailers(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    imagebot("apply", str(team.clone))

    trailers = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=team.hosted.message(STAGING),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Imagebot-Proposal: staging/web\n" in trailers
    assert "Imagebot-From: 1.4.2\n" in trailers
    assert "Imagebot-To: 1.5.0@sha256:" in trailers
    assert team.hosted.message(STAGING).splitlines()[0] == team.open_pulls[STAGING].title


def test_a_second_run_writes_nothing(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0", worker="0.10", side="v1.1.0")
    imagebot("apply", str(team.clone))
    writes = len(team.github.writes)
    tips = team.hosted.git("for-each-ref").text

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert set(actions(outcome).values()) == {"unchanged"}
    assert len(team.github.writes) == writes
    assert team.hosted.git("for-each-ref").text == tips


def test_a_tag_that_is_rejected_touches_no_pull_request(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    writes = len(team.github.writes)
    team.push(web="2.0.0 1.6.0-rc1 nightly")

    for forge in ("github", "git"):
        imagebot("apply", str(team.clone), "--forge", forge)

    assert len(team.github.writes) == writes


def test_a_newer_tag_moves_the_same_pull_request(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    number = team.open_pulls[STAGING].number
    team.push(web="1.5.1")

    imagebot("apply", str(team.clone))

    assert team.open_pulls[STAGING].number == number
    assert team.open_pulls[STAGING].title == "staging: update web 1.4.2 to 1.5.1"
    assert b"acme/web:1.5.1" in team.hosted.read(STAGING, "envs/staging/web.yaml")
    assert team.hosted.git("rev-list", "--count", f"main..{STAGING}").text == "1"


def test_the_writes_of_a_life_are_the_fewest(team: Team, imagebot: Run) -> None:
    """As docs/pull-requests.md lists them; the labels themselves are made once."""
    for label in ("imagebot", "env/staging", "step/minor"):
        create_label(team.hosted, label)
    counts = []
    team.commit({"envs/production/kustomization.yaml": "kind: Kustomization\n"})
    for pushed in ("1.5.0", "1.5.1", None):
        if pushed:
            team.push(web=pushed)
        else:
            web = NASTY["envs/staging/web.yaml"].replace("1.4.2", "1.5.1")
            team.commit({"envs/staging/web.yaml": web})
        before = len(team.github.writes)
        imagebot("apply", str(team.clone))
        counts.append([f"{s.method} {s.path.rpartition('/')[2]}" for s in team.github.writes[before:]])

    number = str(team.pulls[0].number)
    assert counts == [
        ["POST git-receive-pack", "POST pulls", f"PATCH {number}"],
        ["POST git-receive-pack", f"PATCH {number}", "POST comments"],
        [f"PATCH {number}", "POST git-receive-pack"],
    ]


def test_what_is_merged_is_done_and_its_branch_goes(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.hosted.merge(team.open_pulls[STAGING], None, "you")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert actions(outcome)[STAGING] == "closed"
    assert team.hosted.tip(STAGING) is None
    assert STAGING not in team.open_pulls


def test_nothing_left_to_propose_closes_the_pull_request_with_a_reason(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.registry.delete_tag("acme/web", "1.5.0")

    imagebot("apply", str(team.clone))

    assert team.open_pulls == {}
    assert "nothing is left to propose" in team.pulls[0].body


def test_what_imagebot_closed_comes_back_when_it_is_wanted_again(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.registry.delete_tag("acme/web", "1.5.0")
    imagebot("apply", str(team.clone))
    team.push(web="1.5.0")

    imagebot("apply", str(team.clone))

    assert STAGING in team.open_pulls


def test_a_version_that_a_person_closed_stays_closed_until_a_newer_one(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.hosted.edit_pull(team.open_pulls[STAGING], {"state": "closed"})

    outcome = imagebot("apply", str(team.clone), "-o", "json")
    assert actions(outcome)["staging/web"] == "held"
    assert STAGING not in team.open_pulls

    team.push(web="1.5.1")
    imagebot("apply", str(team.clone))
    assert "1.5.1" in team.open_pulls[STAGING].title


def test_a_commit_by_a_person_on_the_branch_is_never_overwritten(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    theirs = team.hosted.commit(STAGING, {"notes.md": b"wait for the database"}, "Wait\n")
    team.push(web="1.5.1")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert actions(outcome)["staging/web"] == "held"
    assert team.hosted.tip(STAGING) == theirs


def test_a_base_that_moved_elsewhere_leaves_the_branch_alone(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    tip = team.hosted.tip(STAGING)
    team.commit({"README.md": "hello"})

    imagebot("apply", str(team.clone))

    assert team.hosted.tip(STAGING) == tip


def test_a_base_that_moved_in_the_same_file_rebuilds_the_branch(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    changed = NASTY["envs/staging/web.yaml"].replace("v1.0.0", "v1.0.1")
    team.commit({"envs/staging/web.yaml": changed})

    imagebot("apply", str(team.clone))

    content = team.hosted.read(STAGING, "envs/staging/web.yaml")
    assert b"acme/web:1.5.0" in content
    assert b"acme/side:v1.0.1" in content


def test_somebody_elses_branch_and_pull_request_are_left_alone(team: Team, imagebot: Run) -> None:
    theirs = team.hosted.commit("imagebot/mine", {"a.txt": b"a"}, "Mine\n")
    team.hosted.git("update-ref", "refs/heads/imagebot/mine2", "main")
    team.hosted.open_pull("imagebot/mine", "main", "Mine", "", "you")

    imagebot("apply", str(team.clone))

    assert team.hosted.tip("imagebot/mine") == theirs
    assert team.hosted.tip("imagebot/mine2") is not None
    assert "imagebot/mine" in team.open_pulls


def test_the_work_of_a_person_in_the_clone_is_not_touched(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    (team.clone / "untracked.txt").write_text("mine")
    (team.clone / "staged.txt").write_text("mine too")
    git(team.clone, "add", "staged.txt")
    before = state_of(team.clone)

    imagebot("apply", str(team.clone))

    assert state_of(team.clone) == before


def state_of(clone: Path) -> list[str]:
    """Work tree, index, HEAD and local branches."""
    questions = (
        ["status", "--porcelain"],
        ["ls-files", "--stage"],
        ["symbolic-ref", "HEAD"],
        ["for-each-ref", "refs/heads"],
    )
    return [git(clone, *question) for question in questions]


def test_a_git_url_needs_no_clone(team: Team, imagebot: Run, tmp_path: Path) -> None:
    team.push(web="1.5.0")

    for _ in range(2):  # the second run finds its clone in the cache
        outcome = imagebot("apply", team.hosted.clone_url, "--cache", str(tmp_path / "cache"))

    assert outcome.code == 0
    assert STAGING in team.open_pulls


def test_the_plan_the_diff_and_both_ways_to_apply_agree(team: Team, imagebot: Run, tmp_path: Path) -> None:
    team.push(web="1.5.0 1.5.1", side="v1.1.0", worker="0.10 0.11")
    team.registry.push("library/redis", "7", content=b"new content")
    plan = imagebot("plan", str(team.clone), "-o", "json").json
    diff = imagebot("diff", str(team.clone)).out
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", str(team.clone), str(other)], check=True)
    applied = subprocess.run(
        ["git", "-C", str(other), "apply", "-"], input=diff.encode("utf-8", "surrogateescape"), check=False
    )

    imagebot("apply", str(team.clone), "--local")
    remote = imagebot("apply", str(team.clone), "-o", "json").json

    assert applied.returncode == 0
    assert plan["updates"] == remote["updates"]
    assert len(plan["updates"]) == 5
    changed = git(team.clone, "diff", "--name-only").split()
    assert sorted(changed) == sorted({update["path"] for update in plan["updates"]})
    for path in changed:
        assert (team.clone / path).read_bytes() == (other / path).read_bytes()
    for pull in team.open_pulls.values():
        for path in team.hosted.git("diff", "--name-only", "main", pull.head).text.split():
            assert team.hosted.read(pull.head, path) == (team.clone / path).read_bytes()


def test_local_edits_change_only_the_characters_of_the_tags(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0", side="v1.1.0", worker="0.10")
    before = {path: (team.clone / path).read_bytes() for path in NASTY}

    outcome = imagebot("apply", str(team.clone), "--local")

    moves = {
        b"web:1.4.2": b"web:1.5.0",
        b"v1.0.0": b"v1.1.0",
        b"  1.4.2 ": b"  1.5.0 ",
        b"tag: 0.9": b'tag: "0.10"',
    }
    for path, content in before.items():
        for old, new in moves.items():
            content = content.replace(old, new)  # noqa: PLW2901 - one move after the other
        assert (team.clone / path).read_bytes() == content
    assert outcome.code == 0
    assert team.github.writes == []


def test_a_dry_run_says_the_writes_and_makes_none(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    outcome = imagebot("apply", str(team.clone), "--dry-run")

    assert "dry run: push imagebot/staging/web (new)" in outcome.err
    assert "dry run: open a pull request from imagebot/staging/web to main" in outcome.err
    assert team.github.writes == []
    assert team.pulls == []


def test_a_saved_plan_is_carried_out_exactly(team: Team, imagebot: Run, tmp_path: Path) -> None:
    team.push(web="1.5.0")
    saved = tmp_path / "plan.json"
    saved.write_text(imagebot("plan", str(team.clone), "-o", "json").out)
    team.push(web="1.5.1")

    outcome = imagebot("apply", str(team.clone), "--plan", str(saved))

    assert outcome.code == 0
    assert "1.5.0" in team.open_pulls[STAGING].title


@pytest.mark.parametrize("kept", [True, False])
def test_a_saved_plan_says_what_the_images_are(team: Team, imagebot: Run, tmp_path: Path, kept: bool) -> None:
    team.push(web="1.5.0")
    document = imagebot("plan", str(team.clone), "-o", "json").json
    bodies = {proposal["branch"]: proposal["body"] for proposal in document["proposals"]}
    if not kept:
        document["updates"] = [{**update, "evidence": {"digest": 5}} for update in document["updates"]]
    saved = tmp_path / "plan.json"
    saved.write_text(json.dumps(document))

    assert imagebot("apply", str(team.clone), "--plan", str(saved)).code == 0

    for branch, pull in team.open_pulls.items():
        tables = [line for line in bodies[branch].splitlines() if line.startswith("| ")]
        shown = [line for line in tables if line in pull.body or line.startswith("| Reach")]
        assert (shown == tables) == kept
        assert ("| Platforms | `linux/amd64` |" in pull.body) == kept


@pytest.mark.parametrize("moved", ["base", "digest"])
def test_a_saved_plan_is_refused_when_the_world_moved(
    team: Team, imagebot: Run, tmp_path: Path, moved: str
) -> None:
    team.push(web="1.5.0")
    saved = tmp_path / "plan.json"
    saved.write_text(imagebot("plan", str(team.clone), "-o", "json").out)
    if moved == "base":
        team.hosted.commit("main", {"README.md": b"hello"}, "Say hello\n")
    else:
        team.registry.push("acme/web", "1.5.0", content=b"somebody moved the tag")

    outcome = imagebot("apply", str(team.clone), "--plan", str(saved))

    assert outcome.code == 2
    assert "error[plan-stale]" in outcome.err
    assert team.github.writes == []


def test_plain_git_pushes_a_branch_that_says_it_all(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")

    first = imagebot("apply", str(team.clone), "--forge", "git", "-o", "json")
    second = imagebot("apply", str(team.clone), "--forge", "git", "-o", "json")
    markdown = imagebot("apply", str(team.clone), "--forge", "git", "-o", "markdown").out

    assert actions(first)["staging/web"] == "created"
    assert actions(second)["staging/web"] == "unchanged"
    message = team.hosted.message(STAGING)
    assert message.startswith("staging: update web 1.4.2 to 1.5.0\n\n**Updates `web` in `staging`")
    assert "staging: update web 1.4.2 to 1.5.0" in markdown
    assert team.pulls == []


def test_plain_git_moves_and_removes_its_branch(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone), "--forge", "git")
    team.push(web="1.5.1")
    moved = imagebot("apply", str(team.clone), "--forge", "git", "-o", "json")
    for tag in ("1.5.0", "1.5.1"):
        team.registry.delete_tag("acme/web", tag)
    imagebot("apply", str(team.clone), "--forge", "git")

    assert actions(moved)["staging/web"] == "updated"
    assert team.hosted.tip(STAGING) is None


def test_a_body_that_a_person_wrote_is_never_overwritten(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.hosted.edit_pull(team.open_pulls[STAGING], {"title": "Mine now", "body": "I take it from here."})
    team.push(web="1.5.1")

    outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert actions(outcome)["staging/web"] == "held"
    assert team.open_pulls[STAGING].body == "I take it from here."


def test_a_title_that_a_person_changed_stays_while_nothing_moves(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    team.hosted.edit_pull(team.open_pulls[STAGING], {"title": "Please wait for Monday"})

    imagebot("apply", str(team.clone))

    assert team.open_pulls[STAGING].title == "Please wait for Monday"
