"""Registries behind TLS, from the settings to the tags.

Loopback is spoken to without TLS, so these registries have names, and the names lead to loopback.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryError, RegistryNotFound, RegistryProtocol, RegistryUnreachable
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from tests.registries.certificates import Certificate, authority, issued, secured, self_signed
from tests.registries.docker_registry import docker_registry
from tests.registries.quirk_server import GOOD, challenge, listed, page, quirky, tags_of
from tests.secrets_planted import SECRET

AUTHORITY, STRANGER = authority(), authority()
FILES = {"certs/ca.pem": AUTHORITY.pem(), "certs/stranger.pem": STRANGER.pem()}
OWN = RegistrySettings(ca="certs/ca.pem")
NAME = "registry.example.com"


@pytest.fixture(autouse=True)
def _names_lead_to_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".example.com") else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def port(address: str) -> str:
    return address.rpartition(":")[2]


def tags_at(address: str, settings: RegistrySettings, path: str = "a/b") -> tuple[str, ...]:
    """What a client that knows the settings finds on a server."""
    host = f"{NAME}:{port(address)}"
    credentials = Credentials(DockerConfig({"auths": {host: GOOD}}, "config.json"))
    with RegistryClient({host: settings}, credentials, read=FILES.__getitem__) as client:
        return listed(client, ImageName(host, path))


def test_the_authority_of_the_settings_lets_a_registry_be_asked(tmp_path: Path) -> None:
    with secured(lambda r: page(["1.0"]), issued(AUTHORITY, NAME), tmp_path) as address:
        assert tags_at(address, OWN) == ("1.0",)


@pytest.mark.parametrize(
    ("certificate", "settings", "reason", "advice"),
    [
        pytest.param(issued(AUTHORITY, NAME), RegistrySettings(), "unable to get local issuer", "{ca: FILE}", id="unknown-authority"),
        pytest.param(issued(AUTHORITY, NAME), RegistrySettings(ca="certs/stranger.pem"), "unable to get local issuer", "{ca: FILE}", id="another-authority"),
        pytest.param(self_signed(NAME), OWN, "self-signed certificate", "{ca: FILE}", id="self-signed"),
        pytest.param(issued(AUTHORITY, NAME, days=(-2, -1)), OWN, "certificate has expired", "renew the certificate of", id="expired"),
        pytest.param(issued(AUTHORITY, NAME, days=(1, 2)), OWN, "certificate is not yet valid", "set the clock", id="not-yet-valid"),
        pytest.param(issued(AUTHORITY, "other.example.com"), OWN, f"not valid for '{NAME}'", "use the name that the certificate is for", id="another-name"),
    ],
)  # fmt: skip
def test_a_certificate_that_cannot_be_believed_is_named_and_nothing_is_asked(
    tmp_path: Path, certificate: Certificate, settings: RegistrySettings, reason: str, advice: str
) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return page(["1.0"])

    with secured(answer, certificate, tmp_path) as address:
        with pytest.raises(RegistryUnreachable, match=reason) as refused:
            tags_at(address, settings)

    assert f"{NAME}:{port(address)}" in refused.value.message
    assert advice in refused.value.hint
    assert ("ca: FILE" in refused.value.hint) is (advice == "{ca: FILE}")
    assert asked == []


@pytest.mark.parametrize("certificate", [issued(AUTHORITY, NAME), self_signed(NAME)], ids=["issued", "self-signed"])  # fmt: skip
def test_the_setting_for_a_private_authority_is_named(tmp_path: Path, certificate: Certificate) -> None:
    with secured(lambda r: page(["1.0"]), certificate, tmp_path) as address:
        with pytest.raises(RegistryUnreachable) as refused:
            tags_at(address, RegistrySettings())

    assert f'registries: {{"{NAME}:{port(address)}": {{ca: FILE}}}}' in refused.value.hint


def test_a_self_signed_certificate_can_be_its_own_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(NAME)
    monkeypatch.setitem(FILES, "certs/own.pem", certificate.pem())

    with secured(lambda r: page(["1.0"]), certificate, tmp_path) as address:
        assert tags_at(address, RegistrySettings(ca="certs/own.pem")) == ("1.0",)


def test_an_authority_is_believed_for_its_own_host_alone(tmp_path: Path) -> None:
    with secured(lambda r: page(["1.0"]), issued(AUTHORITY, "*.example.com"), tmp_path) as address:
        one, other = (f"{name}.example.com:{port(address)}" for name in ("one", "other"))
        with RegistryClient(
            {one: OWN}, Credentials(DockerConfig({}, "config.json")), read=FILES.__getitem__
        ) as client:
            assert listed(client, ImageName(one, "a/b")) == ("1.0",)
            with pytest.raises(RegistryUnreachable, match="certificate"):
                listed(client, ImageName(other, "a/b"))


def test_a_token_server_beside_the_registry_is_asked_over_tls_too(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token" and request.headers.get("authorization", "").startswith("Basic "):
            return Response(200, json.dumps({"token": SECRET}).encode())
        if request.headers.get("authorization") == f"Bearer {SECRET}":
            return page(["1.0"])
        return challenge('Bearer realm="/token",service="s"')

    with secured(answer, issued(AUTHORITY, NAME), tmp_path) as address:
        assert tags_at(address, OWN) == ("1.0",)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda r, away: page(["1"], Link=f'<{away}/v2/a/b/tags/list?n=1>; rel="next"'), "lies elsewhere", id="next-page"),
        pytest.param(lambda r, away: Response(307, b"", {"Location": f"{away}/v2/a/b/tags/list"}), "to another host", id="redirect"),
        pytest.param(lambda r, away: challenge(f'Bearer realm="{away}/token"'), "is not https", id="token-server"),
    ],
)  # fmt: skip
def test_nothing_leads_from_tls_to_plain_http(
    tmp_path: Path, answer: Callable[[Request, str], Response], reason: str
) -> None:
    plain: list[Request] = []

    def overhear(request: Request) -> Response:
        plain.append(request)
        return Response(200, b'{"token": "t"}')

    with quirky(overhear) as eavesdropper:
        away = f"http://{NAME}:{port(eavesdropper)}"
        with secured(lambda r: answer(r, away), issued(AUTHORITY, NAME), tmp_path) as address:
            with pytest.raises(RegistryError, match=reason):
                tags_at(address, OWN)

    assert plain == []


def test_plain_http_to_a_registry_with_tls_fails(tmp_path: Path) -> None:
    with secured(lambda r: page(["1.0"]), issued(AUTHORITY, NAME), tmp_path) as address:
        with pytest.raises(RegistryUnreachable, match=f"{NAME}:{port(address)}") as refused:
            tags_at(address, RegistrySettings(plain_http=True))

    setting = f'take plain-http: true of "{NAME}:{port(address)}" out of imagebot.yaml'
    assert setting in refused.value.hint


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Client sent an HTTP request to an HTTPS server.\n", id="go"),
        pytest.param(b"<h1>400 Bad Request</h1>\n<center>The plain HTTP request was sent to HTTPS port</center>", id="nginx"),
        pytest.param(b"Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />", id="apache"),
    ],
)  # fmt: skip
def test_a_server_with_tls_that_says_so_in_the_clear_names_the_setting(body: bytes) -> None:
    with quirky(lambda r: Response(400, body)) as address:
        with pytest.raises(RegistryProtocol, match="answered 400") as named:
            tags_at(address, RegistrySettings(plain_http=True))
        with pytest.raises(RegistryProtocol, match="answered 400") as numbered:
            tags_of(lambda r: Response(400, body))

    assert f'take plain-http: true of "{NAME}:{port(address)}" out' in named.value.hint
    assert "this machine are spoken to without TLS" in numbered.value.hint


def test_a_400_that_says_something_else_names_no_setting() -> None:
    with quirky(lambda r: Response(400, b"bad name")) as address:
        with pytest.raises(RegistryProtocol, match="bad name") as refused:
            tags_at(address, RegistrySettings(plain_http=True))

    assert "plain-http" not in refused.value.hint


@pytest.mark.real_registry
def test_a_real_registry_is_asked_over_tls_and_says_what_is_wrong_in_the_clear(tmp_path: Path) -> None:
    files = issued(AUTHORITY, NAME).write(tmp_path)
    with docker_registry(tmp_path, tls=files) as address:
        with pytest.raises(RegistryNotFound, match="repository name not known"):
            tags_at(address, OWN)
        with pytest.raises(RegistryProtocol, match="sent an HTTP request to an HTTPS server"):
            tags_at(address, RegistrySettings(plain_http=True))


def test_tls_to_a_registry_without_it_names_the_setting() -> None:
    with quirky(lambda r: page(["1.0"])) as address:
        with pytest.raises(RegistryUnreachable) as refused:
            tags_at(address, RegistrySettings())

    assert f'registries: {{"{NAME}:{port(address)}": {{plain-http: true}}}}' in refused.value.hint
