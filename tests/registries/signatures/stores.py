"""Repositories to attach signatures to and to read them from: in memory, and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx

from imagebot.demo.images import INDEX, MANIFEST, digest_of
from imagebot.errors import RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName, is_digest
from imagebot.registries import protocol
from imagebot.registries.protocol import Manifest
from tests.registries.pushing import NO_TLS, push_blob, put_manifest
from tests.registries.signatures.signing import BUNDLE, DIGEST, SIGN_V1, SIMPLE

NAME = ImageName("registry.example", "acme/web")
EMPTY = b"{}"


class Store(protocol.Contents, Protocol):
    """A repository that can be written to."""

    def push_blob(self, content: bytes) -> str:
        """Store a blob; its digest."""
        ...

    def push_manifest(self, content: bytes, media_type: str, tag: str = "") -> str:
        """Store a manifest, under a tag too if one is given; its digest."""
        ...

    def refer(self, digest: str, descriptors: Sequence[Mapping[str, Any]]) -> None:
        """Let the list of a digest hold these."""
        ...


class InMemory:
    """A repository whose registry keeps lists of referrers, or does not.

    Attributes:
        asked: What was read, in order.
        failures: What to raise when something is read, by its tag or digest, or ``referrers``.
    """

    def __init__(self, *, lists: bool = True) -> None:
        self._lists = lists
        self._manifests: dict[str, Manifest] = {}
        self._blobs: dict[str, bytes] = {}
        self._referrers: list[Any] = []
        self.asked: list[str] = []
        self.failures: dict[str, Exception] = {}

    def manifest(self, name: ImageName, reference: str) -> Manifest:
        del name
        self._read(reference)
        if reference not in self._manifests:
            raise RegistryNotFound(f"no {reference}")
        return self._manifests[reference]

    def blob(self, name: ImageName, digest: str, limit: int) -> bytes:
        del name
        self._read(digest)
        content = self._blobs.get(digest)
        if content is None:
            raise RegistryNotFound(f"no {digest}")
        if len(content) > limit:
            raise RegistryProtocol(f"the blob has more than {limit} bytes")
        return content

    def referrers(self, name: ImageName, digest: str) -> tuple[Mapping[str, Any], ...]:
        del name, digest
        self._read("referrers")
        if not self._lists:
            raise RegistryNotFound("no such list")
        return tuple(self._referrers)

    def push_blob(self, content: bytes) -> str:
        self._blobs[digest_of(content)] = content
        return digest_of(content)

    def push_manifest(self, content: bytes, media_type: str, tag: str = "") -> str:
        digest = digest_of(content)
        self._manifests[digest] = self._manifests[tag or digest] = Manifest(digest, media_type, content)
        return digest

    def refer(self, digest: str, descriptors: Sequence[Any]) -> None:
        if self._lists:
            self._referrers.extend(descriptors)
        else:
            push_index(self, digest, descriptors)

    def _read(self, what: str) -> None:
        self.asked.append(what)
        if what in self.failures:
            raise self.failures[what]


class OverHttp:
    """A repository of a registry that keeps no lists of referrers."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        self._client = client
        self._path = path

    def manifest(self, name: ImageName, reference: str) -> Manifest:
        del name
        answer = self._get(f"manifests/{reference}", Accept=f"{INDEX}, {MANIFEST}")
        digest = digest_of(answer.content)
        assert digest == reference or not is_digest(reference)
        return Manifest(digest, answer.headers["content-type"], answer.content)

    def blob(self, name: ImageName, digest: str, limit: int) -> bytes:
        del name
        content = self._get(f"blobs/{digest}").content
        assert digest_of(content) == digest
        assert len(content) <= limit
        return content

    def referrers(self, name: ImageName, digest: str) -> tuple[Mapping[str, Any], ...]:
        del name
        return tuple(self._get(f"referrers/{digest}").json()["manifests"])

    def push_blob(self, content: bytes) -> str:
        return push_blob(self._client, self._path, content)

    def push_manifest(self, content: bytes, media_type: str, tag: str = "") -> str:
        digest = digest_of(content)
        for reference in {digest, tag or digest}:
            put_manifest(self._client, self._path, reference, media_type, content).raise_for_status()
        return digest

    def refer(self, digest: str, descriptors: Sequence[Mapping[str, Any]]) -> None:
        push_index(self, digest, descriptors)

    def _get(self, where: str, **headers: str) -> httpx.Response:
        answer = self._client.get(f"/v2/{self._path}/{where}", headers=headers)
        if answer.status_code == 404:
            raise RegistryNotFound(where)
        return answer.raise_for_status()


def client(host: str) -> httpx.Client:
    return httpx.Client(base_url=f"http://{host}", verify=NO_TLS)


def tag_of(digest: str) -> str:
    """The tag of a digest's referrers: the specification cuts a digest off after 64 digits."""
    return digest.replace(":", "-")[: len("sha256-") + 64]


def push_index(store: Store, digest: str, descriptors: Sequence[Mapping[str, Any]]) -> None:
    """Write a digest's referrers under its tag, as clients do."""
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(descriptors)}
    store.push_manifest(json.dumps(index).encode(), INDEX, tag_of(digest))


def push_artifact(
    store: Store, layers: Sequence[Mapping[str, Any]], tag: str = "", **parts: Any
) -> Mapping[str, Any]:
    """Store a manifest over layers that are there; its descriptor."""
    config = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": store.push_blob(EMPTY), "size": 2}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": list(layers), **parts}
    content = json.dumps(manifest).encode()
    return {
        "mediaType": MANIFEST,
        "digest": store.push_manifest(content, MANIFEST, tag),
        "size": len(content),
    }


def layer_of(store: Store, content: bytes, media_type: str, **parts: Any) -> dict[str, Any]:
    """Store a layer; its descriptor."""
    return {"mediaType": media_type, "digest": store.push_blob(content), "size": len(content), **parts}


def attach_simple(
    store: Store, *signed: tuple[bytes, Mapping[str, Any] | None], digest: str = DIGEST
) -> None:
    """Attach payloads and their annotations as cosign 1 and 2 do."""
    layers = [
        layer_of(store, payload, SIMPLE, **({} if notes is None else {"annotations": notes}))
        for payload, notes in signed
    ]
    push_artifact(store, layers, f"{tag_of(digest)}.sig")


def attach_bundles(
    store: Store, *bundles: bytes, digest: str = DIGEST, predicate: str | None = SIGN_V1
) -> None:
    """Attach bundles as cosign 3 does."""
    notes: dict[str, Any] = (
        {} if predicate is None else {"annotations": {"dev.sigstore.bundle.predicateType": predicate}}
    )
    subject = {"mediaType": MANIFEST, "digest": digest, "size": 1}
    described = [
        {
            **push_artifact(
                store, [layer_of(store, content, BUNDLE)], artifactType=BUNDLE, subject=subject, **notes
            ),
            "artifactType": BUNDLE,
            **notes,
        }
        for content in bundles
    ]
    store.refer(digest, described)
