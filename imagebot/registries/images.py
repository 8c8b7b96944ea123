"""Read what an image says of itself: platforms, when it was built, labels.

Sources: https://github.com/opencontainers/image-spec (``manifest.md``, ``image-index.md``, ``config.md``,
``annotations.md``). An index is pinned as a whole; what is read of its children only describes it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from imagebot.errors import RegistryNotFound, RegistryProtocol
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
        return tuple(sorted({platform for platform, _ in _children(contents, name, document)}))
    return _of_config(_config(contents, name, digest, document))


def manifests(contents: Contents, name: ImageName, digest: str) -> dict[str, frozenset[str]]:
    """The digests of the manifests that each platform may run; of a single image its own, under ``*``.

    Nothing for an index that is larger than what is read of one: what is not known whole is not compared.

    Raises:
        RegistryError: If the content cannot be had, or is no image.
    """
    manifest = contents.manifest(name, digest)
    document = _document(name, manifest)
    if manifest.media_type not in INDEXES:
        return {"*": frozenset({digest})}
    children = _children(contents, name, document)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for platform, child in children if len(children) < CHILDREN else ():
        found[platform].add(child["digest"])
    return {platform: frozenset(digests) for platform, digests in found.items()}


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
    document = _document(name, manifest)
    annotations = [_texts(document.get("annotations"))]
    children: list[tuple[str, Json]] = []
    named = digest
    if manifest.media_type in INDEXES:
        children = sorted(_children(contents, name, document), key=lambda child: child[0])
        if not children:
            return _described(digest, (), annotations, {}, now)
        _, first = children[0]
        named = first["digest"]
        annotations.append(_texts(first.get("annotations")))
        try:
            document = _document(name, contents.manifest(name, named))
        except RegistryNotFound:  # a mirror may hold some platforms only; the index is what gets pinned
            return _described(digest, (platform for platform, _ in children), annotations, {}, now)
        annotations.append(_texts(document.get("annotations")))
    config = _config(contents, name, named, document)
    return _described(digest, (platform for platform, _ in children), annotations, config, now)


def _described(
    digest: str,
    found: Iterable[str],
    annotations: Sequence[Mapping[str, str]],
    config: Json,
    now: datetime,
) -> Described:
    """Put together what was read, annotations from the outermost to the innermost."""
    image = config.get("config")
    labels = _texts(image.get("Labels")) if isinstance(image, dict) else {}
    return Described(
        digest=digest,
        platforms=tuple(sorted(set(found))) or _of_config(config),
        created=_first_date(now, *annotations, {CREATED: str(config.get("created", ""))}),
        labels=_merged(*annotations, labels),
    )


def _children(contents: Contents, name: ImageName, index: Json) -> list[tuple[str, Json]]:
    """Platform and descriptor of every image of an index, at most 64."""
    return list(islice(_walk(contents, name, index, DEPTH), CHILDREN))


def _walk(contents: Contents, name: ImageName, index: Json, depth: int) -> Iterator[tuple[str, Json]]:
    """Those of an index and of the indexes in it; what is attached to images, or unknown, is left out."""
    for child in islice(filter(_is_own, _items(index)), CHILDREN):
        if child.get("mediaType") not in INDEXES:
            if platform := _platform(child.get("platform")):
                yield platform, child
        elif depth > 1:
            inner = _document(name, contents.manifest(name, child["digest"]))
            yield from _walk(contents, name, inner, depth - 1)


def _items(index: Json) -> Iterator[Json]:
    listed = index.get("manifests")
    return (child for child in listed if isinstance(child, dict)) if isinstance(listed, list) else iter(())


def _is_own(child: Json) -> bool:
    """Whether a descriptor is that of an image or index; what is attached to one says so."""
    if child.get("mediaType") not in TYPES or not is_digest(str(child.get("digest"))):
        return False
    return _ATTACHED not in _texts(child.get("annotations"))


def _platform(found: object) -> str:
    """``os/architecture[/variant]``; empty for what is none."""
    if not isinstance(found, dict):
        return ""
    system, machine, variant = (found.get(key) for key in ("os", "architecture", "variant"))
    if not (isinstance(system, str) and isinstance(machine, str)) or {system, machine} & {"", _UNKNOWN}:
        return ""
    parts = [system, machine, *([variant] if isinstance(variant, str) and variant else [])]
    return clean("/".join(parts), 100)


def _of_config(config: Json) -> tuple[str, ...]:
    return tuple(filter(None, [_platform(config)]))


def _config(contents: Contents, name: ImageName, named: str, manifest: Json) -> Json:
    """The configuration of an image.

    Raises:
        RegistryProtocol: If the manifest is that of something else: a chart, a signature, an attestation.
    """
    described = manifest.get("config")
    described = described if isinstance(described, dict) else {}
    digest, kind = str(described.get("digest")), str(described.get("mediaType", "something without a type"))
    if kind not in CONFIGS or not is_digest(digest):
        raise RegistryProtocol(f"{name}@{named} is no image, but {clean(kind, 80)}", id="registry-no-image")
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
    texts = ((_text(key), _text(value)) for key, value in found.items() if isinstance(value, str))
    return dict(islice(texts, LABELS))


def _text(text: str) -> str:
    """The begin of a text; JSON can spell half a character, which no file or terminal takes."""
    return text[:LABEL_CHARACTERS].encode("utf-8", "replace").decode()


def _merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Those of all layers; an earlier one wins, by its value and by its place within the bound."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged |= {key: text for key, text in layer.items() if key not in merged}
    return dict(islice(merged.items(), LABELS))


def _first_date(now: datetime, *annotations: Mapping[str, str]) -> datetime | None:
    """The first date that may be meant: builds that want to be reproducible write 1970."""
    dates = (plausible(parse_rfc3339(found.get(CREATED)), now) for found in annotations)
    return next((date for date in dates if date), None)
