"""Names that change under the bot, and switches that are thrown."""

from __future__ import annotations

import os
import subprocess

import pytest
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.state import HostedRepository
from imagebot.repository.authentication import git_environment
from tests.demo.github.conftest import Connect


def git(github: GitHubStandIn, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | dict(git_environment(github.url, github.token)) | {"GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(["git", *arguments], env=environment, capture_output=True, text=True, check=False)


# https://docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository
def test_the_old_name_leads_to_the_new_one(
    github: GitHubStandIn, repo: Repository, pull: PullRequest, hosted: HostedRepository, connect: Connect
) -> None:
    old = hosted.clone_url
    github.rename("acme/config", "acme/deployments")

    assert repo.raw_data["full_name"] == "acme/deployments"
    assert [each.number for each in repo.get_pulls(head="acme:topic")] == [1]
    assert repo.get_pull(1).html_url == f"{github.url}/acme/deployments/pull/1"
    assert "refs/heads/topic" in git(github, "ls-remote", old).stdout
    connect().get_repo("acme/config").create_issue("hello")  # PyGithub does not follow where it writes
    assert (github.requests[-1].status, hosted.issues) == (307, {})


def test_the_default_branch_takes_another_name(
    repo: Repository, pull: PullRequest, hosted: HostedRepository, owner: Owner
) -> None:
    owner.require(checks=["ci"])
    owner.rename_default_branch("trunk")

    found = repo.get_pull(1)

    assert repo.raw_data["default_branch"] == "trunk"
    assert (found.state, found.base.ref, repo.get_branch("trunk").protected) == ("open", "trunk", True)
    assert hosted.tip("main") is None


def test_an_archived_repository_takes_no_push(
    github: GitHubStandIn, hosted: HostedRepository, owner: Owner, tmp_path: object
) -> None:
    owner.set(archived=True)

    refused = git(github, "-C", str(hosted.path), "push", hosted.clone_url, "topic:new")

    assert refused.returncode != 0
    assert hosted.tip("new") is None


def test_a_setting_that_nobody_knows_is_refused(owner: Owner) -> None:
    with pytest.raises(AttributeError, match="allow_everything"):
        owner.set(allow_everything=True)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("kind", ["POST .*/pulls$", "POST .*/git-receive-pack$"])
def test_a_connection_can_break_before_or_after_the_work(
    github: GitHubStandIn, repo: Repository, hosted: HostedRepository, applied: bool, kind: str
) -> None:
    github.fail(kind, 0, times=3, applied=applied)  # Git sends again over a fresh connection

    if kind.endswith("pulls$"):
        with pytest.raises(Exception, match="aborted|closed|disconnected"):
            repo.create_pull("main", "topic", title="a")
        done = bool(hosted.pulls)
    else:
        pushed = git(github, "-C", str(hosted.path), "push", hosted.clone_url, "topic:new")
        assert pushed.returncode != 0
        done = hosted.tip("new") is not None

    assert done == applied
    assert github.writes[-1].status == 0


def test_faults_can_be_forgotten(github: GitHubStandIn, repo: Repository, hosted: HostedRepository) -> None:
    github.fail(".*", 503, times=9)
    github.forget()

    assert repo.raw_data["full_name"] == hosted.name
