"""The whole command against every forge that has an API: opened, left alone, moved, closed, told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.registry import EmbeddedRegistry
from imagebot.forges.values import PullRequest
from tests.forges.contract.world import BASE, MAINTAINER
from tests.forges.contract.worlds import WORLDS
from tests.processes import Outcome
from tests.secrets_planted import SECRET

Run = Callable[..., Outcome]
BRANCH = "imagebot/_/web"
TOKENS: dict[str, tuple[str, Callable[[Any], tuple[str, str]]]] = {
    "github": ("GITHUB_TOKEN", lambda world: (world.server.token, world.server.api)),
    "gitlab": ("GITLAB_TOKEN", lambda world: (world.server.token, world.server.api)),
    "gitea": ("GITEA_TOKEN", lambda world: (SECRET, world.server.api)),
}


class Team:
    """A config repository on one forge, and a registry."""

    def __init__(self, kind: str, world: Any, registry: EmbeddedRegistry, imagebot: Run, api: str) -> None:
        self.world = world
        self.registry = registry
        self.options = ("--forge", kind, "--forge-api", api, "--forge-repository", world.name)
        self._imagebot = imagebot

    def run(self, command: str, *more: str) -> Outcome:
        outcome = self._imagebot(command, f"{self.world.source}.git", *self.options, "-o", "json", *more)
        assert outcome.code == 0, outcome.err
        return outcome

    def applied(self) -> dict[str, str]:
        return {item["proposal"]: item["action"] for item in self.run("apply").json["outcomes"]}

    @property
    def opened(self) -> PullRequest:
        found: PullRequest = self.world.forge().open_pull_requests("imagebot/")[BRANCH]
        return found


@contextmanager
def _team(kind: str, folder: Path, registry: EmbeddedRegistry, imagebot: Run) -> Iterator[Team]:
    with WORLDS[kind](folder) as world:
        registry.push("acme/web", "1.4.2")
        rule = f"{{name: web, images: ['{registry.host}/*'], pull-request: {{reviewers: [{MAINTAINER}]}}}}"
        files = {
            "compose.yaml": f"services: {{web: {{image: '{registry.host}/acme/web:1.4.2'}}}}\n",
            "policies/web.yaml": f"policies: [{rule}]\n",
        }
        world.commit(BASE, {path: text.encode() for path, text in files.items()}, "Begin\n")
        yield Team(kind, world, registry, imagebot, TOKENS[kind][1](world)[1])


@pytest.fixture(params=sorted(TOKENS))
def team(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    registry: EmbeddedRegistry,
    imagebot: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Team]:
    with _team(request.param, tmp_path / "forge", registry, imagebot) as found:
        name, access = TOKENS[request.param]
        monkeypatch.setenv(name, access(found.world)[0])
        yield found


def test_a_pull_request_lives_on_every_forge(team: Team) -> None:
    team.registry.push("acme/web", "1.5.0")

    assert team.applied() == {"_/web": "created"}
    first = team.opened
    assert b"web:1.5.0" in team.world.read(BRANCH, "compose.yaml")
    assert MAINTAINER in team.world.shown(first).reviewers
    writes = team.world.writes
    assert team.applied() == {"_/web": "unchanged"}
    assert team.world.writes == writes

    team.registry.push("acme/web", "1.5.1")
    assert team.applied() == {"_/web": "updated"}
    assert team.opened.number == first.number
    assert "1.5.1" in team.opened.title
    assert any("1.5.1" in text for _, text in team.world.shown(first).comments)
    assert [item["number"] for item in team.run("status").json["open"]] == [first.number]

    team.world.close(team.opened)
    assert team.applied() == {"_/web": "held"}
    assert team.world.tip(BRANCH) is None
    team.registry.push("acme/web", "1.6.0")
    assert team.applied() == {"_/web": "created"}
    team.world.merge(team.opened)
    assert team.applied() == {BRANCH: "closed"}
    writes = team.world.writes
    assert team.applied() == {}
    assert team.world.writes == writes


def test_a_comment_is_obeyed_on_every_forge(team: Team) -> None:
    team.registry.push("acme/web", "1.5.0")
    team.applied()
    team.world.comment(team.opened, "/imagebot hold 14d audit", author=MAINTAINER)

    assert team.applied() == {"_/web": "held"}
    assert any("Held until" in text for _, text in team.world.shown(team.opened).comments)
    writes = team.world.writes
    assert team.applied() == {"_/web": "held"}
    assert team.world.writes == writes
