"""Which token server is asked, and with whose credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagebot.demo.http_server import Handler, Request, Response
from imagebot.errors import (
    RegistryDenied,
    RegistryError,
    RegistryLimited,
    RegistryProtocol,
    RegistryUnreachable,
)
from imagebot.references.image import ImageName
from imagebot.registries.answer import Answer
from imagebot.registries.challenge import Challenge
from imagebot.registries.credential import Credential
from imagebot.registries.hosts import Endpoint, endpoint
from imagebot.registries.http import Http
from imagebot.registries.tokens import Grant, Tokens, grant_for
from tests.registries.quirk_server import GOOD, ask, challenge, page, quirky, tags_of
from tests.registries.turned_clock import TurnedClock
from tests.secrets_planted import SECRET


def bearer(realm: str) -> Response:
    return challenge(f'Bearer realm="{realm}",service="s"')


@pytest.mark.parametrize(
    ("realm", "told"),
    [
        pytest.param("http://169.254.169.254/latest", "cannot have", id="metadata"),
        pytest.param("http://2852039166/latest", "cannot have", id="metadata-as-a-number"),
        pytest.param("http://[fd00:ec2::254]/", "cannot have", id="metadata-v6"),
        pytest.param("http://[::ffff:169.254.169.254]/", "cannot have", id="mapped"),
        pytest.param("http://user@{host}/token", "is no address", id="userinfo"),
        pytest.param("ftp://{host}/token", "is no address", id="scheme"),
        pytest.param("https://[", "is no address", id="half-a-bracket"),
        pytest.param("http://127.0.0.1:99999/token", "is no address", id="port"),
        pytest.param("http://\xe9\x80/token", "is no address", id="name-that-cannot-be-written"),
    ],
)
def test_a_realm_that_no_registry_has_gets_no_request(realm: str, told: str) -> None:
    with pytest.raises(RegistryDenied, match=told):
        tags_of(lambda r: bearer(realm.format(host=r.headers["host"])), GOOD)


@pytest.mark.parametrize(
    ("host", "realm", "goes"),
    [
        pytest.param("docker.io", "https://auth.docker.io/token", True, id="docker-hub"),
        pytest.param("ghcr.io", "https://ghcr.io/token", True, id="same-host"),
        pytest.param("r.example.com:5000", "https://r.example.com/token", True, id="same-host-another-port"),
        pytest.param("registry.example.com", "https://auth.example.com/token", True, id="beside"),
        pytest.param("registry.gitlab.com", "https://gitlab.com/jwt/auth", True, id="above"),
        pytest.param("r.team.example.com", "https://auth.team.example.com/t", True, id="beside-and-deeper"),
        pytest.param("127.0.0.1:5000", "http://localhost:5001/token", True, id="this-machine-by-another-name"),
        pytest.param("10.0.0.1", "https://10.2.0.1/token", False, id="addresses"),
        pytest.param("r.example.com", "https://evil.example/token", False, id="elsewhere"),
        pytest.param("r.example.com", "https://r.example.com.evil.example/token", False, id="looks-alike"),
        pytest.param("shop.co.uk", "https://evil.co.uk/token", False, id="public-suffix"),
    ],
)  # fmt: skip
def test_credentials_go_to_a_token_server_of_the_registry_and_no_other(
    host: str, realm: str, goes: bool
) -> None:
    """The realm is named by the server: a registry that was taken over must not collect passwords."""
    credential = Credential("config.json", "bot", SECRET)
    found = endpoint(host, {})

    grant, note = grant_for(
        found, f"{found.base}/v2/", Challenge("bearer", {"realm": realm}), "a/b", credential
    )

    assert grant is not None
    assert grant.realm == realm
    assert (grant.credential is credential) is goes
    assert ("it got no credentials" in note) is not goes


@pytest.mark.parametrize("host", ["ghcr.io", "10.0.0.1"])
def test_no_token_is_fetched_in_the_clear_for_a_registry_with_tls(host: str) -> None:
    found = endpoint(host, {})

    grant, note = grant_for(
        found, f"{found.base}/v2/", Challenge("bearer", {"realm": f"http://{host}/t"}), "a", None
    )

    assert grant is None
    assert "is not https" in note


def served(token: dict[str, Any], status: int = 200) -> tuple[str, ...]:
    """The tags behind a token server that gives this answer."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(status, json.dumps(token).encode())
        if request.headers.get("authorization") == "Bearer t0ken":
            return page(["1.0"])
        return bearer("/token")

    return tags_of(answer)


@pytest.mark.parametrize(
    "answer", [{"token": "t0ken"}, {"access_token": "t0ken"}, {"token": "t0ken", "expires_in": 1}]
)
def test_a_token_is_taken_in_either_form(answer: dict[str, Any]) -> None:
    assert served(answer) == ("1.0",)


