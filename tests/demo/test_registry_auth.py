from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

from imagebot.demo.registry import EmbeddedRegistry
from tests.registries.pushing import NO_TLS

BOT = ("bot", "right")
PULL, PUSH = "repository:acme/web:pull", "repository:acme/web:pull,push"


@pytest.fixture
def closed() -> Iterator[EmbeddedRegistry]:
    """A registry that wants tokens, with one image."""
    with EmbeddedRegistry(auth="token", credentials=dict([BOT])) as registry:
        registry.push("acme/web", "1.0")
        yield registry


@pytest.fixture
def http(closed: EmbeddedRegistry) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{closed.host}", verify=NO_TLS) as client:
        yield client


def challenge(registry: EmbeddedRegistry, scope: str = "", error: str = "") -> str:
    parts = [f'Bearer realm="http://{registry.host}/token"', 'service="imagebot embedded registry"']
    parts += [f'scope="{scope}"'] if scope else []
    parts += [f'error="{error}"'] if error else []
    return ",".join(parts)


def token(http: httpx.Client, *scopes: str) -> dict[str, str]:
    """A header with a token for these scopes."""
    answer = http.get("/token", params=[("scope", scope) for scope in scopes], auth=BOT)
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['token']}"}


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        pytest.param("GET", "/v2/", "", id="base"),
        pytest.param("GET", "/v2/acme/web/tags/list", PULL, id="read"),
        pytest.param("HEAD", "/v2/acme/web/manifests/1.0", PULL, id="head"),
        pytest.param("POST", "/v2/acme/web/blobs/uploads/", PUSH, id="write"),
        pytest.param("DELETE", "/v2/acme/web/manifests/1.0", "repository:acme/web:delete", id="delete"),
    ],
)
def test_the_challenge_says_what_is_needed(
    closed: EmbeddedRegistry, http: httpx.Client, method: str, path: str, scope: str
) -> None:
    answer = http.request(method, path)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == challenge(closed, scope)


def test_basic_on_the_registry_itself_is_challenged_again(
    closed: EmbeddedRegistry, http: httpx.Client
) -> None:
    answer = http.get("/v2/", auth=BOT)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, challenge(closed))


def test_a_token_opens_what_it_is_for(closed: EmbeddedRegistry, http: httpx.Client) -> None:
    pull = token(http, PULL)

    assert http.get("/v2/", headers=pull).status_code == 200
    assert http.get("/v2/acme/web/tags/list", headers=pull).status_code == 200
    for method, path, scope in (
        ("GET", "/v2/acme/side/tags/list", "repository:acme/side:pull"),
        ("POST", "/v2/acme/web/blobs/uploads/", PUSH),
    ):
        answer = http.request(method, path, headers=pull)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == challenge(closed, scope, "insufficient_scope")


@pytest.mark.parametrize(
    "scopes",
    [
        pytest.param(["repository:acme/side:pull", PULL], id="one-field-each"),
        pytest.param([f"repository:acme/side:pull {PULL}"], id="one-field-for-all"),
        pytest.param(["repository:acme/web:push,pull"], id="more-than-is-needed"),
    ],
)
def test_a_token_may_be_for_several_things(http: httpx.Client, scopes: list[str]) -> None:
    assert http.get("/v2/acme/web/tags/list", headers=token(http, *scopes)).status_code == 200


def test_a_token_that_was_taken_back_is_invalid(closed: EmbeddedRegistry, http: httpx.Client) -> None:
    pull = token(http, PULL)
    closed.gate.issued.clear()

    answer = http.get("/v2/acme/web/tags/list", headers=pull)

    assert answer.headers["www-authenticate"] == challenge(closed, PULL, "invalid_token")


def test_an_identity_token_is_exchanged_by_post(http: httpx.Client) -> None:
    form = {"grant_type": "refresh_token", "service": "any", "scope": PULL, "refresh_token": "right"}
    answer = http.post(
        "/token",
        content=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.json()["expires_in"] == 300
    bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert http.get("/v2/acme/web/tags/list", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nobody"),
        pytest.param({"Authorization": "Basic Ym90Ondyb25n"}, id="wrong-password"),
        pytest.param({"Authorization": "Basic %%%"}, id="no-base64"),
        pytest.param({"Authorization": "Basic /w=="}, id="no-text"),
    ],
)
def test_the_token_server_wants_a_known_user(http: httpx.Client, headers: dict[str, str]) -> None:
    answer = http.get("/token", params={"scope": PULL}, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "UNAUTHORIZED")


def test_without_users_everybody_gets_a_token() -> None:
    with EmbeddedRegistry(auth="token") as registry:
        registry.push("acme/web", "1.0")
        base = f"http://{registry.host}"
        answer = httpx.get(f"{base}/token?scope={PULL}", verify=NO_TLS)
        bearer = {"Authorization": f"Bearer {answer.json()['token']}"}

        assert httpx.get(f"{base}/v2/acme/web/tags/list", headers=bearer, verify=NO_TLS).status_code == 200
