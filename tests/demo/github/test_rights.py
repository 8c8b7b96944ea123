"""Who may do what.

Source: https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from github import GithubException
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.state import HostedRepository, Permission
from tests.demo.github.conftest import Connect

ACTS: dict[str, Callable[[Repository], Any]] = {
    "see": lambda repo: repo.get_pulls()[0],
    "comment": lambda repo: repo.get_issue(1).create_comment("hello"),
    "issue": lambda repo: repo.create_issue("hello"),
    "label": lambda repo: repo.get_issue(1).add_to_labels("x"),
    "ask": lambda repo: repo.get_pull(1).create_review_request(["ann"]),
    "edit": lambda repo: repo.get_pull(1).edit(title="b"),
    "status": lambda repo: repo.get_commit(repo.get_branch("topic").commit.sha).create_status("success"),
    "who": lambda repo: repo.get_collaborator_permission("ann"),
    "ref": lambda repo: repo.create_git_ref("refs/heads/new", repo.get_branch("topic").commit.sha),
    "merge": lambda repo: repo.get_pull(1).merge(),
    "protection": lambda repo: repo.get_branch("main").get_protection(),
}


def outcomes(repo: Repository) -> dict[str, int]:
    found = {}
    for name, act in ACTS.items():
        try:
            act(repo)
            found[name] = 200
        except GithubException as refused:
            found[name] = refused.status
    return found


@pytest.mark.parametrize(
    ("permission", "allowed", "otherwise"),
    [
        ("none", "", 404),
        ("read", "see comment issue", 403),
        ("triage", "see comment issue label ask", 403),
        ("write", "see comment issue label ask edit status who ref merge", 403),
        ("admin", " ".join(ACTS), 403),
    ],
)
def test_what_people_may_do(
    github: GitHubStandIn,
    pull: PullRequest,
    hosted: HostedRepository,
    owner: Owner,
    connect: Connect,
    permission: Permission,
    allowed: str,
    otherwise: int,
) -> None:
    github.person(hosted.name, "ann")
    owner.require(branch="main", checks=[])
    repo = connect(github.add_user("bob", permission)).get_repo(hosted.name)

    found = outcomes(repo)

    assert {name for name, status in found.items() if status == 200} == set(allowed.split())
    assert set(found.values()) <= {200, otherwise}


@pytest.mark.parametrize(
    ("rights", "act", "accepted"),
    [
        pytest.param({}, "see", "pull_requests=read", id="nothing"),
        pytest.param({"pull_requests": "read"}, "edit", "pull_requests=write", id="reads"),
        pytest.param({"contents": "write"}, "comment", "issues=write; pull_requests=write", id="no-talk"),
        pytest.param({"pull_requests": "write"}, "merge", "contents=write", id="no-contents"),
        pytest.param({"contents": "read"}, "status", "statuses=write", id="no-statuses"),
        pytest.param({"contents": "write"}, "protection", "administration=read", id="no-administration"),
    ],
)
def test_a_token_that_lacks_a_right_is_told_which(
    github: GitHubStandIn,
    pull: PullRequest,
    hosted: HostedRepository,
    connect: Connect,
    rights: dict[str, str],
    act: str,
    accepted: str,
) -> None:
    reads = {"contents": "read", "pull_requests": "read"} if rights else {}
    repo = connect(github.add_user("bob", "admin", rights=reads | rights)).get_repo(hosted.name)

    with pytest.raises(GithubException, match="Resource not accessible by personal access token") as refused:
        ACTS[act](repo)

    assert (refused.value.headers or {})["x-accepted-github-permissions"] == accepted


def test_who_may_not_even_see_is_told_the_right_too(
    github: GitHubStandIn, hosted: HostedRepository, connect: Connect
) -> None:
    repo = connect(github.add_user("bob", "none")).get_repo(hosted.name)

    with pytest.raises(GithubException, match="Not Found") as refused:
        repo.create_pull("main", "topic", title="a")

    assert (refused.value.headers or {})["x-accepted-github-permissions"] == "pull_requests=write"


def test_those_who_may_only_read_see_no_merge_settings(
    github: GitHubStandIn, hosted: HostedRepository, owner: Owner, connect: Connect
) -> None:
    owner.set(allow_auto_merge=True, delete_branch_on_merge=True, allow_squash_merge=False, private=False)
    told = [connect(token).get_repo(hosted.name).raw_data for token in ("", github.add_user("bob", "read"))]

    assert [each["permissions"]["push"] for each in told] == [True, False]
    assert (told[0]["allow_auto_merge"], told[0]["allow_squash_merge"]) == (True, False)
    assert told[0]["delete_branch_on_merge"] is True
    assert "allow_auto_merge" not in told[1]
    assert told[1]["visibility"] == "public"


def test_a_reader_writes_an_issue_without_labels_and_edits_only_that(
    github: GitHubStandIn, pull: PullRequest, hosted: HostedRepository, connect: Connect
) -> None:
    repo = connect(github.add_user("bob", "read")).get_repo(hosted.name)
    issue = repo.create_issue("hello", labels=["urgent"])
    issue.edit(title="hello again")

    with pytest.raises(GithubException) as refused:
        repo.get_issue(1).edit(title="mine")

    assert (refused.value.status, hosted.issues[2].title, hosted.issues[2].labels) == (403, "hello again", [])


@pytest.mark.parametrize(
    ("role", "old"), [("admin", "admin"), ("write", "write"), ("triage", "read"), ("none", "none")]
)
def test_the_old_permission_stands_beside_the_role(
    github: GitHubStandIn, hosted: HostedRepository, repo: Repository, role: Permission, old: str
) -> None:
    github.add_user("bob")
    hosted.people["bob"] = role

    told = repo.get_collaborator_role_name("bob"), repo.get_collaborator_permission("bob")

    assert told == (role, old)
