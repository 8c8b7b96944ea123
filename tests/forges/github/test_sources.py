"""Which addresses are on this GitHub, and which commits say that they break something."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import ForgeError
from imagebot.forges.github import GitHubForge
from tests.forges.github.conftest import Serve, json_answer


def forge_at(api: str) -> GitHubForge:
    return GitHubForge("acme/config", "ghp_x", api=api)


@pytest.mark.parametrize(
    ("api", "source", "name"),
    [
        pytest.param("https://api.github.com", "https://github.com/acme/web", "acme/web", id="github"),
        pytest.param(
            "https://api.github.com", "https://github.com/acme/web.git", "acme/web", id="clone-address"
        ),
        pytest.param("https://api.github.com", "https://github.com/acme/web/", "acme/web", id="slash"),
        pytest.param("https://api.github.com", "https://github.com/acme/.github", "acme/.github", id="dot"),
        pytest.param(
            "https://ghe.example.com/api/v3", "https://ghe.example.com/acme/web", "acme/web", id="enterprise"
        ),
        pytest.param("https://api.acme.ghe.com", "https://acme.ghe.com/acme/web", "acme/web", id="residency"),
        pytest.param(
            "https://ghe.example.com/api/v3", "https://github.com/acme/web", None, id="another-host"
        ),
        pytest.param("https://api.github.com", "http://github.com/acme/web", None, id="in-the-clear"),
        pytest.param(
            "https://api.github.com", "https://github.com.evil.example/acme/web", None, id="longer-host"
        ),
        pytest.param("https://api.github.com", "https://github.com@evil.example/acme/web", None, id="user"),
        pytest.param("https://api.github.com", "https://github.com/acme/..", None, id="up"),
        pytest.param("https://api.github.com", "https://github.com/../user", None, id="up-and-down"),
        pytest.param("https://api.github.com", "https://github.com/acme/web/tree/main", None, id="deeper"),
        pytest.param("https://api.github.com", "https://github.com/acme/web?x=1", None, id="query"),
        pytest.param("https://api.github.com", "https://github.com/acme/web\n", None, id="line-end"),
        pytest.param("https://api.github.com", "https://github.com/acme", None, id="owner-only"),
    ],
)
def test_addresses(api: str, source: str, name: str | None) -> None:
    assert forge_at(api)._name_of(source) == name


def compared(messages: Sequence[str], total: int) -> Response:
    commits = [{"commit": {"message": message}} for message in messages]
    return json_answer(json.dumps({"total_commits": total, "commits": commits}))


def test_a_comparison_is_one_request(serve: Serve) -> None:
    hosts: list[str] = []

    def answer(request: Request) -> Response:
        hosts.append(request.headers["host"])
        return compared(["feat!: drop it"], 1)

    forge = serve(answer)
    found = forge.comparison(f"{forge._web()}/acme/web", "v1", "v2")

    assert found is not None
    assert (found.commits, found.breaking) == (1, ("feat!: drop it",))
    assert len(hosts) == 1


def test_what_is_told_is_bounded_and_clean(serve: Serve) -> None:
    forge = serve(lambda request: compared(["feat!: \u202e\x1b[31m" + "x" * 5000] * 1000, 4321))

    found = forge.comparison(f"{forge._web()}/acme/web", "a/b+c", "v2")

    assert found is not None
    assert found.commits == 4321
    assert len(found.breaking) == 20
    assert all(len(subject) <= 200 and "\u202e" not in subject for subject in found.breaking)
    assert found.url.endswith("/acme/web/compare/a/b%2Bc...v2")


@pytest.mark.parametrize("revision", ["", "a..b", "x:y", "-x", "a b", "a\nb", "a?b", "é", "x" * 201])
def test_what_is_no_revision_is_not_asked_for(serve: Serve, revision: str) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return json_answer("{}")

    forge = serve(answer)

    assert forge.comparison(f"{forge._web()}/acme/web", "v1", revision) is None
    assert forge.release(f"{forge._web()}/acme/web", [revision]) is None
    assert asked == []


@pytest.mark.parametrize("status", [403, 404, 410, 422, 451])
def test_what_may_not_be_seen_is_nothing(serve: Serve, status: int) -> None:
    forge = serve(lambda request: json_answer('{"message": "no"}', status))

    assert forge.release(f"{forge._web()}/acme/web", ["v1"]) is None
    assert forge.comparison(f"{forge._web()}/acme/web", "v1", "v2") is None


def test_a_limit_is_no_answer(serve: Serve) -> None:
    forge = serve(lambda request: Response(403, b'{"message": "x"}', {"Retry-After": "9999"}))

    with pytest.raises(ForgeError) as refused:
        forge.release(f"{forge._web()}/acme/web", ["v1"])

    assert refused.value.id == "forge-rate-limited"
