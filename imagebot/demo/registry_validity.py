"""Whether a pushed text is a manifest.

Source: https://github.com/opencontainers/image-spec (manifest, index), and Docker's own schema 2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from imagebot.demo.images import DOCKER_LIST, DOCKER_MANIFEST, INDEX, MANIFEST
from imagebot.references.image import is_digest

MANIFEST_BYTES = 4 * 1024 * 1024
"""The largest that Distribution takes, and that the specification bids clients to expect."""

_IMAGES = {MANIFEST, DOCKER_MANIFEST}
_LISTS = {INDEX, DOCKER_LIST}


def needed_digests(media_type: str, content: bytes) -> set[str] | None:
    """Digests that a manifest of this type names; None if it is no manifest of this type."""
    manifest = _parsed(content)
    if manifest is None or manifest.get("mediaType", media_type) != media_type:
        return None
    # what could be read as both kinds is neither (CVE-2021-41190)
    if media_type in _LISTS and "config" not in manifest and "layers" not in manifest:
        return _digests(manifest.get("manifests"))
    if media_type in _IMAGES and "manifests" not in manifest:
        config, layers = _digests([manifest.get("config")]), _digests(manifest.get("layers"))
        return None if config is None or layers is None else config | layers
    return None


def _parsed(content: bytes) -> Mapping[str, object] | None:
    if len(content) > MANIFEST_BYTES:
        return None
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("schemaVersion") == 2 else None


def _digests(descriptors: object) -> set[str] | None:
    if not isinstance(descriptors, list):
        return None
    found = {str(item.get("digest")) if isinstance(item, dict) else "" for item in descriptors}
    return found if all(map(is_digest, found)) else None