@pytest.mark.parametrize(
    ("answer", "status", "error", "told"),
    [
        pytest.param({}, 200, RegistryProtocol, "gave no token", id="none"),
        pytest.param({"token": 5}, 200, RegistryProtocol, "gave no token", id="number"),
        pytest.param({"token": f"{SECRET}\r\nX: y"}, 200, RegistryProtocol, "gave no token", id="header-injection"),
        pytest.param({"token": f"{SECRET}é"}, 200, RegistryProtocol, "gave no token", id="not-ascii"),
        pytest.param({"token": SECRET}, 302, RegistryProtocol, "answered 302", id="redirect"),
        pytest.param({"token": SECRET}, 200, RegistryDenied, r"\(401\)|unauthorized", id="token-of-no-use"),
        pytest.param({"message": "go away"}, 403, RegistryDenied, r"refused \(403\): go away", id="refused"),
    ],
)  # fmt: skip
def test_an_answer_without_a_usable_token_is_said_and_not_shown(
    answer: dict[str, Any], status: int, error: type[RegistryError], told: str
) -> None:
    with pytest.raises(error, match=told) as refused:
        served(answer, status)

    assert SECRET not in f"{refused.value.message} {refused.value.hint}"


class Counted(Http):
    """Answers from memory, and counts."""

    def __init__(self, lasts_s: object) -> None:
        super().__init__()
        self.asked = 0
        self._lasts_s = lasts_s

    def send(self, *_arguments: Any, **_options: Any) -> Answer:
        self.asked += 1
        return Answer(200, {}, json.dumps({"token": f"t{self.asked}", "expires_in": self._lasts_s}).encode())  # type: ignore[arg-type] # no header is read


HUB = Endpoint("docker.io", "https://registry-1.docker.io")


def grant(credential: Credential | None = None, scope: str = "repository:a/b:pull") -> Grant:
    return Grant(HUB, "https://auth.docker.io/token", "s", (scope,), credential)


@pytest.mark.parametrize(
    ("lasts_s", "kept_s"),
    [
        pytest.param(300, 289, id="as-told"),
        pytest.param(1, 49, id="too-short-to-believe"),
        pytest.param(None, 49, id="not-told"),
        pytest.param("soon", 49, id="not-a-number"),
    ],
)
def test_a_token_is_kept_until_shortly_before_its_end(lasts_s: object, kept_s: float) -> None:
    clock = TurnedClock()
    http = Counted(lasts_s)
    tokens = Tokens(http, clock)

    first = tokens.token(grant())
    clock.turn(kept_s)
    assert tokens.token(grant()) == first
    clock.turn(2)
    assert tokens.token(grant()) != first


def test_two_users_never_share_a_token() -> None:
    tokens = Tokens(Counted(300))
    users = [
        None,
        Credential("c", "bot", "1"),
        Credential("c", "bot", "2"),
        Credential("c", identity_token="3"),
    ]

    assert len({tokens.token(grant(user)) for user in users}) == len(users)


def test_a_token_that_was_refused_is_fetched_anew() -> None:
    tokens = Tokens(Counted(300))

    assert tokens.token(grant()) != tokens.token(grant(), fresh=True)


def older(status: int, *, lets_in: bool) -> Handler:
    """A registry whose token server knows no POST, and gives everybody a token."""

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(status) if request.method == "POST" else Response(200, b'{"token":"t"}')
        return page(["1.0"]) if lets_in and "authorization" in request.headers else bearer("/token")

    return answer


@pytest.mark.parametrize("status", [404, 405])
def test_an_identity_token_is_posted_and_where_that_is_unknown_the_realm_is_asked(status: int) -> None:
    seen: list[tuple[str, bytes]] = []

    def answer(request: Request) -> Response:
        if request.path == "/token":
            seen.append((request.method, request.body))
        return older(status, lets_in=True)(request)

    with quirky(answer) as host, ask(host, {"identitytoken": SECRET}) as client:
        assert client.tags(ImageName(host, "a/b")).tags == ("1.0",)

    assert [method for method, _ in seen] == ["POST", "GET"]
    assert f"refresh_token={SECRET}".encode() in seen[0][1]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        pytest.param({"identitytoken": SECRET}, "without credentials", id="alone"),
        pytest.param({"identitytoken": SECRET, **GOOD}, "with the password", id="beside-a-password"),
    ],
)
def test_a_denial_says_that_an_identity_token_was_not_taken(entry: dict[str, str], told: str) -> None:
    with pytest.raises(RegistryDenied, match="takes no identity token") as refused:
        tags_of(older(404, lets_in=False), entry)

    assert f"takes no identity token (404), so it was asked {told}" in refused.value.message
    assert refused.value.message.count("takes no identity token") == 1


def test_a_refusal_of_the_token_server_says_so_too() -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(405 if request.method == "POST" else 401)
        return bearer("/token")

    with pytest.raises(RegistryDenied, match=r"refused \(401\): .*takes no identity token \(405\)"):
        tags_of(answer, {"identitytoken": SECRET})


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        pytest.param(429, RegistryLimited, "limits the rate: slow down", id="limited"),
        pytest.param(503, RegistryUnreachable, "answered 503: slow down", id="down"),
    ],
)
def test_a_failing_token_server_is_named_and_not_the_registry(
    status: int, error: type[RegistryError], told: str
) -> None:
    def token(_: Request) -> Response:
        return Response(status, b'{"message": "slow down"}', {"Retry-After": "0"})

    with quirky(token) as server, quirky(lambda _: bearer(f"http://{server}/token")) as host:
        with ask(host) as client, pytest.raises(error) as refused:
            client.tags(ImageName(host, "a/b"))

    assert refused.value.message == f"the token server {server} {told}"


def test_a_token_server_that_is_away_is_named_as_before() -> None:
    with quirky(lambda _: Response(200)) as server:
        pass
    with pytest.raises(RegistryUnreachable, match=f"cannot connect to {server}"):
        tags_of(lambda _: bearer(f"http://{server}/token"))
