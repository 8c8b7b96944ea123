"""The layout of cosign 1 and 2: the payload is a layer, its signature an annotation beside it.

Source: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from imagebot.registries.signatures.keys import PublicKey
from imagebot.registries.signatures.parsing import Rejected, decoded, document, mapping

MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json"
ANNOTATION = "dev.cosignproject.cosign/signature"
CERTIFICATE = "dev.sigstore.cosign/certificate"
TYPE = "cosign container image signature"


def verify(payload: bytes, annotations: object, digest: str, keys: Sequence[PublicKey]) -> PublicKey:
    """The key that signed a payload which names a digest.

    Args:
        payload: The layer's content.
        annotations: What the manifest says beside the layer; nothing of it is believed but by the signature.
        digest: The digest that must have been signed.
        keys: One good one is enough.

    Raises:
        Rejected: If no key signed it, or it was signed for something else.
    """
    beside = mapping(annotations, "signature beside the payload")
    signature = decoded(beside.get(ANNOTATION), "signature beside the payload")
    for key in keys:
        if key.verify(signature, payload):
            _check_claim(payload, digest)
            return key
    if CERTIFICATE in beside:
        raise Rejected("signed with a certificate in cosign's old layout, which can be checked by key only")
    raise Rejected("signed by none of the keys")


def _check_claim(payload: bytes, digest: str) -> None:
    critical = mapping(document(payload, "signed payload").get("critical"), "signed payload")
    if critical.get("type") != TYPE:
        raise Rejected("what was signed is no cosign signature of an image")
    if mapping(critical.get("image"), "signed payload").get("docker-manifest-digest") != digest:
        raise Rejected("signed for another digest")
