"""Signatures without a key: a certificate of Sigstore names who signed, and a public log when.

The ``sigstore`` package checks certificate, log and signature; what was signed is checked here. The root of
trust is the one that the package ships, or keeps in the user's cache: nothing is asked of the network.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from imagebot.errors import RegistryError
from imagebot.policies.policy import Keyless
from imagebot.registries.signatures.parsing import Rejected
from imagebot.registries.signatures.statement import PAYLOAD_TYPE, check_statement
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from sigstore.verify import Verifier


def verify_keyless(bundle: bytes, digest: str, believed: Sequence[Keyless]) -> Keyless:
    """The identity that signed a digest.

    Args:
        bundle: A Sigstore bundle with a certificate.
        digest: The digest that must have been signed.
        believed: One good one is enough.

    Raises:
        Rejected: If none of them signed that digest.
        RegistryError: If the package is not installed or does not start. The run goes on without this image.
    """
    verifier = _public_verifier()
    reason = "signed by none of the identities"
    for keyless in believed:
        try:
            kind, payload = _opened(bundle, keyless, verifier)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's bytes do to the package, they prove nothing
            reason = f"not signed by {clean(keyless.identity, 100)}: {clean(str(error), 160)}"
            continue
        if kind != PAYLOAD_TYPE:
            raise Rejected("the payload is of an unknown type")
        check_statement(payload, digest)
        return keyless
    raise Rejected(reason)


def _opened(bundle: bytes, keyless: Keyless, verifier: Verifier) -> tuple[str, bytes]:
    """Type and content of what an identity signed."""
    from sigstore.models import Bundle
    from sigstore.verify.policy import Identity

    policy = Identity(identity=keyless.identity, issuer=keyless.issuer)
    kind, payload = verifier.verify_dsse(Bundle.from_json(bundle), policy)
    return kind, payload


@lru_cache(maxsize=1)
def _public_verifier() -> Verifier:
    """Made once: import and start take seconds."""
    try:
        from sigstore.verify import Verifier
    except ImportError as error:
        raise RegistryError(
            "signatures without a key cannot be checked: the package sigstore is not installed",
            hint="pip install 'imagebot[sigstore]', or give verify a key",
            id="sigstore-missing",
        ) from error
    logging.getLogger("sigstore").setLevel(logging.ERROR)  # it warns of being offline, which is wanted
    try:
        return Verifier.production(offline=True)
    except Exception as error:  # the package's own failures share no type with those of the disk
        raise RegistryError(
            f"signatures without a key cannot be checked: sigstore does not start: {clean(str(error), 200)}",
            hint="it keeps its root of trust in the user's cache folder, which must be writable",
            id="sigstore-start",
        ) from error
