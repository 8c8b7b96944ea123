"""What GitLab refuses, in words that say what to do; and what never leaves imagebot."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.gitlab import GitLabForge, session
from tests.forges.contract.gitlab_world import NAME, GitLabWorld
from tests.forges.contract.proposed import propose, push
from tests.registries.quirk_server import quirky

TOKEN = "glpat-0123456789abcdef"


def forge_at(host: str, repository: str = NAME, token: str = TOKEN, *, polite: bool = False) -> GitLabForge:
    """A forge on a server of a test's own."""
    return GitLabForge(
        repository, token, api=f"http://{host}/api/v4", token_source="GITLAB_TOKEN", polite=polite
    )


def failure_of(answer: Callable[[Request], Response], token: str = TOKEN) -> ForgeError:
    """What the forge says of a server that answers like this."""
    with quirky(answer) as host, pytest.raises(ForgeError) as failed:
        forge_at(host, token=token).facts()
    return failed.value


def json_answer(status: int, text: str, **headers: str) -> Callable[[Request], Response]:
    """A server that always says the same."""
    shown = {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
    return lambda _: Response(status, text.encode(), shown)


def test_a_missing_scope_is_named(world: GitLabWorld) -> None:
    push(world)
    token = world.server.add_token(world.server.users["imagebot"], scope="read_api")
    forge = forge_at(world.server.url.removeprefix("http://"), token=token)

    with pytest.raises(ForgeDenied, match="higher privileges") as refused:
        forge.create("imagebot/staging/web", "main", "Title", "Body")

    assert "scope api" in refused.value.hint


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        pytest.param("glcbt-64_abc", "a CI job token", id="job"),
        pytest.param("gldt-abc", "a deploy token", id="deploy"),
        pytest.param("glpat-abc", "wrong, expired or revoked", id="personal"),
    ],
)
def test_a_token_that_can_never_do_is_named_by_its_kind(world: GitLabWorld, token: str, kind: str) -> None:
    forge = forge_at(world.server.url.removeprefix("http://"), token=token)

    with pytest.raises(ForgeDenied, match="GITLAB_TOKEN") as refused:
        forge.facts()

    assert kind in refused.value.hint
    assert "scope api" in refused.value.hint


def test_a_project_that_is_not_shown_is_named_with_its_subgroups(world: GitLabWorld) -> None:
    forge = forge_at(world.server.url.removeprefix("http://"), "acme/config", world.server.token)

    with pytest.raises(ForgeDenied, match="acme/config") as refused:
        forge.open_pull_requests("imagebot/")

    assert refused.value.id == "forge-not-found"
    assert "subgroup" in refused.value.hint


@pytest.mark.parametrize(
    ("answer", "id_", "text"),
    [
        pytest.param(
            json_answer(429, "{}", Retry_After="3600"), "forge-rate-limited", "limits the rate", id="429"
        ),
        pytest.param(
            json_answer(429, "{}", Retry_After="soon"), "forge-rate-limited", "limits", id="odd-429"
        ),
        pytest.param(
            json_answer(500, '{"message":"oops"}'), "forge-unreachable", "answered 500: oops", id="500"
        ),
        pytest.param(
            json_answer(503, "sleeping"), "forge-unreachable", "answered 503: no reason given", id="503"
        ),
        pytest.param(json_answer(200, "[]"), "forge", "none of GitLab's", id="a-list"),
        pytest.param(json_answer(200, "{"), "forge", "none of GitLab's", id="cut-off"),
        pytest.param(json_answer(200, "{}"), "forge", "none of GitLab's", id="an-empty-object"),
        pytest.param(
            json_answer(400, '{"message":{"title":["is bad"]}}'), "forge", "title is bad", id="by-field"
        ),
        pytest.param(
            json_answer(400, '{"message":"a\\u001b[31m\\u202eb"}'), "forge", r"400: a \[31m b", id="hostile"
        ),
        pytest.param(
            lambda _: Response(200, b"<html>sign in</html>"), "forge", "none of GitLab's", id="a-page"
        ),
        pytest.param(lambda _: Response(0), "forge-unreachable", "no answer from", id="broken-off"),
    ],
)
def test_odd_answers_are_named(answer: Callable[[Request], Response], id_: str, text: str) -> None:
    failed = failure_of(answer)

    assert failed.id == id_
    with pytest.raises(ForgeError, match=text):
        raise failed


def test_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ANSWER_LIMIT", 1_000)

    assert "too large" in failure_of(json_answer(200, '{"id": 1, "x": "' + "x" * 2_000 + '"}')).message


def test_the_token_shows_nowhere(world: GitLabWorld) -> None:
    forge = forge_at(world.server.url.removeprefix("http://"))

    with pytest.raises(ForgeError) as refused:
        forge.facts()

    shown = "".join(traceback.format_exception(refused.value)) + repr(forge) + refused.value.hint
    assert TOKEN not in shown


@pytest.mark.parametrize("way", ["redirect", "next page"])
def test_the_token_goes_to_no_other_host(way: str) -> None:
    tokens: list[str] = []

    def other(request: Request) -> Response:
        tokens.extend(
            value for name, value in request.headers.items() if TOKEN in value or name == "private-token"
        )
        return Response(200, b"[]", {"Content-Type": "application/json"})

    with quirky(other) as elsewhere:
        there = f"http://{elsewhere.replace('127.0.0.1', 'localhost')}/api/v4/x"

        def answer(request: Request) -> Response:
            if request.path.endswith("config"):
                return Response(200, b'{"id": 1}', {"Content-Type": "application/json"})
            if way == "redirect":
                return Response(302, b"", {"Location": there})
            linked = {"Content-Type": "application/json", "Link": f'<{there}>; rel="next"'}
            return Response(200, b"[]", linked)

        with quirky(answer) as host:
            assert forge_at(host).open_pull_requests("imagebot/") == {}

    assert tokens == []


def test_a_refusal_that_says_to_come_back_soon_is_heeded(world: GitLabWorld) -> None:
    opened = propose(world, world.forge())
    world.server.faults.fail("POST .*/notes", 429, "Retry later", headers={"Retry-After": "0"})

    world.forge().comment(opened.number, "Hello")

    assert world.shown(opened).comments == (("imagebot", "Hello"),)


def test_a_failed_post_is_not_sent_again(world: GitLabWorld, forge: GitLabForge) -> None:
    opened = propose(world, forge)
    world.server.faults.fail("POST .*/notes", 502, "Bad Gateway")
    before = world.writes

    with pytest.raises(ForgeError, match="502"):
        forge.comment(opened.number, "Hello")

    assert world.writes - before == 1
    assert world.shown(opened).comments == ()


def test_commits_are_left_to_git(forge: GitLabForge) -> None:
    with pytest.raises(ForgeError, match="without looking") as refused:
        forge.commit("imagebot/x", "0" * 40, {}, "Move", expected=None)

    assert "git" in refused.value.hint
