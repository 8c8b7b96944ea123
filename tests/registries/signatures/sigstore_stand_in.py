"""A Sigstore of the tests' own: an authority, a certificate log and a signature log, all honest.

Sources: https://github.com/sigstore/protobuf-specs, https://www.rfc-editor.org/rfc/rfc6962 (certificate
timestamps, Merkle tree), https://github.com/transparency-dev/formats/blob/main/log/README.md (checkpoint).
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.registries.signatures.signing import IN_TOTO, b64, encoded

SIGNED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_TIMESTAMPS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_FOREVER = {"start": "2020-01-01T00:00:00Z"}


class _Log:
    """A key with the id that logs have."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key()
        self.der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(self.der).digest()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def described(self) -> dict[str, Any]:
        key = {"rawBytes": b64(self.der), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": _FOREVER}
        return {
            "baseUrl": "https://log.invalid",
            "hashAlgorithm": "SHA2_256",
            "publicKey": key,
            "logId": {"keyId": b64(self.id)},
        }


class SigstoreStandIn:
    """Certifies whoever asks, and logs what they sign."""

    def __init__(self) -> None:
        self._certificates, self._signatures = _Log(), _Log()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
        public = self._key.public_key()
        self._root = (
            x509.CertificateBuilder(self._name, self._name, public, 1)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(certifies=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def trusted_root(self) -> bytes:
        """What a verifier must believe to believe this Sigstore."""
        authority = {
            "subject": {"organization": "tests", "commonName": "stand-in"},
            "uri": "https://authority.invalid",
            "certChain": {"certificates": [{"rawBytes": b64(self._root.public_bytes(Encoding.DER))}]},
            "validFor": _FOREVER,
        }
        document = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self._signatures.described()],
            "certificateAuthorities": [authority],
            "ctlogs": [self._certificates.described()],
            "timestampAuthorities": [],
        }
        return json.dumps(document).encode()

    def bundle(self, payload: bytes, identity: str, issuer: str, payload_type: str = IN_TOTO) -> bytes:
        """A bundle with a statement that an identity signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certified(key.public_key(), identity, issuer)
        signature = key.sign(encoded(payload, payload_type), ec.ECDSA(hashes.SHA256()))
        document = {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))},
                "tlogEntries": [self._logged(payload, signature, certificate)],
            },
            "dsseEnvelope": {
                "payload": b64(payload),
                "payloadType": payload_type,
                "signatures": [{"sig": b64(signature), "keyid": ""}],
            },
        }
        return json.dumps(document).encode()

    def _certified(self, key: ec.EllipticCurvePublicKey, identity: str, issuer: str) -> x509.Certificate:
        """A certificate of a few minutes, with the promise of the log in it."""
        name = x509.RFC822Name if "://" not in identity else x509.UniformResourceIdentifier
        builder = (
            x509.CertificateBuilder(self._name, x509.Name([]), key, 2)
            .not_valid_before(SIGNED_AT - timedelta(minutes=1))
            .not_valid_after(SIGNED_AT + timedelta(minutes=9))
            .add_extension(_usage(certifies=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectAlternativeName([name(identity)]), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .add_extension(x509.UnrecognizedExtension(_ISSUER, issuer.encode()), critical=False)
        )
        before = builder.sign(self._key, hashes.SHA256()).tbs_certificate_bytes
        promised = x509.UnrecognizedExtension(_TIMESTAMPS, self._promise(before))
        return builder.add_extension(promised, critical=False).sign(self._key, hashes.SHA256())

    def _promise(self, certificate: bytes) -> bytes:
        """A signed certificate timestamp (RFC 6962, section 3.2) as an extension holds it."""
        when = struct.pack("!Q", int(SIGNED_AT.timestamp()) * 1000)
        issuer = self._root.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        entry = hashlib.sha256(issuer).digest() + struct.pack("!I", len(certificate))[1:] + certificate
        signature = self._certificates.sign(b"\0\0" + when + b"\0\1" + entry + b"\0\0")
        stamp = (
            b"\0" + self._certificates.id + when + b"\0\0\4\3" + struct.pack("!H", len(signature)) + signature
        )
        stamps = struct.pack("!HH", len(stamp) + 2, len(stamp)) + stamp
        return b"\4" + (b"" if len(stamps) < 128 else b"\x81") + bytes([len(stamps)]) + stamps

    def _logged(self, payload: bytes, signature: bytes, certificate: x509.Certificate) -> dict[str, Any]:
        """The first and only entry of the log."""
        verifier = b64(certificate.public_bytes(Encoding.PEM))
        digest = {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}
        signatures = [{"signature": b64(signature), "verifier": verifier}]
        spec = {"envelopeHash": digest, "payloadHash": digest, "signatures": signatures}
        body = _canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"stand-in\n1\n{b64(root)}\n"
        signed = base64.b64encode(self._signatures.id[:4] + self._signatures.sign(note.encode())).decode()
        when = int(SIGNED_AT.timestamp())
        promise = {
            "body": b64(body),
            "integratedTime": when,
            "logID": self._signatures.id.hex(),
            "logIndex": 0,
        }
        return {
            "logIndex": "0",
            "logId": {"keyId": b64(self._signatures.id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(when),
            "inclusionPromise": {"signedEntryTimestamp": b64(self._signatures.sign(_canonical(promise)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": b64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n\N{EM DASH} stand-in {signed}\n"},
            },
            "canonicalizedBody": b64(body),
        }


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        key_cert_sign=certifies,
        crl_sign=certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
