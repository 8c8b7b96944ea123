"""Push images over HTTP, as any client does."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Generator

import httpx

from imagebot.demo.images import DOCKER_LIST, DOCKER_MANIFEST, Image, build_image, digest_of

MISSING = (
    "docker-registry is not installed: the real half of the contract suite did not run "
    "(apt-get install docker-registry)"
)

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that stay on loopback: loading the certificates of the world is most of a small test's time."""


class TokenAuth(httpx.Auth):
    """Answers a Bearer challenge with a token for what it asks for, and keeps that until it is refused."""

    requires_response_body = True

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user, password)
        self._bearer = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request, and again with the token that it takes."""
        if self._bearer:
            request.headers["Authorization"] = self._bearer
        refused = yield request
        if refused.status_code != 401:
            return
        asked = dict(re.findall(r'(\w+)="([^"]*)"', refused.headers["www-authenticate"]))
        realm = httpx.URL(asked.pop("realm"), params=asked)
        granted = yield next(self._basic.auth_flow(httpx.Request("GET", realm)))
        self._bearer = f"Bearer {granted.json()['token']}"
        request.headers["Authorization"] = self._bearer
        yield request


def connected(host: str, auth: httpx.Auth | None = None) -> httpx.Client:
    """Any HTTP client, for whoever may come in like this."""
    return httpx.Client(base_url=f"http://{host}", verify=NO_TLS, auth=auth)


def push(
    host: str, repository: str, tag: str, image: Image | None = None, auth: httpx.Auth | None = None
) -> str:
    """Push an image; its digest."""
    image = image or build_image(f"{repository}:{tag}".encode())
    with connected(host, auth) as client:
        for content in image.blobs.values():
            push_blob(client, repository, content)
        for digest, (media_type, content) in image.manifests.items():
            name = tag if digest == image.digest else digest
            put_manifest(client, repository, name, media_type, content).raise_for_status()
    return image.digest


def push_schema_1(client: httpx.Client, repository: str, tag: str) -> None:
    """Push a manifest of before 2017: Distribution 2.8 makes it of a newer one, and signs it."""
    push(client.base_url.netloc.decode(), repository, tag, docker_image(), client.auth)
    old = client.get(f"/v2/{repository}/manifests/{tag}")
    put_manifest(client, repository, tag, old.headers["content-type"], old.content).raise_for_status()


def begin_upload(client: httpx.Client, repository: str) -> str:
    """Open an upload; where it goes on."""
    return str(client.post(f"/v2/{repository}/blobs/uploads/").raise_for_status().headers["location"])


def finish_upload(client: httpx.Client, where: str, digest: str, content: bytes = b"") -> httpx.Response:
    """Close an upload."""
    return client.put(httpx.URL(where).copy_merge_params({"digest": digest}), content=content)


def push_blob(client: httpx.Client, repository: str, content: bytes) -> str:
    """Push a blob; its digest."""
    digest = digest_of(content)
    finish_upload(client, begin_upload(client, repository), digest, content).raise_for_status()
    return digest


def put_manifest(
    client: httpx.Client, repository: str, reference: str, media_type: str, content: bytes
) -> httpx.Response:
    """Put a manifest under a tag or digest."""
    headers = {"Content-Type": media_type}
    return client.put(f"/v2/{repository}/manifests/{reference}", content=content, headers=headers)


def docker_image(architecture: str = "amd64") -> Image:
    """A manifest list with one image, in the types from before OCI had its own."""
    layer = b"layer"
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
            "history": [{"created_by": "a tool"}],
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": DOCKER_MANIFEST,
            "config": _described("application/vnd.docker.container.image.v1+json", config),
            "layers": [_described("application/vnd.docker.image.rootfs.diff.tar.gzip", layer)],
        }
    ).encode()
    child = {
        **_described(DOCKER_MANIFEST, manifest),
        "platform": {"os": "linux", "architecture": architecture},
    }
    whole = json.dumps({"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": [child]}).encode()
    manifests = {digest_of(manifest): (DOCKER_MANIFEST, manifest), digest_of(whole): (DOCKER_LIST, whole)}
    return Image({digest_of(blob): blob for blob in (layer, config)}, manifests, digest_of(whole))


def _described(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "size": len(content), "digest": digest_of(content)}
