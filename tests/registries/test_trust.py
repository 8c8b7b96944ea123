"""Certificates of registries, with handshakes on loopback."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from imagebot.demo.http_server import LoopbackServer, Response
from imagebot.errors import ConfigError, RegistryUnreachable
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.trust import Authorities


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that is its own authority; its key stands beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def _usage() -> x509.KeyUsage:
    """Of an authority that is a server too."""
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


@pytest.fixture
def secured(certificate: Path) -> Iterator[str]:
    """The host of a server with that certificate."""
    server = LoopbackServer(lambda r: Response(200, b"in"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    plain = server._server.socket
    server._server.socket = context.wrap_socket(plain, server_side=True)
    yield server.host
    server.close()


def fetch(host: str, authorities: Authorities, ca: str | None) -> bytes:
    endpoint = Endpoint("r.internal", f"https://{host}", ca)
    http = Http()
    try:
        http.prepare(endpoint, authorities.of(endpoint))
        return http.send(endpoint, "GET", f"{endpoint.base}/", headers={}, limit=1000).body
    finally:
        http.close()


def test_an_authority_of_the_settings_is_believed(secured: str, certificate: Path) -> None:
    by_repository = Authorities(lambda path: {"certs/ca.pem": certificate.read_bytes()}[path])

    assert fetch(secured, by_repository, "certs/ca.pem") == b"in"
    assert fetch(secured, Authorities(None), str(certificate)) == b"in"


def test_an_authority_of_the_environment_is_believed(
    secured: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert fetch(secured, Authorities(None), None) == b"in"


def test_an_unknown_authority_is_not_believed_and_the_setting_is_named(secured: str) -> None:
    with pytest.raises(RegistryUnreachable, match="(?i)certificate") as refused:
        fetch(secured, Authorities(None), None)

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
