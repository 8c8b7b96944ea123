"""One host down, one that limits, one that hangs: the others' updates are proposed without waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.engine.propose import Proposer
from imagebot.plan import Outcome as Proposed
from imagebot.plan import Plan
from tests.builders import NEW
from tests.cli.conftest import Team
from tests.processes import Outcome
from tests.registries.quirk_server import manifest, page, quirky

Run = Callable[..., Outcome]
DOWN = "127.0.0.1:1"  # a port that nothing listens on


@pytest.fixture
def quick_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is decided is used after a twentieth of a second without any answer."""
    monkeypatch.setattr("imagebot.engine.planning.STALLED_S", 0.05)


@pytest.mark.usefixtures("quick_stall")
def test_updates_are_proposed_while_other_hosts_are_down_limit_and_hang(team: Team, imagebot: Run) -> None:
    team.push(web="1.5.0")
    proposed = team.github.on_first(r"POST .*/pulls$", lambda: None)
    waited: list[bool] = []

    def hang(request: Request) -> Response:
        waited.append(proposed.wait(60))
        return Response(0)

    def limit(request: Request) -> Response:
        return Response(429, b'{"errors":[{"message":"slow down"}]}', {"Retry-After": "30"})

    with quirky(hang) as hanging, quirky(limit) as limited:
        hosts = {"down": DOWN, "limited": limited, "hanging": hanging}
        images = "".join(f"  {name}: {{image: '{host}/acme/{name}:1.0.0'}}\n" for name, host in hosts.items())
        others = "policies: [{name: others, images: ['127.0.0.1:*/*'], tags: {range: '<2'}}]\n"
        team.commit({"compose.yml": f"services:\n{images}", "policies/z.yaml": others})
        outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert outcome.code == 5
    assert {name for name, pull in team.open_pulls.items() if pull.open} >= {"imagebot/production/web"}
    assert waited
    assert all(waited), "the hanging host was waited for before anything was proposed"
    named = {error["image"]: error["id"] for error in outcome.json["errors"]}
    assert named == {
        f"{DOWN}/acme/down": "registry-unreachable",
        f"{limited}/acme/limited": "registry-limited",
        f"{hanging}/acme/hanging": "registry-unreachable",
    }


@pytest.mark.usefixtures("quick_stall")
def test_a_proposal_that_a_slow_host_belongs_to_is_made_once_and_whole(team: Team, imagebot: Run) -> None:
    """With only one of its images, the pull request would be changed again a moment later."""
    team.push(web="1.5.0")
    proposed = team.github.on_first(r"POST .*/pulls$", lambda: None)

    def slow(request: Request) -> Response:
        assert proposed.wait(60)
        if "manifests" in request.path:
            return manifest(Docker_Content_Digest=NEW)
        return page(["1.0.0", "1.1.0"])

    with quirky(slow) as host:
        image = f"services: {{a: {{image: '{host}/acme/slow:1.0.0'}}}}\n"
        policy = "policies: [{name: web, images: ['127.0.0.1:*/*'], tags: {range: '<2'}}]\n"
        team.commit({"envs/staging/slow.yaml": image, "policies/web.yaml": policy})
        outcome = imagebot("apply", str(team.clone), "-o", "json")

    actions = [(item["proposal"], item["action"]) for item in outcome.json["outcomes"]]
    assert actions == [("production/web", "created"), ("staging/web", "created")]
    assert "slow" in team.open_pulls["imagebot/staging/web"].title


@pytest.mark.usefixtures("quick_stall")
def test_nothing_is_closed_before_every_host_has_spoken(
    team: Team, imagebot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.push(web="1.5.0")
    imagebot("apply", str(team.clone))
    closed = team.github.on_first(r"PATCH .*/pulls/", lambda: None)
    hung: list[bool] = []
    acted = Event()

    carry_out = Proposer.carry_out

    def watched(proposer: Proposer, plan: Plan) -> Iterator[Proposed]:
        yield from carry_out(proposer, plan)
        acted.set()

    monkeypatch.setattr(Proposer, "carry_out", watched)

    def hang(request: Request) -> Response:
        assert acted.wait(60)  # upon a plan that still waits for this host
        hung.append(closed.is_set())
        return Response(0)

    with quirky(hang) as host:
        image = f"services: {{a: {{image: '{host}/acme/slow:1.0.0'}}}}\n"
        images = f"['{host}/*', '{team.registry.host}/acme/side']"  # one of them answers, and makes a round
        policy = f"policies: [{{name: other, images: {images}}}]\n"
        team.commit({"envs/production/slow.yaml": image, "policies/web.yaml": policy})
        outcome = imagebot("apply", str(team.clone), "-o", "json")

    assert hung
    assert not any(hung)
    assert {(item["proposal"], item["action"]) for item in outcome.json["outcomes"]} == {
        ("production/web", "closed"),
        ("staging/web", "closed"),
    }
