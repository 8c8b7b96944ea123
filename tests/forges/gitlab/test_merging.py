"""Merging on GitLab: where it would do something else than was asked for, and what it says too tersely."""

from __future__ import annotations

import pytest

from imagebot.errors import ForgeError, MergeBlocked
from imagebot.forges.gitlab import GitLabForge
from tests.forges.contract.gitlab_world import GitLabWorld
from tests.forges.contract.proposed import propose, push
from tests.forges.contract.world import BASE, PATH


def test_a_method_that_the_project_would_not_use_is_refused(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    before = world.writes

    with pytest.raises(MergeBlocked, match="method rebase"):
        forge.merge(opened, "rebase")

    assert world.writes == before


def test_commits_are_squashed(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)

    forge.merge(opened, "squash")

    parents = world.project.repository.git("rev-list", "--parents", "-1", BASE).text.split()
    assert len(parents) == 2
    assert world.read(BASE, PATH) == b"image: web:2\n"


def test_nothing_is_merged_at_once_because_no_pipeline_is_there_yet(
    world: GitLabWorld, forge: GitLabForge
) -> None:
    opened = propose(world, forge)

    with pytest.raises(MergeBlocked, match="no pipeline"):
        forge.enable_auto_merge(opened, "merge")

    assert world.shown(opened).open is True


def test_the_pipeline_of_an_older_head_is_none_to_wait_for(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.report(opened.head, "ci/test", "pending")
    push(world, tag=3)
    moved = forge.open_pull_requests("imagebot/")[opened.branch]

    with pytest.raises(MergeBlocked, match="no pipeline"):
        forge.enable_auto_merge(moved, "merge")


def test_a_pipeline_that_runs_is_waited_for_although_none_is_asked_for(
    world: GitLabWorld, forge: GitLabForge
) -> None:
    opened = propose(world, forge)
    world.report(opened.head, "ci/test", "pending")

    forge.enable_auto_merge(opened, "merge")

    assert world.shown(opened).auto_merge is True
    world.report(opened.head, "ci/test", "passed")
    assert world.shown(opened).merged is True


def test_a_lost_answer_to_an_automatic_merge_is_looked_up(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.report(opened.head, "ci/test", "pending")
    world.server.faults.fail("PUT .*/merge$", 502, "Bad Gateway", applied=True, times=2)

    forge.enable_auto_merge(opened, "merge")

    assert world.shown(opened).auto_merge is True


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(201, id="a-refusal-that-looks-like-success"),
        pytest.param(401, id="no-right"),
        pytest.param(502, id="server-error"),
    ],
)
def test_an_automatic_merge_that_stays_on_is_told(
    world: GitLabWorld, forge: GitLabForge, status: int
) -> None:
    opened = propose(world, forge)
    world.report(opened.head, "ci/test", "pending")
    forge.enable_auto_merge(opened, "merge")
    world.server.faults.fail("POST .*/cancel_merge_when_pipeline_succeeds", status, "no", times=5)

    with pytest.raises(ForgeError, match="cancel the auto-merge of"):
        forge.disable_auto_merge(opened)

    assert world.shown(opened).auto_merge is True


def test_a_lost_answer_to_a_cancelled_merge_is_looked_up(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.report(opened.head, "ci/test", "pending")
    forge.enable_auto_merge(opened, "merge")
    world.server.faults.fail("POST .*/cancel_merge_when_pipeline_succeeds", 502, "Bad Gateway", applied=True)

    forge.disable_auto_merge(opened)

    assert world.shown(opened).auto_merge is False


@pytest.mark.parametrize(
    ("status", "why"),
    [
        pytest.param(401, "may not merge into its branch", id="no-right-on-the-branch"),
        pytest.param(405, "it is a draft", id="405-tells-nothing"),
        pytest.param(406, "it is a draft", id="before-15.6"),
        pytest.param(422, "it is a draft", id="422"),
        pytest.param(409, "SHA does not match", id="another-head"),
    ],
)
def test_the_reason_is_told(world: GitLabWorld, forge: GitLabForge, status: int, why: str) -> None:
    opened = propose(world, forge, draft=True)
    world.server.faults.fail("PUT .*/merge$", status, "SHA does not match HEAD of source branch: abc")

    with pytest.raises(MergeBlocked, match=why):
        forge.merge(opened, "merge")


def test_what_a_person_merged_meanwhile_at_another_head_is_not_ours(
    world: GitLabWorld, forge: GitLabForge
) -> None:
    opened = propose(world, forge)
    world.commit(opened.branch, {PATH: b"image: web:by-hand\n"}, "Edit by hand\n")
    world.merge(opened)

    with pytest.raises(MergeBlocked, match="not open"):
        forge.merge(opened, "merge")


def test_gitlab_without_approvals_asks_for_none(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.server.faults.fail("/approvals", 404, "404 Not Found")

    assert forge.readiness(opened).review == "enough"
