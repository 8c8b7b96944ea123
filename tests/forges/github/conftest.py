"""A repository on GitHub's stand-in, and forges that look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.forges.github import GitHubForge
from tests.forges.contract.github_world import GitHubWorld, open_github


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GitHubWorld]:
    """A repository on GitHub."""
    with open_github(tmp_path / "world") as opened:
        yield opened


Serve = Callable[[Callable[[Request], Response]], GitHubForge]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A forge at an address where something answers as the test says."""
    with ExitStack() as open_servers:

        def start(handle: Callable[[Request], Response]) -> GitHubForge:
            server = LoopbackServer(handle)
            open_servers.callback(server.close)
            api = f"http://{server.host}/api/v3"
            return GitHubForge("acme/config", "ghp_x", api=api, token_source="a test", polite=False)

        yield start


def json_answer(text: str, status: int = 200) -> Response:
    return Response(status, text.encode(), {"Content-Type": "application/json"})
