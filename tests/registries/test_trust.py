"""Certificates of registries, with handshakes on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagebot.demo.http_server import Response
from imagebot.errors import ConfigError, RegistryUnreachable
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.trust import Authorities
from tests.registries.certificates import authority, issued, secured

AUTHORITY = authority()


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    """The file that the settings name."""
    path = tmp_path / "ca.pem"
    path.write_bytes(AUTHORITY.pem())
    return path


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """A server whose certificate that authority issued."""
    with secured(lambda r: Response(200, b"in"), issued(AUTHORITY, "127.0.0.1"), tmp_path) as host:
        yield host


def fetch(host: str, authorities: Authorities, ca: str | None) -> bytes:
    endpoint = Endpoint("r.internal", f"https://{host}", ca)
    http = Http()
    try:
        http.prepare(endpoint, authorities.of(endpoint))
        return http.send(endpoint, "GET", f"{endpoint.base}/", headers={}, limit=1000).body
    finally:
        http.close()


def test_an_authority_of_the_settings_is_believed(host: str, ca: Path) -> None:
    by_repository = Authorities(lambda path: {"certs/ca.pem": ca.read_bytes()}[path])

    assert fetch(host, by_repository, "certs/ca.pem") == b"in"
    assert fetch(host, Authorities(None), str(ca)) == b"in"


def test_an_authority_of_the_environment_is_believed(
    host: str, ca: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))

    assert fetch(host, Authorities(None), None) == b"in"


def test_an_unknown_authority_is_not_believed_and_the_setting_is_named(host: str) -> None:
    with pytest.raises(RegistryUnreachable, match="(?i)certificate") as refused:
        fetch(host, Authorities(None), None)

    assert 'registries: {"r.internal": {ca: FILE}}' in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"no certificate", "é".encode()])
def test_an_authority_that_cannot_be_used_is_named(content: bytes) -> None:
    with pytest.raises(ConfigError, match="certificate authority of r.internal: certs/ca.pem"):
        Authorities(lambda path: content).of(Endpoint("r.internal", "https://r.internal", "certs/ca.pem"))


def test_an_authority_is_read_once() -> None:
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        raise OSError

    authorities = Authorities(read)
    endpoint = Endpoint("r.internal", "https://r.internal")
    assert authorities.of(endpoint) is authorities.of(endpoint)
    assert asked == []


def test_a_bundle_of_the_environment_that_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))

    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        Authorities(None).of(Endpoint("r.internal", "https://r.internal"))
