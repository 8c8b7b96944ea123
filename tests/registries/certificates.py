"""Certificates made for a test, and servers that show them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from imagebot.demo.http_server import Handler, LoopbackServer


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key."""

    public: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """The certificate alone, as it is given to those who shall believe it."""
        return self.public.public_bytes(serialization.Encoding.PEM)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The files that a server is started with: certificate and key."""
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        certificate.write_bytes(self.pem())
        key.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, key


def authority() -> Certificate:
    """An authority of its own, which signs others."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject("authority")
    builder = (
        _builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return Certificate(builder.sign(key, hashes.SHA256()), key)


def self_signed(name: str) -> Certificate:
    """A server's that no authority knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_subject(name), _subject(name), key).add_extension(_names(name), critical=False)
    return Certificate(builder.sign(key, hashes.SHA256()), key)


def issued(signer: Certificate, name: str, days: tuple[int, int] = (-1, 1)) -> Certificate:
    """A server's, for a host name or address; valid from and until so many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder(signer.public.subject, _subject(name), key, days)
        .add_extension(_names(name), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False
        )
    )
    return Certificate(builder.sign(signer.key, hashes.SHA256()), key)


@contextmanager
def secured(answer: Handler, certificate: Certificate, folder: Path) -> Iterator[str]:
    """A server that speaks TLS alone; its address on loopback."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate.write(folder))
    server = LoopbackServer(answer)
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    try:
        yield server.host
    finally:
        server.close()


def _builder(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int] = (-1, 1)
) -> x509.CertificateBuilder:
    begins, ends = (datetime.now(UTC) + timedelta(days=number) for number in days)
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _names(name: str) -> x509.SubjectAlternativeName:
    try:
        return x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
    except ValueError:
        return x509.SubjectAlternativeName([x509.DNSName(name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    """Of an authority, or of a server."""
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
