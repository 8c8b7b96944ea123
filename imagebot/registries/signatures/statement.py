"""What a bundle says of an image once its signature holds: an in-toto statement in a DSSE envelope.

Sources: https://github.com/in-toto/attestation/tree/main/spec/v1,
https://github.com/secure-systems-lab/dsse/blob/master/protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.registries.signatures.parsing import Rejected, document

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
SIGNATURE_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
"""The predicate of a plain signature; an attestation (provenance, SBOM) vouches for what it says, no more."""


def signed_bytes(payload: bytes) -> bytes:
    """What is signed of a payload: DSSE's pre-authentication encoding, with lengths in bytes."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def check_statement(payload: bytes, digest: str) -> None:
    """Read a payload whose signature holds.

    Args:
        payload: The statement.
        digest: The digest that must be one of its subjects; a statement is about each of them alike.

    Raises:
        Rejected: If it is no signature of that digest.
    """
    statement = document(payload, "signed payload")
    if statement.get("_type") != STATEMENT_TYPE:
        raise Rejected("what was signed is no in-toto statement of version 1")
    if statement.get("predicateType") != SIGNATURE_PREDICATE:
        raise Rejected("what was signed is an attestation, no signature")
    subjects = statement.get("subject")
    if not isinstance(subjects, list) or not any(_is(subject, digest) for subject in subjects):
        raise Rejected("signed for another digest")


def _is(subject: object, digest: str) -> bool:
    algorithm, _, encoded = digest.partition(":")
    named = subject.get("digest") if isinstance(subject, Mapping) else None
    return isinstance(named, Mapping) and named.get(algorithm) == encoded
