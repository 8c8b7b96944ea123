"""Public keys of signers.

Which algorithms a signature may have follows from the key alone: a signature that names its own algorithm
could name a weaker one. The first of each row is what Sigstore has agreed on
(https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md); cosign took SHA-256 on every
curve before, and others do so still.

=============  ================================================
P-256          ECDSA with SHA-256
P-384          ECDSA with SHA-384, SHA-256
P-521          ECDSA with SHA-512, SHA-256
RSA, 2048 up   PKCS #1 v1.5 with SHA-256, PSS with SHA-256
Ed25519        pure Ed25519, as in every bundle
=============  ================================================

Cosign 2 signs its own layout with Ed25519ph, which ``cryptography`` does not know: that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from imagebot.errors import ConfigError
from imagebot.untrusted import clean

RSA_BITS = 2048
_HASHES: dict[str, tuple[hashes.HashAlgorithm, ...]] = {
    "secp256r1": (hashes.SHA256(),),
    "secp384r1": (hashes.SHA384(), hashes.SHA256()),
    "secp521r1": (hashes.SHA512(), hashes.SHA256()),
}
_PADDINGS = (padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO))

_Key = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that may vouch for images; made by ``read_key``.

    Attributes:
        source: The path it was read from, for messages.
        key: The key itself, of a type and strength that is believed.
    """

    source: str
    key: _Key = field(repr=False)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed exactly these bytes."""
        for attempt in _attempts(self.key):
            try:
                attempt(signature, message)
            except InvalidSignature:
                continue
            return True
        return False


def read_key(pem: bytes, source: str) -> PublicKey:
    """The one public key of a PEM file.

    Raises:
        ConfigError: If there is none, more than one, a private one, or one too weak or of another type.
    """
    if b"PRIVATE KEY" in pem:
        raise _refused(
            source, "it is a private key", "replace it: whoever can read the repository has it now"
        )
    if pem.count(b"-----BEGIN ") > 1:
        raise _refused(source, "it holds more than one key", "give each key a file of its own")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _refused(source, "it is no public key in PEM") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey(source, key)
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in _HASHES:
            raise _refused(source, f"its curve is {clean(key.curve.name, 40)}, not P-256, P-384 or P-521")
        return PublicKey(source, key)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS:
            raise _refused(source, f"an RSA key of {key.key_size} bits is too short; {RSA_BITS} is the least")
        return PublicKey(source, key)
    raise _refused(source, "it is of a type that is not supported")


def _attempts(key: _Key) -> list[partial[None]]:
    """The checks that suit a key; each raises ``InvalidSignature``."""
    match key:
        case ed25519.Ed25519PublicKey():
            return [partial(key.verify)]
        case ec.EllipticCurvePublicKey():
            return [
                partial(key.verify, signature_algorithm=ec.ECDSA(algorithm))
                for algorithm in _HASHES[key.curve.name]
            ]
        case _:
            return [partial(key.verify, padding=how, algorithm=hashes.SHA256()) for how in _PADDINGS]


def _refused(source: str, why: str, advice: str = "") -> ConfigError:
    first = "give a public key: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of at least 2048 bits"
    return ConfigError(
        f"cannot use the key {clean(source)}: {why}",
        hint=advice or f"{first}, as `cosign generate-key-pair` writes to cosign.pub",
        id="verify-key",
    )
