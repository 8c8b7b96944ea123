"""Sign as cosign does, with keys made for the tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from imagebot.registries.signatures.keys import PublicKey, read_key

DIGEST = "sha256:" + "d" * 64
OTHER = "sha256:" + "e" * 64
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
SIGN_V1 = "https://sigstore.dev/cosign/sign/v1"
IN_TOTO = "application/vnd.in-toto+json"
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Signer:
    """A private key, how it signs, and the public key as a policy gives it."""

    sign: Sign
    pem: bytes

    def public(self, source: str = "keys/cosign.pub") -> PublicKey:
        return read_key(self.pem, source)


@lru_cache
def signer(kind: str) -> Signer:
    """A signer by name: ``p256``, ``p384/sha256``, ``rsa2048/pss`` ...; the same name gives the same key."""
    family, _, way = kind.partition("/")
    if family.startswith("rsa"):
        return _rsa(int(family[3:7]), way)
    if family.startswith("ed25519"):
        plain = ed25519.Ed25519PrivateKey.generate()
        return Signer(plain.sign, pem_of(plain))
    curve = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[family[:4]]
    key = ec.generate_private_key(curve)
    algorithm = {"sha384": hashes.SHA384(), "sha512": hashes.SHA512()}.get(way, hashes.SHA256())
    return Signer(lambda message: key.sign(message, ec.ECDSA(algorithm)), pem_of(key))


def _rsa(bits: int, way: str) -> Signer:
    key = rsa.generate_private_key(65537, bits)
    if way == "pss":
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
        return Signer(lambda message: key.sign(message, pss, hashes.SHA256()), pem_of(key))
    algorithm = hashes.SHA1() if way == "sha1" else hashes.SHA256()  # noqa: S303 - must be refused
    return Signer(lambda message: key.sign(message, padding.PKCS1v15(), algorithm), pem_of(key))


def pem_of(private: Any) -> bytes:
    """The public half in PEM."""
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert isinstance(public, bytes)
    return public


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def claim(digest: str = DIGEST, kind: str = "cosign container image signature") -> bytes:
    """The payload of simple signing."""
    identity = {"docker-reference": "registry.example/acme/web"}
    critical = {"identity": identity, "image": {"docker-manifest-digest": digest}, "type": kind}
    return json.dumps({"critical": critical, "optional": None}).encode()


def beside(sign: Sign, payload: bytes) -> dict[str, str]:
    """The annotations of a payload's layer."""
    return {"dev.cosignproject.cosign/signature": b64(sign(payload))}


def statement(
    *digests: str, predicate: str = SIGN_V1, kind: str = "https://in-toto.io/Statement/v1"
) -> bytes:
    """An in-toto statement about digests."""
    subjects = [
        {"digest": dict([(digest or DIGEST).split(":")]), "annotations": {}} for digest in digests or [DIGEST]
    ]
    return json.dumps(
        {"_type": kind, "subject": subjects, "predicateType": predicate, "predicate": {}}
    ).encode()


def encoded(payload: bytes, payload_type: str = IN_TOTO) -> bytes:
    """What DSSE signs."""
    return b" ".join(
        [
            b"DSSEv1",
            str(len(payload_type)).encode(),
            payload_type.encode(),
            str(len(payload)).encode(),
            payload,
        ]
    )


def bundle(sign: Sign, payload: bytes | None = None, payload_type: str = IN_TOTO, **changes: Any) -> bytes:
    """A bundle as cosign writes it with a key; ``changes`` replace parts of it."""
    payload = statement() if payload is None else payload
    signature = b64(sign(encoded(payload, payload_type)))
    document: Mapping[str, Any] = {
        "mediaType": BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": "aGludA=="}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": b64(payload),
            "payloadType": payload_type,
            "signatures": [{"sig": signature, "keyid": ""}],
        },
    }
    return json.dumps({**document, **changes}).encode()
