"""Where signatures of a digest may stand.

Sources: https://github.com/opencontainers/distribution-spec (listing referrers, referrers tag schema),
https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md,
https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from imagebot.errors import RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName, is_digest
from imagebot.registries.protocol import Contents
from imagebot.registries.signatures.bundle import is_bundle
from imagebot.registries.signatures.parsing import Rejected, document, mapping
from imagebot.registries.signatures.statement import SIGNATURE_PREDICATE
from imagebot.untrusted import clean

_NOTATION_UNCHECKED = "Notation signature present, not checked"
_COSIGN_REFERRER = "application/vnd.dev.cosign.artifact.sig.v1+json"
_NOTATION = "application/vnd.cncf.notary.signature"
_PREDICATE = "dev.sigstore.bundle.predicateType"
_HEX = 64
"""Most digits of a digest that the tag of its referrers names; a longer one is cut off."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that should be a signature, by its descriptor."""

    descriptor: Mapping[str, Any]
    what: ClassVar[str] = "cosign signature"


@dataclass(frozen=True, slots=True)
class Referrer:
    """A manifest with one layer that may be a signature.

    Attributes:
        what: What it is by the list that names it, in words.
    """

    digest: str
    what: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that stands where signatures do, and that nobody can check."""

    reason: str


Place = Layer | Referrer | Unusable


def places(contents: Contents, name: ImageName, digest: str) -> Iterator[Place]:
    """All places, each list asked for only when the one before is used up.

    Raises:
        RegistryError: If the registry cannot be asked; what it does not have is no failure.
    """
    tag = digest.replace(":", "-")[: len("sha256-") + _HEX]
    try:
        listed = contents.referrers(name, digest)
    except RegistryNotFound:  # it keeps no such list
        yield from _tagged(contents, name, tag)
    except RegistryProtocol as error:
        yield Unusable(_unreadable(error))
        yield from _tagged(contents, name, tag)
    else:
        yield from _referrers(listed)
    yield from _legacy(contents, name, f"{tag}.sig")


def opened(contents: Contents, name: ImageName, referrer: Referrer) -> Layer:
    """The layer of a referrer.

    Raises:
        Rejected: If it is no signature, or none that can be checked.
        RegistryError: If the registry cannot be asked.
    """
    manifest = document(contents.manifest(name, referrer.digest).body, "manifest of the signature")
    config = manifest.get("config")
    kind = manifest.get("artifactType") or (config.get("mediaType") if isinstance(config, Mapping) else None)
    if kind == _NOTATION:
        raise Rejected(_NOTATION_UNCHECKED)
    layers = manifest.get("layers")
    if not isinstance(layers, list) or len(layers) != 1:
        raise Rejected("its manifest does not hold exactly one layer")
    return Layer(mapping(layers[0], "layer of the signature"))


def _tagged(contents: Contents, name: ImageName, tag: str) -> Iterator[Place]:
    """Referrers by the index that clients keep under a tag where the registry keeps no list."""
    try:
        yield from _referrers(_listed(contents, name, tag, "manifests"))
    except Rejected as fault:
        yield Unusable(str(fault))


def _legacy(contents: Contents, name: ImageName, tag: str) -> Iterator[Place]:
    """The layers of the manifest that cosign 1 and 2 keep under a tag."""
    try:
        for layer in _listed(contents, name, tag, "layers"):
            yield (Layer(layer) if isinstance(layer, Mapping) else Unusable(f"a layer of {tag} is malformed"))
    except Rejected as fault:
        yield Unusable(str(fault))


def _referrers(descriptors: Iterable[object]) -> Iterator[Place]:
    """Those descriptors that may be signatures."""
    for descriptor in descriptors:
        if not isinstance(descriptor, Mapping):
            continue
        kind, digest = descriptor.get("artifactType"), descriptor.get("digest")
        what = _what(kind, descriptor.get("annotations"))
        if kind == _NOTATION:
            yield Unusable(_NOTATION_UNCHECKED)
        elif not what:
            continue
        elif isinstance(digest, str) and is_digest(digest):
            yield Referrer(digest, what)
        else:
            yield Unusable("a signature is listed with a malformed digest")


def _what(kind: object, annotations: object) -> str:
    """What a referrer may be; empty if it is no signature.

    An attestation says by an annotation that it is one, and old clients write no type at all.
    """
    if is_bundle(kind):
        said = annotations.get(_PREDICATE) if isinstance(annotations, Mapping) else None
        if said is None:
            return "Sigstore bundle"
        return Layer.what if said == SIGNATURE_PREDICATE else ""
    if kind is None:
        return "artifact of unknown type"
    return Layer.what if kind == _COSIGN_REFERRER else ""


def _listed(contents: Contents, name: ImageName, tag: str, member: str) -> Sequence[object]:
    """A list of the manifest under a tag; empty where there is no such tag."""
    try:
        manifest = contents.manifest(name, tag)
    except RegistryNotFound:
        return ()
    except RegistryProtocol as error:
        raise Rejected(_unreadable(error)) from error
    found = document(manifest.body, f"manifest {tag}").get(member)
    if not isinstance(found, list):
        raise Rejected(f"the manifest {tag} lists no signatures")
    return found


def _unreadable(error: RegistryProtocol) -> str:
    return f"the signatures cannot be listed: {clean(error.message, 160)}"
