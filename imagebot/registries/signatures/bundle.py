"""The layout of cosign 3: a Sigstore bundle with a DSSE envelope.

Sources: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md,
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto. A bundle with a bare
message signature says nothing of what was signed, and cosign makes none for images: it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from imagebot.policies.policy import Keyless
from imagebot.registries.signatures.keyless import verify_keyless
from imagebot.registries.signatures.keys import PublicKey
from imagebot.registries.signatures.parsing import Rejected, decoded, document, mapping
from imagebot.registries.signatures.statement import PAYLOAD_TYPE, check_statement, signed_bytes
from imagebot.untrusted import clean

_MEDIA_TYPE = re.compile(
    r"application/vnd\.dev\.sigstore\.bundle(?:\.v0\.[0-9]+\+json|\+json;version=0\.[0-9]+)"
)


def is_bundle(media_type: object) -> bool:
    """Whether a media or artifact type is that of a bundle, of any version."""
    return isinstance(media_type, str) and _MEDIA_TYPE.fullmatch(media_type) is not None


def verify(content: bytes, digest: str, keys: Sequence[PublicKey], keyless: Sequence[Keyless]) -> str:
    """Who signed a digest, by a bundle: a key if one fits, else an identity.

    Raises:
        Rejected: If nobody whom the policy believes signed that digest.
        RegistryError: If identities are believed and the package that checks them is missing or cannot start.
    """
    bundle = document(content, "bundle")
    if not is_bundle(bundle.get("mediaType")):
        raise Rejected("the bundle is of an unknown type")
    envelope = mapping(bundle.get("dsseEnvelope"), "bundle's envelope")
    if envelope.get("payloadType") != PAYLOAD_TYPE:
        raise Rejected("the payload is of an unknown type")
    payload = decoded(envelope.get("payload"), "payload")
    signature, message = _signature(envelope), signed_bytes(payload)
    for key in keys:
        if key.verify(signature, message):
            check_statement(payload, digest)
            return f"key {clean(key.source)}"
    if not keyless:
        raise Rejected("signed by none of the keys")
    _check_certificate(bundle)
    signer = verify_keyless(content, digest, keyless)
    return f"{clean(signer.identity)} ({clean(signer.issuer)})"


def _signature(envelope: Mapping[str, Any]) -> bytes:
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise Rejected("the envelope does not hold exactly one signature")
    return decoded(mapping(signatures[0], "signature").get("sig"), "signature")


def _check_certificate(bundle: Mapping[str, Any]) -> None:
    """Spare the costly package what it would refuse anyway."""
    material = mapping(bundle.get("verificationMaterial"), "bundle's verification material")
    if not {"certificate", "x509CertificateChain"} & material.keys():
        raise Rejected("it carries no certificate, so it names no identity")
