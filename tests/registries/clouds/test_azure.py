"""ACR: a managed identity's token, and the registry's exchange, both on loopback."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.references.image import ImageName
from imagebot.registries.answer import Answer
from imagebot.registries.clouds.azure import Azure
from imagebot.registries.clouds.lending import Clouds
from imagebot.registries.credential import Found
from imagebot.registries.credentials import Credentials
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from tests.registries.quirk_server import quirky
from tests.secrets_planted import ENTRA, SECRET

HOST = "acme.azurecr.io"


@pytest.mark.parametrize("host", [HOST, "acme-a1b2c3.azurecr.io", "acme.azurecr.cn", "acme.azurecr.us"])
def test_a_registry_of_azure_s_is_known(host: str) -> None:
    assert Azure().matches(host)


@pytest.mark.parametrize(
    "host",
    ["azurecr.io", "a.b.azurecr.io", f"{HOST}.evil.example", f"{HOST}:5000", f"{HOST}\n", "acmexazurecr.io", "evil.example/a.azurecr.io"],
)  # fmt: skip
def test_no_other_host_is_one_of_azure_s(host: str) -> None:
    assert not Azure().matches(host)


class Rerouted(Http):
    """Leads every request to loopback, whatever host it names."""

    def __init__(self, there: str) -> None:
        super().__init__()
        self._there = Endpoint(there, f"http://{there}")

    def prepare(self, endpoint: Endpoint, verify: ssl.SSLContext) -> None:
        assert endpoint == Endpoint(HOST, f"https://{HOST}")
        super().prepare(self._there, verify)

    def send(self, endpoint: Endpoint, method: str, url: str, **options: Any) -> Answer:
        there = url.replace(endpoint.base, self._there.base)
        return super().send(self._there, method, there, **options)


def token(**claims: object) -> str:
    """A JSON Web Token that nobody signed."""
    parts: tuple[dict[str, object], ...] = ({"alg": "none"}, claims, {})
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts)


class World:
    """Azure's identity endpoint and a registry in one server."""

    def __init__(self, refresh: object, status: int = 200) -> None:
        self.refresh = refresh
        self.status = status
        self.exchanged: list[dict[str, list[str]]] = []

    def __call__(self, request: Request) -> Response:
        if request.path == "/identity":
            known = request.headers.get("x-identity-header") == SECRET
            answer = {"access_token": ENTRA, "expires_on": "4102444800", "token_type": "Bearer"}
            return Response(
                200 if known else 403, json.dumps({**answer, "resource": request.one("resource")}).encode()
            )
        self.exchanged.append({"path": [request.path], **parse_qs(request.body.decode())})
        return Response(self.status, json.dumps({"refresh_token": self.refresh}).encode())

    def find(self, monkeypatch: pytest.MonkeyPatch) -> Found:
        with quirky(self) as host:
            monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
            monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://{host}/identity")
            monkeypatch.setenv("IDENTITY_HEADER", SECRET)
            open_http: Callable[[], Http] = lambda: Rerouted(host)  # noqa: E731 - a type for mypy
            clouds = Clouds(open_http=open_http)
            return Credentials(clouds=clouds).find(ImageName(HOST, "a"))


def test_the_registry_gives_a_refresh_token_for_azure_s(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(token(exp=1893456000))

    credential = world.find(monkeypatch).credential

    assert credential is not None
    assert credential.identity_token == world.refresh
    assert credential.identity(b"") == f"azure:{HOST}"
    assert world.exchanged == [
        {
            "path": ["/oauth2/exchange"],
            "grant_type": ["access_token"],
            "service": [HOST],
            "access_token": [ENTRA],
        }
    ]


@pytest.mark.parametrize(
    ("refresh", "ends"),
    [
        pytest.param(token(exp=1893456000), datetime(2030, 1, 1, tzinfo=UTC), id="as-it-says"),
        pytest.param(token(), None, id="not-said"),
        pytest.param(token(exp="soon"), None, id="no-number"),
        pytest.param(token(exp=10**30), None, id="beyond-time"),
        pytest.param("opaque", None, id="no-jwt"),
        pytest.param("a.!.c", None, id="no-base64"),
        pytest.param("a.bnVsbA.c", None, id="no-claims"),
    ],
)
def test_a_refresh_token_says_when_it_ends(
    monkeypatch: pytest.MonkeyPatch, refresh: str, ends: datetime | None
) -> None:
    with quirky(World(refresh)) as host:
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://{host}/identity")
        monkeypatch.setenv("IDENTITY_HEADER", SECRET)
        http = Rerouted(host)
        try:
            assert Azure().credential(HOST, http).ends == ends
        finally:
            http.close()


@pytest.mark.parametrize(
    ("world", "told"),
    [
        pytest.param(World(SECRET, 401), f"{HOST} refuses to exchange Azure's token (401)", id="refused"),
        pytest.param(World(SECRET, 503), "its cloud gives no credentials (RegistryUnreachable)", id="down"),
        pytest.param(World(5), f"{HOST} gave no refresh token", id="number"),
    ],
)
def test_a_refusal_is_a_reason(monkeypatch: pytest.MonkeyPatch, world: World, told: str) -> None:
    found = world.find(monkeypatch)

    assert found.credential is None
    assert told in found.reason
    assert SECRET not in found.reason


def test_no_credentials_are_a_reason_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    found = Credentials().find(ImageName(HOST, "a"))

    assert found.credential is None
    assert "azure-identity finds no Azure credentials that it can use" in found.reason
    assert capfd.readouterr() == ("", "")
