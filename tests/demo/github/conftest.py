"""A repository with a branch that changes something, the bot's client, and people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from github import Auth, Github
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.person import Person
from imagebot.demo.github.state import HostedRepository

Connect = Callable[..., Github]


@pytest.fixture
def hosted(github: GitHubStandIn) -> HostedRepository:
    made = github.create_repository("acme/config", files={"a.yaml": b"tag: 1\n"})
    made.git("update-ref", "refs/heads/topic", "main")
    made.commit("topic", {"a.yaml": b"tag: 2\n"}, "Move\n")
    return made


@pytest.fixture
def connect(github: GitHubStandIn) -> Iterator[Connect]:
    """A client for a token: the bot's unless named."""
    with ExitStack() as stack:

        def opened(token: str = "") -> Github:
            client = Github(
                base_url=github.api,
                auth=Auth.Token(token or github.token),
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
                lazy=True,
            )
            stack.callback(client.close)
            return client

        yield opened


@pytest.fixture
def repo(connect: Connect, hosted: HostedRepository) -> Repository:
    return connect().get_repo(hosted.name)


@pytest.fixture
def pull(repo: Repository) -> PullRequest:
    return repo.create_pull("main", "topic", title="Move", body="why")


@pytest.fixture
def ann(github: GitHubStandIn, hosted: HostedRepository) -> Person:
    return github.person(hosted.name, "ann")


@pytest.fixture
def owner(github: GitHubStandIn, hosted: HostedRepository) -> Owner:
    return github.owner(hosted.name)
