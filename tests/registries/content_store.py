"""A registry that serves content as a test wants it, and what a client makes of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from imagebot.demo.http_server import Request, Response
from imagebot.demo.images import MANIFEST
from imagebot.references.image import ImageName
from imagebot.registries import images
from imagebot.registries.cache import Cache
from imagebot.registries.client import RegistryClient
from imagebot.registries.contents import RegistryContents
from tests.registries.quirk_server import ask, quirky

INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BLOB = b"a blob"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def contents_of(client: RegistryClient) -> RegistryContents:
    return RegistryContents(client.session, client.locate, Cache())


class Store:
    """What a registry holds; it serves what it is asked for as it is told to."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []

    def put(self, content: object, kind: str, digest: str = "") -> str:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = digest or digest_of(body)
        self.held[digest] = (kind, body)
        return digest

    def blob(self, content: object) -> str:
        return self.put(content, "application/octet-stream")

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.raw_path)
        held = self.held.get(request.path.rpartition("/")[2])
        return Response(200, held[1], {"Content-Type": held[0]}) if held else Response(404)


def described(store: Store, content: object, kind: str = MANIFEST) -> Any:
    """What is made of an image of a store."""
    digest = store.put(content, kind)
    with quirky(store) as host, ask(host) as client:
        return images.describe(contents_of(client), ImageName(host, "a/b"), digest, NOW)


def child(digest: str, kind: str = MANIFEST) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "platform": {"os": "linux", "architecture": "amd64"}}
