"""Public keys of a policy, and what they believe."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from imagebot.errors import ConfigError
from imagebot.registries.signatures.keys import PublicKey, read_key
from tests.registries.signatures.signing import pem_of, signer

GOOD = [
    "p256",
    "p384/sha384",
    "p384/sha256",
    "p521/sha512",
    "p521/sha256",
    "rsa2048/pkcs1",
    "rsa2048/pss",
    "ed25519",
]
MESSAGE = b"what was signed"


@pytest.mark.parametrize("kind", GOOD)
def test_a_key_believes_its_own_signature_of_the_same_bytes_only(kind: str) -> None:
    made = signer(kind)
    key = made.public()
    signature = made.sign(MESSAGE)

    assert key.verify(signature, MESSAGE)
    assert not key.verify(signature, MESSAGE + b" ")
    assert not key.verify(signature[:-1] + bytes([signature[-1] ^ 1]), MESSAGE)
    assert not key.verify(b"", MESSAGE)


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_no_key_believes_the_signature_of_another(kind: str, other: str) -> None:
    if kind != other:
        assert not signer(kind).public().verify(signer(other).sign(MESSAGE), MESSAGE)


@pytest.mark.parametrize("kind", ["rsa2048/sha1", "p256/sha384", "p256/sha512", "p384/sha512"])
def test_a_hash_that_does_not_suit_the_key_is_not_believed(kind: str) -> None:
    made = signer(kind)

    assert not made.public().verify(made.sign(MESSAGE), MESSAGE)


def private_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


COSIGN_PRIVATE = b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        pytest.param(b"", "no public key in PEM", id="empty"),
        pytest.param(b"\x00\xff garbage", "no public key in PEM", id="garbage"),
        pytest.param(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no public key in PEM", id="no-key-inside"),
        pytest.param(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no public key in PEM", id="certificate"),
        pytest.param(pem_of(rsa.generate_private_key(65537, 1024)), "1024 bits is too short", id="short-rsa"),  # noqa: S505 - must be refused
        pytest.param(pem_of(ec.generate_private_key(ec.SECP256K1())), "its curve is secp256k1", id="other-curve"),
        pytest.param(pem_of(ed448.Ed448PrivateKey.generate()), "not supported", id="ed448"),
        pytest.param(pem_of(x25519.X25519PrivateKey.generate()), "not supported", id="x25519"),
        pytest.param(signer("p256").pem + signer("ed25519").pem, "more than one key", id="two-keys"),
    ],
)  # fmt: skip
def test_what_is_no_good_public_key_is_refused_by_its_path(pem: bytes, reason: str) -> None:
    with pytest.raises(ConfigError, match=f"keys/a.pub: .*{reason}") as refused:
        read_key(pem, "keys/a.pub")

    assert refused.value.id == "verify-key"
    assert refused.value.hint


@pytest.mark.parametrize(
    "pem", [pytest.param(private_pem(), id="pkcs8"), pytest.param(COSIGN_PRIVATE, id="cosign")]
)
def test_a_private_key_is_refused_and_shown_nowhere(pem: bytes) -> None:
    with pytest.raises(ConfigError, match="it is a private key") as refused:
        read_key(pem, "cosign.key")

    shown = (
        f"{refused.value!r} {refused.value.hint} {refused.value.__cause__!r} {refused.value.__context__!r}"
    )
    assert pem.split(b"\n")[1].decode() not in shown


def test_a_hostile_path_is_shown_on_one_line() -> None:
    with pytest.raises(ConfigError) as refused:
        read_key(b"", "a\n\x1b[31m.pub")

    assert refused.value.message.isprintable()


@given(st.binary())
def test_no_bytes_are_a_key_by_chance(pem: bytes) -> None:
    with pytest.raises(ConfigError):
        read_key(pem, "keys/a.pub")


@pytest.fixture(scope="module")
def keys() -> list[PublicKey]:
    """Made before an example is timed."""
    return [signer(kind).public() for kind in GOOD]


@given(st.binary())
def test_no_bytes_are_a_signature_by_chance(keys: list[PublicKey], signature: bytes) -> None:
    assert not any(key.verify(signature, MESSAGE) for key in keys)
