"""Read what an image says of itself: platforms, when it was built, labels.

Sources: https://github.com/opencontainers/image-spec (``manifest.md``, ``image-index.md``, ``config.md``,
``annotations.md``). An index is pinned as a whole; what is read of its children only describes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from imagebot.errors import RegistryProtocol
from imagebot.evidence import Described
from imagebot.references.image import ImageName, is_digest
from imagebot.registries.dates.parsing import parse_rfc3339, plausible
from imagebot.registries.manifests import TYPES
from imagebot.registries.protocol import Contents, Manifest
from imagebot.untrusted import clean

CONFIG_BYTES = 4 * 1024 * 1024
CHILDREN = 64
DEPTH = 2
LABELS = 256
LABEL_CHARACTERS = 4096
CREATED = "org.opencontainers.image.created"
INDEXES = frozenset({TYPES[0], TYPES[2]})
CONFIGS = frozenset(
    {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}
)
_ATTACHED = "vnd.docker.reference.type"
_UNKNOWN = "unknown"

Json = Mapping[str, Any]


def platforms(contents: Contents, name: ImageName, digest: str) -> tuple[str, ...]:
    """The platforms that an image runs on, sorted: from its index alone where it has one.

    Raises:
        RegistryError: If the content cannot be had, or is no image.
    """
    manifest = contents.manifest(name, digest)
    document = _document(name, manifest)
    if manifest.media_type in INDEXES:
        return tuple(sorted({found for found, _ in _children(contents, name, document)}))
    return _of_config(_config(contents, name, document))


def describe(contents: Contents, name: ImageName, digest: str, now: datetime) -> Described:
    """What an image says of itself; of an index, what its first child says stands for the others.

    Args:
        contents: Where to read.
        name: Repository.
        digest: Of the index or manifest.
        now: With zone; a date ahead of it is none.

    Raises:
        RegistryError: If the content cannot be had, or is no image.
    """
    manifest = contents.manifest(name, digest)
    outer = inner = _document(name, manifest)
    found: Sequence[tuple[str, Json]] = ()
    if manifest.media_type in INDEXES:
        found = sorted(_children(contents, name, outer), key=lambda child: child[0])
        if not found:
            return Described(digest, (), _first_date(now, _texts(outer.get("annotations"))), {})
        inner = _document(name, contents.manifest(name, str(found[0][1]["digest"])))
    config = _config(contents, name, inner)
    annotations = [
        _texts(outer.get("annotations")),
        _texts(found[0][1].get("annotations")) if found else {},
        _texts(inner.get("annotations")),
    ]
    image = config.get("config")
    labels = _texts(image.get("Labels")) if isinstance(image, dict) else {}
    return Described(
        digest=digest,
        platforms=tuple(sorted({child for child, _ in found})) or _of_config(config),
        created=_first_date(now, *annotations, {CREATED: str(config.get("created", ""))}),
        labels=_merged(labels, *reversed(annotations)),
    )


def _children(contents: Contents, name: ImageName, index: Json, depth: int = 1) -> Iterator[tuple[str, Json]]:
    """Platform and descriptor of every image of an index; attestations and unknown ones are left out."""
    listed = index.get("manifests")
    for child in listed[:CHILDREN] if isinstance(listed, list) else ():
        if not isinstance(child, dict) or not is_digest(str(child.get("digest"))):
            continue
        if _ATTACHED in _texts(child.get("annotations")):
            continue
        if child.get("mediaType") in INDEXES and depth < DEPTH:
            inner = _document(name, contents.manifest(name, str(child["digest"])))
            yield from _children(contents, name, inner, depth + 1)
        elif child.get("mediaType") in TYPES and (platform := _platform(child.get("platform"))):
            yield platform, child


def _platform(found: object) -> str:
    """``os/architecture[/variant]``; empty for what is none."""
    if not isinstance(found, dict):
        return ""
    system, machine, variant = (found.get(key) for key in ("os", "architecture", "variant"))
    if not (isinstance(system, str) and isinstance(machine, str)) or _UNKNOWN in {system, machine}:
        return ""
    parts = [system, machine, *([variant] if isinstance(variant, str) and variant else [])]
    return clean("/".join(parts), 100)


def _of_config(config: Json) -> tuple[str, ...]:
    return tuple(filter(None, [_platform(config)]))


def _config(contents: Contents, name: ImageName, manifest: Json) -> Json:
    """The configuration of an image.

    Raises:
        RegistryProtocol: If the manifest is that of something else: a chart, a signature, an attestation.
    """
    described = manifest.get("config")
    described = described if isinstance(described, dict) else {}
    digest, kind = str(described.get("digest")), str(described.get("mediaType"))
    if kind not in CONFIGS or not is_digest(digest):
        raise RegistryProtocol(f"{name} holds no image there, but {clean(kind, 80)}", id="registry-no-image")
    return _json(name, contents.blob(name, digest, CONFIG_BYTES))


def _document(name: ImageName, manifest: Manifest) -> Json:
    """A manifest that is what its type says, and nothing else at once (CVE-2021-41190)."""
    document = _json(name, manifest.body)
    named = document.get("mediaType", manifest.media_type)
    is_index = manifest.media_type in INDEXES
    odd = ("config" in document or "layers" in document) if is_index else "manifests" in document
    if named != manifest.media_type or odd:
        raise RegistryProtocol(
            f"{name}@{manifest.digest} is served as {manifest.media_type} and says that it is something else"
        )
    return document


def _json(name: ImageName, content: bytes) -> Json:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RegistryProtocol(f"{name.host} sent no JSON for {name}") from error
    if not isinstance(document, dict):
        raise RegistryProtocol(f"{name.host} sent no JSON object for {name}")
    return document


def _texts(found: object) -> dict[str, str]:
    """Annotations or labels: texts alone, and not too many or long."""
    if not isinstance(found, dict):
        return {}
    texts = [(key, value) for key, value in found.items() if isinstance(value, str)]
    return {key[:LABEL_CHARACTERS]: value[:LABEL_CHARACTERS] for key, value in texts[:LABELS]}


def _merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """All of them; a later layer wins."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged |= layer
    return dict(list(merged.items())[:LABELS])


def _first_date(now: datetime, *annotations: Mapping[str, str]) -> datetime | None:
    """The first date that may be meant: builds that want to be reproducible write 1970."""
    dates = (plausible(parse_rfc3339(found.get(CREATED)), now) for found in annotations)
    return next((date for date in dates if date), None)
