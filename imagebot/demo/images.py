"""Small images that are valid by the OCI image specification."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"

_ENCODER = json.JSONEncoder(separators=(",", ":"))  # made once: there are registries with many thousand tags


@dataclass(frozen=True, slots=True)
class Image:
    """An image as a registry stores it.

    Attributes:
        blobs: Content by digest.
        manifests: Media type and content by digest, children before the index.
        digest: Digest of the manifest or index that a tag names.
    """

    blobs: Mapping[str, bytes]
    manifests: Mapping[str, tuple[str, bytes]]
    digest: str


def digest_of(content: bytes) -> str:
    """The sha256 digest of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def build_image(
    content: bytes,
    *,
    platforms: tuple[str, ...] = ("linux/amd64",),
    labels: Mapping[str, str] | None = None,
    created: str | None = None,
) -> Image:
    """An image with one layer; an index over one manifest each for several platforms."""
    blobs: dict[str, bytes] = {digest_of(content): content}
    manifests: dict[str, tuple[str, bytes]] = {}
    children = []
    for platform in platforms:
        system, _, machine = platform.partition("/")
        architecture, _, variant = machine.partition("/")
        config = _json(
            {
                **({"created": created} if created else {}),
                "architecture": architecture,
                **({"variant": variant} if variant else {}),
                "os": system,
                "config": {"Labels": dict(labels or {})},
                "rootfs": {"type": "layers", "diff_ids": [digest_of(content)]},
            }
        )
        blobs[digest_of(config)] = config
        manifest = _json(_manifest(config, content))
        manifests[digest_of(manifest)] = (MANIFEST, manifest)
        where = {
            "os": system,
            "architecture": architecture,
            **({"variant": variant} if variant else {}),
        }
        children.append({**_descriptor(MANIFEST, manifest), "platform": where})
    if len(platforms) == 1:
        return Image(blobs, manifests, next(iter(manifests)))
    index = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": children})
    manifests[digest_of(index)] = (INDEX, index)
    return Image(blobs, manifests, digest_of(index))


def _manifest(config: bytes, layer: bytes) -> Mapping[str, object]:
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(CONFIG, config),
        "layers": [_descriptor(LAYER, layer)],
    }


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(value: object) -> bytes:
    return _ENCODER.encode(value).encode()
