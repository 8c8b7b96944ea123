"""The stand-in itself: what it refuses, so that a forge that goes wrong is seen."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.forges.gitlab.server import GitLabStandIn
from tests.forges.gitlab.state import Project

TEXT = {"source_branch": "topic", "target_branch": "main", "title": "Topic", "description": "Why"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitLabStandIn]:
    with GitLabStandIn(tmp_path / "server") as opened:
        yield opened


@pytest.fixture
def project(server: GitLabStandIn) -> Project:
    made = server.create_project("acme/platform/config", {"a": b"1\n"})
    made.repository.move("topic", made.repository.tip("main") or "")
    made.repository.commit("topic", {"a": b"2\n"}, "Move\n")
    return made


def ask(server: GitLabStandIn, method: str, path: str, content: object = None) -> tuple[int, Any]:
    """Status and content of an answer."""
    request = urllib.request.Request(
        server.api + path,
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={"Authorization": f"Bearer {server.token}"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_a_second_open_one_from_a_branch_is_a_conflict(server: GitLabStandIn, project: Project) -> None:
    assert ask(server, "POST", "/projects/1/merge_requests", TEXT)[0] == 201

    status, content = ask(server, "POST", "/projects/1/merge_requests", TEXT)

    assert status == 409
    assert content["message"] == ["Another open merge request already exists for this source branch: !1"]


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        pytest.param("GET", "/projects/1/merge_requests?head=topic", None, id="parameter"),
        pytest.param("POST", "/projects/1/merge_requests", {**TEXT, "body": "x"}, id="field"),
        pytest.param("GET", "/projects/1/pulls", None, id="path"),
        pytest.param("PATCH", "/projects/1", None, id="method"),
    ],
)
def test_what_is_not_documented_is_noticed(
    server: GitLabStandIn, project: Project, method: str, path: str, content: object
) -> None:
    ask(server, method, path, content)

    assert len(server.violations) == 1


def test_quick_actions_are_carried_out(server: GitLabStandIn, project: Project) -> None:
    _, made = ask(server, "POST", "/projects/1/merge_requests", {**TEXT, "description": "a\n/close\nb"})

    assert (made["state"], made["description"]) == ("closed", "a\nb")


def test_a_branch_that_goes_closes_its_merge_request(server: GitLabStandIn, project: Project) -> None:
    ask(server, "POST", "/projects/1/merge_requests", TEXT)
    project.repository.delete_branch("topic")

    assert ask(server, "GET", "/projects/1/merge_requests/1")[1]["state"] == "closed"
    assert (
        ask(server, "PUT", "/projects/1/merge_requests/1", {"state_event": "reopen"})[1]["state"] == "closed"
    )


def test_a_closed_one_opens_again_as_long_as_its_branch_is_there(
    server: GitLabStandIn, project: Project
) -> None:
    ask(server, "POST", "/projects/1/merge_requests", TEXT)
    ask(server, "PUT", "/projects/1/merge_requests/1", {"state_event": "close"})

    assert (
        ask(server, "PUT", "/projects/1/merge_requests/1", {"state_event": "reopen"})[1]["state"] == "opened"
    )


def test_an_old_path_leads_what_reads_to_the_new_one(server: GitLabStandIn, project: Project) -> None:
    server.rename(project, "acme/state")

    assert ask(server, "GET", "/projects/acme%2Fplatform%2Fconfig")[1]["path_with_namespace"] == "acme/state"
    assert ask(server, "POST", "/projects/acme%2Fplatform%2Fconfig/merge_requests", TEXT)[0] == 404


def test_git_pushes_with_the_token(server: GitLabStandIn, project: Project, tmp_path: Path) -> None:
    address = f"http://oauth2:{server.token}@{server.url.removeprefix('http://')}/acme/platform/config.git"
    subprocess.run(["git", "clone", "--quiet", address, tmp_path / "clone"], check=True)

    subprocess.run(
        ["git", "push", "--quiet", "origin", "HEAD:refs/heads/pushed"], cwd=tmp_path / "clone", check=True
    )

    assert project.repository.tip("pushed") == project.repository.tip("main")
    assert server.writes == []
