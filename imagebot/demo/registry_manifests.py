"""Manifests of the embedded registry: read, written and deleted as CNCF Distribution does it.

Source: https://github.com/opencontainers/distribution-spec, and the behaviour of Distribution 2.8 and 3.
One thing is left out: Distribution 2.8 turns Docker's second schema into its first for clients that do
not accept the second; here, as in Distribution 3, they get the second.
"""

from __future__ import annotations

import json

from imagebot.demo.http_server import Request, Response
from imagebot.demo.images import DOCKER_LIST, INDEX, MANIFEST, digest_of
from imagebot.demo.registry_messages import NO_ROUTE, Call, digest_invalid, error
from imagebot.demo.registry_store import Repositories, Repository
from imagebot.demo.registry_validity import needed_digests
from imagebot.references.image import is_digest, is_tag


class Manifests:
    """Answers for ``/v2/<name>/manifests/<reference>``.

    Args:
        repositories: The registry's state, shared.
    """

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories

    def get(self, call: Call) -> Response:
        """A manifest by tag or digest (GET, HEAD)."""
        if refused := _malformed(call.reference):
            return refused
        kept = self._repositories.get(call.name, Repository())
        digest = kept.find(call.reference)
        if not digest:
            kind = "Revision" if is_digest(call.reference) else "Tag"
            return _unknown(detail={"Name": call.name, kind: call.reference})
        if call.request.headers.get("if-none-match", "") in {digest, f'"{digest}"'}:
            return Response(304)
        return _negotiated(kept, digest, _accepted(call.request), by_tag=digest != call.reference)

    def put(self, call: Call) -> Response:
        """Store a manifest under a tag or its digest (PUT)."""
        if refused := _malformed(call.reference):
            return refused
        content, digest = call.request.body, digest_of(call.request.body)
        if is_digest(call.reference) and call.reference != digest:
            return digest_invalid()
        media_type = call.request.headers.get("content-type", "").partition(";")[0].strip()
        needed = needed_digests(media_type, content)
        if needed is None:
            return error(400, "MANIFEST_INVALID", "manifest invalid")
        kept = self._repositories.get(call.name, Repository())
        for missing in needed - kept.blobs.keys() - kept.manifests.keys():
            return error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", missing)
        self._repositories[call.name] = kept
        kept.manifests[digest] = (media_type, content)
        if is_tag(call.reference):
            kept.tag(call.reference, digest)
        where = {"Location": f"/v2/{call.name}/manifests/{digest}", "Docker-Content-Digest": digest}
        return Response(201, b"", where)

    def delete(self, call: Call) -> Response:
        """Delete a manifest by digest, with its tags (DELETE)."""
        if refused := _malformed(call.reference):
            return refused
        if is_tag(call.reference):
            return digest_invalid()
        kept = self._repositories.get(call.name, Repository())
        if not kept.find(call.reference):
            return _unknown()
        kept.remove(call.reference)
        return Response(202)


def _malformed(reference: str) -> Response | None:
    """The refusal of a text that is neither tag nor digest."""
    if is_tag(reference) or is_digest(reference):
        return None
    return digest_invalid() if ":" in reference else NO_ROUTE


def _unknown(message: str = "manifest unknown", detail: object = None) -> Response:
    return error(404, "MANIFEST_UNKNOWN", message, detail)


def _accepted(request: Request) -> set[str]:
    """The types a client takes: by exact name, without weights and without ``*/*``."""
    return {part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")}


def _negotiated(kept: Repository, digest: str, accepted: set[str], *, by_tag: bool) -> Response:
    media_type, content = kept.manifests[digest]
    if media_type in {INDEX, MANIFEST} and media_type not in accepted:
        kind = "indexes" if media_type == INDEX else "manifests"
        return _unknown(f"the accept header does not support OCI {kind}")
    if media_type == DOCKER_LIST and media_type not in accepted and by_tag:
        # for clients from before there were lists
        digest = _linux_amd64(content)
        if digest not in kept.manifests:
            return _unknown()
        media_type, content = kept.manifests[digest]
    headers = {"Content-Type": media_type, "Docker-Content-Digest": digest, "Etag": f'"{digest}"'}
    return Response(200, content, headers)


def _linux_amd64(manifest_list: bytes) -> str:
    """The digest of a list's child for the commonest platform; empty where there is none."""
    for child in json.loads(manifest_list)["manifests"]:
        platform = child.get("platform", {})
        if (platform.get("os"), platform.get("architecture")) == ("linux", "amd64"):
            return str(child["digest"])
    return ""
