"""The GitHub stand-in, spoken to by PyGithub and Git themselves."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest
from github import Auth, Github, GithubException
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.schema import operation_of, violations
from imagebot.demo.github.state import HostedRepository
from imagebot.repository.authentication import git_environment


def client(github: GitHubStandIn, token: str | None = None) -> Github:
    return Github(
        base_url=github.api,
        auth=Auth.Token(token or github.token),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )


def test_a_pull_request_lives(repo: Repository, hosted: HostedRepository) -> None:
    pull = repo.create_pull("main", "topic", title="Move", body="why")
    assert [found.number for found in repo.get_pulls(head="acme:topic")] == [pull.number]

    pull.edit(title="Move on", body="because")
    again = repo.get_pull(pull.number)
    assert (again.title, again.body, again.state, again.head.sha) == (
        "Move on",
        "because",
        "open",
        hosted.tip("topic"),
    )

    merged = again.merge(sha=again.head.sha)
    assert merged.merged
    assert hosted.read("main", "a.yaml") == b"tag: 2\n"
    assert repo.get_pull(pull.number).merged_at is not None


def test_the_head_filter_without_an_owner_filters_nothing(repo: Repository, hosted: HostedRepository) -> None:
    hosted.git("update-ref", "refs/heads/other", "topic")
    repo.create_pull("main", "topic", title="a")
    repo.create_pull("main", "other", title="b")

    assert len(list(repo.get_pulls(head="topic"))) == 2
    assert len(list(repo.get_pulls(head="acme:topic"))) == 1


@pytest.mark.parametrize(
    ("head", "title", "told"),
    [
        ("gone", "a", "invalid"),
        ("main", "a", "No commits between main and main"),
        ("topic", "a" * 257, "title is too long"),
    ],
)
def test_what_github_refuses(repo: Repository, head: str, title: str, told: str) -> None:
    with pytest.raises(GithubException) as refused:
        repo.create_pull("main", head, title=title)

    assert refused.value.status == 422
    assert told in json.dumps(refused.value.data)


def test_a_second_pull_request_from_a_branch_is_refused(repo: Repository) -> None:
    repo.create_pull("main", "topic", title="a")

    with pytest.raises(GithubException, match="A pull request already exists for acme:topic"):
        repo.create_pull("main", "topic", title="b")


def test_a_body_over_the_limit_is_refused(repo: Repository) -> None:
    with pytest.raises(GithubException, match="body is too long"):
        repo.create_pull("main", "topic", title="a", body="x" * 65537)


def test_deleting_the_branch_closes_the_pull_request(repo: Repository, hosted: HostedRepository) -> None:
    pull = repo.create_pull("main", "topic", title="a")
    hosted.git("update-ref", "-d", "refs/heads/topic")

    assert repo.get_pull(pull.number).state == "closed"


def test_a_push_moves_the_head(repo: Repository, hosted: HostedRepository) -> None:
    pull = repo.create_pull("main", "topic", title="a")
    moved = hosted.commit("topic", {"b.yaml": b""}, "More\n")

    assert repo.get_pull(pull.number).head.sha == moved


def test_a_stale_merge_and_a_conflict_are_refused(repo: Repository, hosted: HostedRepository) -> None:
    pull = repo.create_pull("main", "topic", title="a")
    with pytest.raises(GithubException) as stale:
        pull.merge(sha="0" * 40)
    hosted.commit("main", {"a.yaml": b"tag: 3\n"}, "Conflict\n")
    with pytest.raises(GithubException) as conflict:
        pull.merge()

    assert (stale.value.status, conflict.value.status) == (409, 405)


def test_lists_are_paged(repo: Repository, hosted: HostedRepository) -> None:
    for number in range(5):
        hosted.git("update-ref", f"refs/heads/t{number}", "topic")
        repo.create_pull("main", f"t{number}", title="a")
    small = client_paged(repo)

    assert [pull.number for pull in small.get_pulls()] == [5, 4, 3, 2, 1]


def client_paged(repo: Repository) -> Repository:
    repo.requester.per_page = 2
    return repo


def test_tokens_decide_who_may_do_what(github: GitHubStandIn, hosted: HostedRepository) -> None:
    statuses = []
    for token in ("wrong", github.add_user("reader", may_write=False)):
        opened = client(github, token)
        with pytest.raises(GithubException) as refused:
            opened.get_repo(hosted.name).create_pull("main", "topic", title="a")
        opened.close()
        statuses.append(refused.value.status)

    assert statuses == [401, 403]
    assert refused.value.headers is not None
    assert "pull_requests=write" in refused.value.headers["x-accepted-github-permissions"]


@pytest.mark.parametrize("applied", [False, True])
def test_faults_can_be_ordered(
    github: GitHubStandIn, repo: Repository, hosted: HostedRepository, applied: bool
) -> None:
    github.fail("POST .*/pulls", 502, "Server Error", applied=applied)

    with pytest.raises(GithubException) as refused:
        repo.create_pull("main", "topic", title="a")

    assert refused.value.status == 502
    assert len(hosted.pulls) == applied


def test_what_is_not_known_is_never_a_friendly_answer(tmp_path: Path) -> None:
    with GitHubStandIn(tmp_path) as github:
        github.create_repository("acme/config", files={"a": b""})
        opened = client(github)
        with pytest.raises(GithubException) as refused:
            list(opened.get_repo("acme/config").get_hooks())
        opened.close()

        assert refused.value.status == 501
        assert "not implemented by the stand-in" in github.violations[0]


def test_the_description_is_really_checked() -> None:
    found = operation_of("POST", "/repos/acme/config/pulls")

    assert found is not None
    operation, parameters = found
    assert parameters == {"owner": "acme", "repo": "config"}
    assert violations(operation, "request", {"head": "topic", "base": "main", "title": "a"}) == []
    assert violations(operation, "request", {"head": 5, "base": "main"})
    assert violations(operation, "201", {"number": 1})
    assert violations(operation, "299", {})
    assert operation_of("GET", "/repos/acme/config/issues/1/timeline") is None


def test_a_wrong_request_is_a_violation(tmp_path: Path) -> None:
    with GitHubStandIn(tmp_path) as github:
        made = github.create_repository("acme/config", files={"a": b""})
        made.git("update-ref", "refs/heads/topic", "main")
        made.commit("topic", {"a": b"b"}, "b\n")
        body = json.dumps({"head": "topic", "base": "main", "title": 5}).encode()
        request = urllib.request.Request(
            f"{github.api}/repos/acme/config/pulls", body, {"Authorization": f"Bearer {github.token}"}
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 201

        assert any('5 is not of type "string"' in violation for violation in github.violations)


def git(github: GitHubStandIn, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | dict(git_environment(github.url, token)) | {"GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(["git", *arguments], env=environment, capture_output=True, text=True, check=False)


def test_git_clones_and_pushes_with_a_token(
    github: GitHubStandIn, hosted: HostedRepository, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    assert (
        git(github, github.token, "clone", "-q", "--depth", "1", hosted.clone_url, str(clone)).returncode == 0
    )
    (clone / "big.bin").write_bytes(os.urandom(3_000_000))  # Git sends this in chunks
    git(github, github.token, "-C", str(clone), "add", ".")
    git(github, github.token, "-C", str(clone), "commit", "-qm", "big")

    assert git(github, github.token, "-C", str(clone), "push", "-q", "origin", "HEAD:big").returncode == 0
    assert len(hosted.read("big", "big.bin")) == 3_000_000


@pytest.mark.parametrize("token", ["", "wrong"])
def test_git_needs_a_token(
    github: GitHubStandIn, hosted: HostedRepository, tmp_path: Path, token: str
) -> None:
    refused = git(github, token, "clone", "-q", hosted.clone_url, str(tmp_path / "clone"))

    assert refused.returncode != 0


def test_a_protected_branch_takes_no_push(
    github: GitHubStandIn, hosted: HostedRepository, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(github, github.token, "clone", "-q", hosted.clone_url, str(clone))
    hosted.protect("main")
    git(github, github.token, "-C", str(clone), "commit", "-q", "--allow-empty", "-m", "x")

    refused = git(github, github.token, "-C", str(clone), "push", "origin", "HEAD:main")

    assert "Protected branch update failed" in refused.stderr


def test_what_a_request_leaves_out_is_named(github: GitHubStandIn, repo: Repository) -> None:
    with pytest.raises(GithubException, match='"sha\\\\" wasn\'t supplied') as refused:
        repo.requester.requestJsonAndCheck(
            "POST", "/repos/acme/config/git/refs", input={"ref": "refs/heads/x"}
        )

    assert refused.value.status == 422
    assert '"sha" is a required property' in github.violations[0]
    github.violations.clear()
