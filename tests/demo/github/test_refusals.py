"""What GitHub would not do, in the words that public issues, documents and bots quote."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from github import GithubException, InputGitTreeElement
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github.owner import Owner
from imagebot.demo.github.person import Person
from imagebot.demo.github.state import HostedRepository

NO_COMMIT = "0" * 39 + "1"


@dataclass(frozen=True)
class World:
    repo: Repository
    pull: PullRequest
    hosted: HostedRepository
    owner: Owner
    ann: Person

    @property
    def kept(self) -> Any:
        return self.hosted.pulls[self.pull.number]

    def closed(self) -> Any:
        self.ann.close(self.kept)
        return self.kept

    def patch(self, path: str, content: dict[str, Any]) -> Any:
        return self.repo.requester.requestJsonAndCheck(
            "PATCH", f"/repos/{self.hosted.name}/{path}", input=content
        )


@pytest.fixture
def world(repo: Repository, pull: PullRequest, hosted: HostedRepository, owner: Owner, ann: Person) -> World:
    return World(repo, pull, hosted, owner, ann)


def recreated(world: World) -> None:
    world.closed()
    world.ann.delete_branch("topic")
    world.ann.force_push("topic", world.hosted.tip("main") or "")
    world.ann.push("topic", {"a.yaml": b"tag: 7\n"})
    world.pull.edit(state="open")


def deleted(world: World) -> None:
    world.ann.delete_branch("topic")
    world.pull.edit(state="open")


def merged(world: World) -> None:
    world.ann.merge(world.kept)
    world.pull.edit(state="open")


def replaced(world: World) -> None:
    world.closed()
    world.repo.create_pull("main", "topic", title="Another")
    world.pull.edit(state="open")


def required(world: World, **rules: Any) -> None:
    world.owner.require(**rules)
    world.pull.merge()


def failing(world: World) -> None:
    world.owner.set_status(world.pull.head.sha, "ci", "failure")
    required(world, checks=["ci"])


def refused_by_a_person(world: World) -> None:
    world.ann.review(world.kept, "CHANGES_REQUESTED")
    required(world, reviews=1)


def drafted(world: World) -> None:
    world.ann.set_draft(world.kept, draft=True)
    world.pull.merge()


def squashed(world: World) -> None:
    world.owner.set(allow_squash_merge=False)
    world.pull.merge(merge_method="squash")


def archived(world: World) -> None:
    world.owner.set(archived=True)
    world.pull.create_issue_comment("hello")


def without_issues(world: World) -> None:
    world.owner.set(has_issues=False)
    world.repo.create_issue("Dashboard")


def without_drafts(world: World) -> None:
    world.closed()
    world.owner.set(drafts=False)
    world.repo.create_pull("main", "topic", title="a", draft=True)


def behind(world: World) -> None:
    world.ann.push("main", {"b.yaml": b""})
    required(world, strict=True)


def closed_milestone(world: World) -> None:
    number = world.owner.add_milestone("1.0", "closed")
    world.patch("issues/1", {"milestone": number})


def not_forward(world: World) -> None:
    world.patch("git/refs/heads/topic", {"sha": world.hosted.tip("main")})


def protected(world: World) -> None:
    world.hosted.protect("topic")
    world.patch("git/refs/heads/topic", {"sha": world.hosted.tip("main"), "force": True})


def retargeted(world: World) -> None:
    world.closed()
    world.hosted.move("other", world.hosted.tip("main") or "")
    world.pull.edit(base="other")


# the words as quoted in: https://docs.github.com/en/rest/pulls, https://github.com/Reviewable/Reviewable/issues/561 (reviews),
# https://github.com/renovatebot/renovate (references, reviewers), https://github.com/dependabot/dependabot-core (references),
# and in many repositories' own notes for what cannot be opened again
REFUSALS: list[Any] = [
    pytest.param(lambda w: w.repo.create_pull("main", "gone", title="a"), 422, '"field": "head", "code": "invalid"', id="head-unknown"),
    pytest.param(lambda w: w.repo.create_pull("gone", "topic", title="a"), 422, '"field": "base", "code": "invalid"', id="base-unknown"),
    pytest.param(lambda w: w.repo.create_pull("main", "main", title="a"), 422, "No commits between main and main", id="no-commits"),
    pytest.param(lambda w: w.repo.create_pull("main", "topic", title="a"), 422, "A pull request already exists for acme:topic.", id="twin"),
    pytest.param(without_drafts, 422, "Draft pull requests are not supported in this repository.", id="no-drafts"),
    pytest.param(lambda w: w.pull.edit(title="t" * 257), 422, "title is too long (maximum is 256 characters)", id="title-long"),
    pytest.param(lambda w: w.pull.edit(body="b" * 65537), 422, "body is too long (maximum is 65536 characters)", id="body-long"),
    pytest.param(lambda w: w.pull.create_issue_comment("b" * 65537), 422, "body is too long", id="comment-long"),
    pytest.param(lambda w: w.pull.create_issue_comment(" "), 422, '"field": "body", "code": "missing_field"', id="comment-empty"),
    pytest.param(retargeted, 422, "Cannot change the base branch of a closed pull request.", id="closed-retargeted"),
    pytest.param(deleted, 422, "state cannot be changed. The topic branch has been deleted.", id="reopen-deleted"),
    pytest.param(recreated, 422, "state cannot be changed. The topic branch was force-pushed or recreated.", id="reopen-recreated"),
    pytest.param(replaced, 422, "state cannot be changed. A pull request already exists for acme:topic.", id="reopen-replaced"),
    pytest.param(merged, 422, "state cannot be changed.", id="reopen-merged"),
    pytest.param(lambda w: w.pull.merge(sha=NO_COMMIT), 409, "Head branch was modified. Review and try the merge again.", id="merge-stale"),
    pytest.param(drafted, 405, "Pull Request is still a draft", id="merge-draft"),
    pytest.param(squashed, 405, "Squash merges are not allowed on this repository.", id="merge-method"),
    pytest.param(lambda w: (w.closed(), w.pull.merge()), 405, "Pull Request is not mergeable", id="merge-closed"),
    pytest.param(lambda w: required(w, checks=["ci"]), 405, 'Required status check "ci" is expected.', id="merge-check-missing"),
    pytest.param(failing, 405, 'Required status check "ci" is failing.', id="merge-check-failing"),
    pytest.param(lambda w: required(w, checks=["a", "b"], ruleset=True), 405, "2 of 2 required status checks are expected.", id="merge-checks"),
    pytest.param(lambda w: required(w, reviews=1), 405, "At least 1 approving review is required by reviewers with write access.", id="merge-review"),
    pytest.param(refused_by_a_person, 405, "Changes have been requested.", id="merge-changes-requested"),
    pytest.param(behind, 405, "Head branch is out of date.", id="merge-behind"),
    pytest.param(lambda w: w.pull.create_review_request(["imagebot"]), 422, "Review cannot be requested from pull request author.", id="review-author"),
    pytest.param(lambda w: w.pull.create_review_request(["ann", "nobody"]), 422, "is not a collaborator of the acme/config repository", id="review-stranger"),
    pytest.param(lambda w: w.pull.create_review_request(team_reviewers=["nobodies"]), 422, "One or more of the teams you specified is not a collaborator", id="review-team"),
    pytest.param(closed_milestone, 422, '"field": "milestone", "code": "invalid"', id="milestone-closed"),
    pytest.param(lambda w: w.patch("issues/1", {"milestone": 9}), 422, '"field": "milestone", "code": "invalid"', id="milestone-unknown"),
    pytest.param(lambda w: w.patch("issues/1", {"assignees": ["nobody"]}), 422, '"field": "assignees", "code": "invalid"', id="assignee-unknown"),
    pytest.param(lambda w: [w.repo.create_label("X", "ff0000"), w.repo.create_label("x", "ff0000")], 422, '"code": "already_exists"', id="label-twice"),
    pytest.param(lambda w: w.pull.add_to_labels("l" * 51), 422, "name is too long (maximum is 50 characters)", id="label-long"),
    pytest.param(lambda w: w.pull.remove_from_labels("none"), 404, "Label does not exist", id="label-not-there"),
    pytest.param(without_issues, 410, "Issues has been disabled in this repository.", id="issues-off"),
    pytest.param(archived, 403, "Repository was archived so is read-only.", id="archived"),
    pytest.param(lambda w: w.repo.create_git_ref("refs/heads/topic", w.pull.head.sha), 422, "Reference already exists", id="ref-exists"),
    pytest.param(lambda w: w.repo.create_git_ref("refs/heads/new", NO_COMMIT), 422, "Object does not exist", id="ref-no-object"),
    pytest.param(lambda w: w.repo.create_git_ref("refs/heads/topic/sub", w.pull.head.sha), 422, "Reference update failed", id="ref-beside-folder"),
    pytest.param(not_forward, 422, "Update is not a fast forward", id="ref-not-forward"),
    pytest.param(protected, 422, "Cannot update this protected ref.", id="ref-protected"),
    pytest.param(lambda w: w.patch("git/refs/heads/gone", {"sha": w.pull.head.sha}), 422, "Reference does not exist", id="ref-gone"),
    pytest.param(lambda w: w.repo.create_git_tree([InputGitTreeElement("a", "100644", "blob", sha=NO_COMMIT)]), 422, "is not a valid blob", id="tree-no-blob"),
    pytest.param(lambda w: w.repo.get_commit(NO_COMMIT).create_status("success"), 422, "No commit found for SHA", id="status-no-commit"),
    pytest.param(lambda w: w.repo.get_commit(w.pull.head.sha).create_status("success", description="d" * 141), 422, "description is too long", id="status-long"),
    pytest.param(lambda w: w.repo.get_branch("gone").commit, 404, "Branch not found", id="branch-gone"),
    pytest.param(lambda w: w.repo.get_branch("main").get_protection().url, 403, "Must have admin rights to Repository.", id="protection"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "status", "words"), REFUSALS)
def test_what_github_refuses(world: World, act: Callable[[World], object], status: int, words: str) -> None:
    with pytest.raises(GithubException) as refused:
        act(world)

    assert refused.value.status == status
    assert words in json.dumps(refused.value.data).replace('\\"', '"')


def test_what_was_refused_changed_nothing(world: World) -> None:
    before = world.hosted.git("for-each-ref").text

    for act in (not_forward, lambda w: w.patch("issues/1", {"title": "new", "milestone": 9})):
        with pytest.raises(GithubException):
            act(world)

    assert world.hosted.git("for-each-ref").text == before
    assert world.kept.title == "Move"
