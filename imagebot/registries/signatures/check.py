"""Decide whether somebody whom a policy believes signed a digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from imagebot.errors import RegistryNotFound, RegistryProtocol
from imagebot.evidence import Signature
from imagebot.policies.policy import Keyless
from imagebot.references.image import ImageName, is_digest
from imagebot.registries.protocol import Contents
from imagebot.registries.signatures import bundle, simple_signing
from imagebot.registries.signatures.keys import PublicKey
from imagebot.registries.signatures.parsing import Rejected
from imagebot.registries.signatures.places import Layer, Place, Referrer, Unusable, opened, places
from imagebot.untrusted import clean

CANDIDATES = 32
"""Most signatures of a digest to look at: whoever may push could attach thousands."""

CANDIDATE_BYTES = 1024 * 1024
_REASONS = 3
_HOW = 300
_UNSIGNED = Signature("unsigned", "no signature found")


def check(
    contents: Contents, name: ImageName, digest: str, keys: Sequence[PublicKey], keyless: Sequence[Keyless]
) -> Signature:
    """What is made of the signatures of a digest; one good one is enough, and bad ones are passed over.

    Without keys and identities signatures are looked for and not checked. A request is made only when those
    before it settled nothing.

    Raises:
        RegistryError: If the registry cannot be asked: that is no proof of anything.
    """
    if not keys and not keyless:
        return _looked_for(contents, name, digest)
    question = _Question(contents, name, digest, keys, keyless)
    faults: list[str] = []
    tried, among = 0, ""
    for place in places(contents, name, digest):
        tried += not isinstance(place, Unusable)
        if tried > CANDIDATES:
            among = f" among the first {CANDIDATES}, and no more are looked at"
            break
        try:
            how = question.answered_by(place)
        except Rejected as fault:
            faults.append(str(fault))
        else:
            return Signature("verified", _in_words(f"{how}; passed over", faults) if faults else how)
    if faults:
        return Signature("refused", _in_words(f"no good signature{among}", faults))
    return _UNSIGNED


def _looked_for(contents: Contents, name: ImageName, digest: str) -> Signature:
    reason = ""
    for place in places(contents, name, digest):
        if not isinstance(place, Unusable):
            return Signature("unchecked", f"{place.what} present, not checked")
        reason = reason or place.reason
    return Signature("unchecked", reason) if reason else _UNSIGNED


@dataclass(frozen=True, slots=True)
class _Question:
    """Whether one of these keys or identities signed this digest."""

    contents: Contents
    name: ImageName
    digest: str
    keys: Sequence[PublicKey]
    keyless: Sequence[Keyless]

    def answered_by(self, place: Place) -> str:
        """How a place proves it.

        Raises:
            Rejected: If it does not.
            RegistryError: If the registry cannot be asked.
        """
        if isinstance(place, Unusable):
            raise Rejected(place.reason)
        try:
            layer = opened(self.contents, self.name, place) if isinstance(place, Referrer) else place
            content = self._content(layer)
        except RegistryNotFound as error:
            raise Rejected("a signature is listed and not there") from error
        except RegistryProtocol as error:
            raise Rejected(clean(error.message, 160)) from error
        if bundle.is_bundle(layer.descriptor.get("mediaType")):
            return f"cosign bundle by {bundle.verify(content, self.digest, self.keys, self.keyless)}"
        annotations = layer.descriptor.get("annotations")
        key = simple_signing.verify(content, annotations, self.digest, self.keys)
        return f"cosign simple signing by key {clean(key.source)}"

    def _content(self, layer: Layer) -> bytes:
        kind, digest = layer.descriptor.get("mediaType"), layer.descriptor.get("digest")
        if not bundle.is_bundle(kind) and kind != simple_signing.MEDIA_TYPE:
            raise Rejected("its layer is of an unknown type")
        if not isinstance(digest, str) or not is_digest(digest):
            raise Rejected("its layer has a malformed digest")
        return self.contents.blob(self.name, digest, CANDIDATE_BYTES)


def _in_words(outcome: str, faults: Sequence[str]) -> str:
    """An outcome with what was wrong with others, the commonest first."""
    said = [f"{fault} ({n} times)" if n > 1 else fault for fault, n in Counter(faults).most_common(_REASONS)]
    return clean(f"{outcome}: {'; '.join(said)}", _HOW)
