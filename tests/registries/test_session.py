"""Getting in: challenges, redirects, refusals; and what is never told."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryDenied, RegistryError, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName
from tests.registries.quirk_server import GOOD, Answer, ask, challenge, page, quirky, tags_of
from tests.secrets_planted import SECRET


@pytest.mark.parametrize(
    ("auth", "entry"),
    [
        pytest.param("basic", GOOD, id="basic"),
        pytest.param("token", GOOD, id="token-by-password"),
        pytest.param("token", {"identitytoken": SECRET}, id="token-by-identity"),
    ],
)
def test_the_challenge_is_answered(auth: str, entry: dict[str, str]) -> None:
    with EmbeddedRegistry(auth=auth, credentials={"bot": SECRET}) as registry:  # type: ignore[arg-type] # a table
        registry.push("a/b", "1.0")
        with ask(registry.host, entry) as client:
            assert client.tags(ImageName(registry.host, "a/b")).tags == ("1.0",)
            assert client.digest(ImageName(registry.host, "a/b"), "1.0")

    assert registry.requests[0].scheme == ""  # nothing is sent before it is asked for


def test_a_registry_token_is_used_as_it_is() -> None:
    def answer(request: Request) -> Response:
        if request.headers.get("authorization") == f"Bearer {SECRET}":
            return page(["1.0"])
        return challenge('Bearer realm="/nowhere",service="s"')

    assert tags_of(answer, {"registrytoken": SECRET}) == ("1.0",)


def test_of_several_ways_in_a_token_is_preferred() -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, b'{"token":"t"}')
        if request.headers.get("authorization") == "Bearer t":
            return page(["1.0"])
        return challenge('Basic realm="r", Bearer realm="/token",service="s"')

    assert tags_of(answer, GOOD) == ("1.0",)


def test_a_token_is_fetched_once_for_a_repository() -> None:
    with EmbeddedRegistry(auth="token", credentials={"bot": SECRET}, page_size=1) as registry:
        for tag in ("1", "2", "3"):
            registry.push("a/b", tag)
        with ask(registry.host, GOOD) as client:
            client.tags(ImageName(registry.host, "a/b"))
            client.digest(ImageName(registry.host, "a/b"), "1")

    assert [seen.path for seen in registry.requests].count("/token") == 1


def test_a_token_that_the_server_forgot_is_renewed_once() -> None:
    with EmbeddedRegistry(auth="token", credentials={"bot": SECRET}) as registry:
        registry.push("a/b", "1")
        with ask(registry.host, GOOD) as client:
            client.tags(ImageName(registry.host, "a/b"))
            registry.gate.issued.clear()
            assert client.digest(ImageName(registry.host, "a/b"), "1")


def test_a_further_scope_that_is_asked_for_is_fetched() -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, json.dumps({"token": "-".join(request.query["scope"])}).encode())
        given = request.headers.get("authorization", "")
        scope = "a:metadata_read" if given else "a:pull"
        return page(["1.0"]) if "metadata" in given else challenge(f'Bearer realm="/token",scope="{scope}"')

    assert tags_of(answer) == ("1.0",)


def test_a_registry_that_always_asks_anew_is_given_up() -> None:
    numbers = iter(range(100))

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, b'{"token":"t"}')
        return challenge(f'Bearer realm="/token",scope="s{next(numbers)}"')

    with pytest.raises(RegistryDenied):
        tags_of(answer)
    assert next(numbers) <= 4


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        pytest.param("http://evil.example/", "to another host", id="away"),
        pytest.param("http://127.0.0.1:1/v2/", "to another host", id="another-port"),
        pytest.param("https://{host}/v2/", "to another host", id="another-scheme"),
        pytest.param("http://u:p@{host}/v2/", "to no address", id="userinfo"),
        pytest.param("http://[/", "to no address", id="no-address"),
        pytest.param("/v2/a/b/tags/list", "in circles", id="circle"),
        pytest.param("", "in circles", id="nowhere"),
    ],
)
def test_a_redirect_is_followed_on_the_registry_alone(location: str, reason: str) -> None:
    with pytest.raises(RegistryProtocol, match=reason):
        tags_of(lambda r: Response(302, b"", {"Location": location.format(host=r.headers["host"])}))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_registry_is_followed(status: int) -> None:
    def answer(request: Request) -> Response:
        if request.path == "/moved":
            return page(["1.0"])
        return Response(status, b"", {"Location": "/moved"})

    assert tags_of(answer) == ("1.0",)


@pytest.mark.parametrize("offered", ["Negotiate", ", ".join(f"Scheme{number}" for number in range(3000))])
def test_a_server_with_unknown_schemes_is_named(offered: str) -> None:
    with pytest.raises(
        RegistryDenied, match=r"no way in that is known here \((negotiate|scheme0)"
    ) as refused:
        tags_of(lambda r: challenge(offered))

    assert len(refused.value.message) < 400


def test_forbidden_is_denied_and_names_where_the_credentials_came_from() -> None:
    def answer(request: Request) -> Response:
        if "authorization" not in request.headers:
            return challenge('Basic realm="r"')
        return Response(403, b'{"errors":[{"code":"DENIED","message":"requested access is denied"}]}')

    with pytest.raises(RegistryDenied, match="requested access is denied; credentials from config.json"):
        tags_of(answer, GOOD)


def test_a_refused_token_names_the_scope_that_was_asked_for() -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, b'{"token":"t"}')
        return challenge('Bearer realm="/token",scope="repository:a/b:metadata_read"')

    with pytest.raises(RegistryDenied, match=r"a/b \(scope repository:a/b:metadata_read\): unauthorized"):
        tags_of(answer)


def refused_by(answer: Answer, entry: dict[str, Any]) -> RegistryError:
    with quirky(answer) as host, ask(host, entry) as client, pytest.raises(RegistryError) as refused:
        client.tags(ImageName(host, "a/b"))
    return refused.value


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(GOOD, id="password"),
        pytest.param({"identitytoken": SECRET}, id="identity-token"),
        pytest.param({"registrytoken": SECRET}, id="registry-token"),
        pytest.param({"registrytoken": f"{SECRET}\nX-Evil: 1"}, id="registry-token-of-two-lines"),
        pytest.param({"registrytoken": f"{SECRET}é"}, id="registry-token-not-ascii"),
        pytest.param({"username": "bot", "password": f"{SECRET}\ud800"}, id="half-a-character"),
        pytest.param({"auth": f"{SECRET}!"}, id="no-base64"),
    ],
)
@pytest.mark.parametrize("header", ['Basic realm="r"', 'Bearer realm="/token",service="s"'])
def test_a_planted_secret_shows_nowhere(
    header: str, entry: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error: BaseException | None = refused_by(lambda r: challenge(header), entry)
    assert isinstance(error, RegistryError)
    texts = [caplog.text, error.message, error.hint]
    while error is not None:
        texts.append(f"{error!r} {error}")
        error = error.__cause__ or error.__context__

    assert not any(SECRET in text for text in texts)


def test_an_error_text_of_a_server_is_made_safe() -> None:
    hostile = {"errors": [{"message": "\u001b[2Jevil\u202e" + "x" * 5000}]}
    body = json.dumps(hostile, ensure_ascii=False).encode()

    with pytest.raises(RegistryNotFound) as refused:
        tags_of(lambda r: Response(404, body))

    assert "\u001b" not in refused.value.message
    assert "\u202e" not in refused.value.message
    assert len(refused.value.message) < 500
