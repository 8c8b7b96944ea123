"""How pull requests live while people push, merge, close and delete."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from github import GithubException
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github.owner import Owner
from imagebot.demo.github.person import Person
from imagebot.demo.github.state import HostedRepository


@pytest.fixture
def kept(pull: PullRequest, hosted: HostedRepository) -> object:
    return hosted.pulls[pull.number]


def seen(repo: Repository, pull: PullRequest) -> tuple[bool, bool, str]:
    found = repo.get_pull(pull.number)
    return found.state == "open", found.merged, found.head.sha


# https://docs.github.com/en/rest/pulls/pulls: "mergeable" is null until a job in the background has run
def test_whether_it_merges_is_unknown_at_first_and_after_every_push(
    repo: Repository, pull: PullRequest, ann: Person
) -> None:
    told = [(pull.mergeable, pull.mergeable_state)]
    for path in (None, "b.yaml", "a.yaml"):
        if path:
            ann.push("main", {path: b"tag: 9\n"})
        for _ in range(2):
            found = repo.get_pull(pull.number)
            told.append((found.mergeable, found.mergeable_state))

    known, unknown = (True, "clean"), (None, "unknown")
    assert told == [unknown, known, known, unknown, known, unknown, (False, "dirty")]


@pytest.mark.parametrize(
    ("prepare", "word"),
    [
        pytest.param(lambda owner, sha: owner.require(checks=["ci"]), "blocked", id="check-missing"),
        pytest.param(lambda owner, sha: owner.require(reviews=1), "blocked", id="review-missing"),
        pytest.param(
            lambda owner, sha: owner.set_status(sha, "lint", "failure"), "unstable", id="other-check"
        ),
        pytest.param(lambda owner, sha: owner.set_check(sha, "lint", None), "unstable", id="other-runs"),
        pytest.param(lambda owner, sha: owner.set_check(sha, "lint", "skipped"), "clean", id="skipped"),
        pytest.param(
            lambda owner, sha: [owner.require(strict=True), owner.push("main", {"b": b""})],
            "behind",
            id="behind",
        ),
    ],
)
def test_the_one_word_for_it_all(
    repo: Repository, pull: PullRequest, owner: Owner, prepare: Callable[[Owner, str], object], word: str
) -> None:
    prepare(owner, pull.head.sha)

    assert [repo.get_pull(pull.number).mergeable_state for _ in range(2)][-1] == word


@pytest.mark.parametrize(
    ("method", "parents", "subject"),
    [
        ("merge", 2, "Merge pull request #1 from topic"),
        ("squash", 1, "Move (#1)"),
        ("rebase", 1, "More"),
    ],
)
def test_merge_methods_make_their_commits(
    repo: Repository,
    pull: PullRequest,
    hosted: HostedRepository,
    ann: Person,
    method: str,
    parents: int,
    subject: str,
) -> None:
    ann.push("topic", {"c.yaml": b"c\n"}, "More\n")
    ann.push("main", {"b.yaml": b"b\n"})

    merged = repo.get_pull(pull.number).merge(merge_method=method)

    commit = repo.get_git_commit(merged.sha)
    assert (len(commit.parents), commit.message.splitlines()[0]) == (parents, subject)
    assert hosted.tip("main") == merged.sha
    assert [hosted.read("main", name) for name in ("a.yaml", "b.yaml", "c.yaml")] == [
        b"tag: 2\n",
        b"b\n",
        b"c\n",
    ]
    assert "+tag: 2" in hosted.diff(hosted.pulls[1])


def test_a_rebase_that_conflicts_changes_nothing(
    pull: PullRequest, hosted: HostedRepository, ann: Person
) -> None:
    tip = ann.push("main", {"a.yaml": b"tag: 9\n"})

    with pytest.raises(GithubException, match="not mergeable"):
        pull.merge(merge_method="rebase")

    assert hosted.tip("main") == tip


def test_the_branch_goes_after_a_merge_where_that_is_set(
    pull: PullRequest, hosted: HostedRepository, owner: Owner, ann: Person
) -> None:
    owner.set(delete_branch_on_merge=True)

    ann.merge(hosted.pulls[pull.number])

    assert hosted.tip("topic") is None
    assert hosted.pulls[pull.number].merged_by == "ann"


# https://docs.github.com/en/pull-requests: commits that reach the base by a push count as merged
@pytest.mark.parametrize(
    ("act", "opened", "merged"),
    [
        pytest.param(
            lambda ann, hosted: ann.force_push("main", hosted.tip("topic")), False, True, id="base-takes-head"
        ),
        pytest.param(
            lambda ann, hosted: ann.force_push("topic", hosted.tip("main")), False, False, id="nothing-left"
        ),
        pytest.param(lambda ann, hosted: ann.delete_branch("topic"), False, False, id="head-deleted"),
        pytest.param(lambda ann, hosted: ann.push("topic", {"b": b""}), True, False, id="pushed"),
        pytest.param(lambda ann, hosted: ann.push("main", {"b": b""}), True, False, id="base-moved"),
    ],
)
def test_pull_requests_follow_their_branches(
    repo: Repository,
    pull: PullRequest,
    hosted: HostedRepository,
    ann: Person,
    act: Callable[[Person, HostedRepository], object],
    opened: bool,
    merged: bool,
) -> None:
    act(ann, hosted)

    assert seen(repo, pull)[:2] == (opened, merged)
    told = repo.get_issue(pull.number)
    assert (told.closed_by and told.closed_by.login) == (None if opened else "ann")


def test_what_still_is_what_it_was_can_be_opened_again(
    repo: Repository, pull: PullRequest, hosted: HostedRepository, ann: Person
) -> None:
    kept = hosted.pulls[pull.number]
    ann.close(kept)
    pushed = ann.push("topic", {"b.yaml": b""})

    assert seen(repo, pull) == (False, False, pull.head.sha)
    ann.reopen(kept)
    assert seen(repo, pull) == (True, False, pushed)


def test_a_branch_that_comes_back_where_it_was_can_be_opened_again(
    repo: Repository, pull: PullRequest, hosted: HostedRepository, ann: Person
) -> None:
    ann.delete_branch("topic")
    assert not seen(repo, pull)[0]
    ann.force_push("topic", pull.head.sha)

    pull.edit(state="open")

    assert seen(repo, pull)[0]


def test_a_draft_cannot_be_changed_by_rest(repo: Repository, pull: PullRequest) -> None:
    repo.requester.requestJsonAndCheck("PATCH", "/repos/acme/config/pulls/1", input={"draft": True})

    assert not repo.get_pull(1).draft


def test_a_review_that_counts_lets_it_through(
    repo: Repository, pull: PullRequest, hosted: HostedRepository, owner: Owner, ann: Person
) -> None:
    owner.require(reviews=1)
    pull.create_review_request(["ann"])
    hosted.people["ann"] = "read"
    ann.review(hosted.pulls[1], "APPROVED")
    with pytest.raises(GithubException, match="approving review is required by reviewers with write access"):
        pull.merge()
    hosted.people["ann"] = "write"
    ann.review(hosted.pulls[1], "COMMENTED")

    assert pull.merge().merged
    assert [review.state for review in pull.get_reviews()] == ["APPROVED", "COMMENTED"]
    assert repo.get_pull(1).requested_reviewers == []


def test_the_list_tells_of_drafts_and_labels_and_sorts(
    repo: Repository, pull: PullRequest, hosted: HostedRepository, ann: Person
) -> None:
    hosted.move("other", hosted.tip("topic") or "")
    repo.create_pull("main", "other", title="b", draft=True)
    ann.label(1, "env/production")

    found = list(repo.get_pulls(state="all", sort="created", direction="asc"))

    assert [(each.number, each.draft, [label.name for label in each.labels]) for each in found] == [
        (1, False, ["env/production"]),
        (2, True, []),
    ]
    assert [each.number for each in repo.get_pulls(base="main")] == [2, 1]
    assert [commit.sha for commit in pull.get_commits()] == [pull.head.sha]
