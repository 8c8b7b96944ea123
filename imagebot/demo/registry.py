"""An in-memory registry that speaks the OCI distribution protocol on loopback.

Source: https://github.com/opencontainers/distribution-spec. Where the specification leaves room it answers as
CNCF Distribution does, so that one contract suite holds for both.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType
from typing import Literal, Self

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.demo.images import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    Image,
    build_image,
    digest_of,
)
from imagebot.demo.registry_auth import Gate
from imagebot.references.image import is_digest, is_tag

_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_ROUTE = re.compile(
    r"/v2/(?P<name>.+?)/(?:(?P<tags>tags/list)|manifests/(?P<reference>[^/]+)|"
    r"blobs/(?:uploads/(?P<upload>[^/]*)|(?P<digest>[^/]+)))"
)
MANIFEST_TYPES = frozenset({INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST})


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was answered.

    Attributes:
        scheme: Scheme of its Authorization, or empty; never the secret.
    """

    method: str
    path: str
    query: str
    status: int
    scheme: str


@dataclass(slots=True)
class _Repository:
    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Fault:
    pattern: re.Pattern[str]
    response: Response
    times: int


class EmbeddedRegistry:
    """A registry with real state; nothing is written to disk.

    Args:
        credentials: Password by user; asked for with ``auth`` other than ``none``.
        auth: ``none``, ``basic``, or ``token`` for a Bearer challenge with a token server beside it.
        page_size: Most tags of one page; None pages only when a client asks for it.
    """

    def __init__(
        self,
        *,
        credentials: Mapping[str, str] | None = None,
        auth: Literal["none", "basic", "token"] = "none",
        page_size: int | None = None,
    ) -> None:
        self._repositories: defaultdict[str, _Repository] = defaultdict(_Repository)
        self._uploads: dict[str, bytes] = {}
        self._faults: list[_Fault] = []
        self._lock = Lock()
        self._page_size = page_size
        self.requests: list[Seen] = []
        self._server = LoopbackServer(self._answer)
        self.gate = Gate(auth, dict(credentials or {}), f"http://{self.host}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening: from then on connections are refused."""
        self._server.close()

    @property
    def host(self) -> str:
        """``127.0.0.1:PORT``, as references name it."""
        return self._server.host

    def push(
        self,
        repository: str,
        tag: str,
        *,
        platforms: tuple[str, ...] = ("linux/amd64",),
        labels: Mapping[str, str] | None = None,
        created: str | None = None,
        content: bytes | None = None,
    ) -> str:
        """Store an image under a tag; the digest that the tag names then.

        The content follows from repository and tag unless it is given.
        """
        layer = content if content is not None else f"{repository}:{tag}".encode()
        image = build_image(layer, platforms=platforms, labels=labels, created=created)
        self.store(repository, tag, image)
        return image.digest

    def store(self, repository: str, tag: str, image: Image) -> None:
        """Store an image under a tag."""
        with self._lock:
            kept = self._repositories[repository]
            kept.blobs.update(image.blobs)
            kept.manifests.update(image.manifests)
            kept.tags[tag] = image.digest

    def delete_tag(self, repository: str, tag: str) -> None:
        """Forget a tag."""
        with self._lock:
            self._repositories[repository].tags.pop(tag, None)

    def tags(self, repository: str) -> tuple[str, ...]:
        """The tags of a repository, sorted."""
        return tuple(sorted(self._repositories[repository].tags))

    def fail(
        self,
        pattern: str,
        status: int,
        *,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        """Answer the next requests whose ``METHOD path`` holds a pattern with a failure.

        A status of 0 breaks the connection off.
        """
        self._faults.append(_Fault(re.compile(pattern), Response(status, body, headers or {}), times))

    def _answer(self, request: Request) -> Response:
        with self._lock:
            response = self._faulty(request) or self._route(request)
            scheme = request.headers.get("authorization", "").partition(" ")[0]
            self.requests.append(
                Seen(request.method, request.path, request.raw_query, response.status, scheme)
            )
        return Response(
            response.status,
            response.body,
            {"Docker-Distribution-Api-Version": "registry/2.0", **response.headers},
        )

    def _faulty(self, request: Request) -> Response | None:
        for fault in self._faults:
            if fault.times > 0 and fault.pattern.search(f"{request.method} {request.path}"):
                fault.times -= 1
                return fault.response
        return None

    def _route(self, request: Request) -> Response:
        if request.path == "/token":
            return self.gate.token(request)
        if request.path in {"/v2/", "/v2"}:
            return self.gate.refuse(request, "") or _json(200, {})
        match = _ROUTE.fullmatch(request.path)
        if match is None:
            return Response(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        if not _NAME.fullmatch(match["name"]):
            return _error(400, "NAME_INVALID", "invalid repository name")
        action = "pull" if request.method in {"GET", "HEAD"} else "pull,push"
        if refused := self.gate.refuse(request, f"repository:{match['name']}:{action}"):
            return refused
        return self._operation(match)(request, match)

    def _operation(self, match: re.Match[str]) -> Callable[[Request, re.Match[str]], Response]:
        if match["tags"]:
            return self._list
        if match["reference"]:
            return self._manifest
        return self._blob if match["digest"] else self._upload

    def _list(self, request: Request, match: re.Match[str]) -> Response:
        if request.method != "GET":
            return _error(405, "UNSUPPORTED", "the operation is unsupported")
        name = match["name"]
        kept = self._repositories.get(name)
        if kept is None:
            return _error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": name})
        size = request.one("n")
        if size and not size.isdecimal():
            return _error(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested")
        limit = min((int(n) for n in (size, self._page_size) if n not in {"", None}), default=None)
        rest = [tag for tag in sorted(kept.tags) if tag > request.one("last")]
        page = rest if limit is None else rest[:limit]
        headers = {}
        if len(page) < len(rest) and page:
            headers["Link"] = f'</v2/{name}/tags/list?last={page[-1]}&n={limit}>; rel="next"'
        return _json(200, {"name": name, "tags": page or None}, headers)

    def _manifest(self, request: Request, match: re.Match[str]) -> Response:  # noqa: PLR0911 - one for each answer
        reference = match["reference"]
        if not (is_tag(reference) or is_digest(reference)):
            return Response(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        if request.method == "PUT":
            return self._put_manifest(request, match["name"], reference)
        kept = self._repositories.get(match["name"], _Repository())
        digest = kept.tags.get(reference, "") if is_tag(reference) else reference
        if request.method == "DELETE":
            return self._delete(kept, reference)
        if digest not in kept.manifests:
            return _error(404, "MANIFEST_UNKNOWN", "manifest unknown", {"Tag": reference})
        media_type, content = kept.manifests[digest]
        if media_type not in _accepted(request):
            return _error(404, "MANIFEST_UNKNOWN", f"the client accepts no {media_type}")
        if request.headers.get("if-none-match", "").strip('"') == digest:
            return Response(304)
        headers = {
            "Content-Type": media_type,
            "Docker-Content-Digest": digest,
            "Etag": f'"{digest}"',
        }
        return Response(200, content, {**headers, "Content-Length": str(len(content))})

    def _put_manifest(self, request: Request, name: str, reference: str) -> Response:
        media_type = request.headers.get("content-type", "")
        try:
            manifest = json.loads(request.body)
        except ValueError:
            manifest = None
        if (
            not isinstance(manifest, dict)
            or manifest.get("mediaType", media_type) != media_type
            or media_type not in MANIFEST_TYPES
        ):
            return _error(400, "MANIFEST_INVALID", "manifest invalid")
        kept = self._repositories[name]
        for wanted in _needed(manifest):
            if wanted not in kept.blobs and wanted not in kept.manifests:
                return _error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", {"digest": wanted})
        digest = digest_of(request.body)
        if is_digest(reference) and reference != digest:
            return _error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        kept.manifests[digest] = (media_type, request.body)
        if is_tag(reference):
            kept.tags[reference] = digest
        return Response(
            201,
            b"",
            {"Location": f"/v2/{name}/manifests/{digest}", "Docker-Content-Digest": digest},
        )

    def _delete(self, kept: _Repository, reference: str) -> Response:
        if not is_digest(reference):
            return _error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        if kept.manifests.pop(reference, None) is None:
            return _error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        kept.tags = {tag: digest for tag, digest in kept.tags.items() if digest != reference}
        return Response(202)

    def _blob(self, request: Request, match: re.Match[str]) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return _error(405, "UNSUPPORTED", "the operation is unsupported")
        content = self._repositories.get(match["name"], _Repository()).blobs.get(match["digest"])
        if content is None:
            return _error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        headers = {
            "Content-Type": "application/octet-stream",
            "Docker-Content-Digest": match["digest"],
        }
        return Response(200, content, {**headers, "Content-Length": str(len(content))})

    def _upload(self, request: Request, match: re.Match[str]) -> Response:
        name, session = match["name"], match["upload"] or f"{len(self._uploads) + 1}"
        content = self._uploads.get(session, b"") + request.body
        location = f"/v2/{name}/blobs/uploads/{session}"
        if request.method in {"POST", "PUT"} and (digest := request.one("digest")):
            if digest_of(content) != digest:
                return _error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
            self._repositories[name].blobs[digest] = content
            return Response(
                201,
                b"",
                {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest},
            )
        self._uploads[session] = content
        return Response(
            202,
            b"",
            {
                "Location": location,
                "Range": f"0-{max(len(content) - 1, 0)}",
                "Docker-Upload-UUID": session,
            },
        )


def _accepted(request: Request) -> Iterable[str]:
    """The types a client takes: as Distribution does it, by exact name and without weights."""
    return {part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")}


def _needed(manifest: Mapping[str, object]) -> list[str]:
    """Digests that a manifest names."""
    config, layers, children = (
        manifest.get("config"),
        manifest.get("layers"),
        manifest.get("manifests"),
    )
    listed = [
        config,
        *(layers if isinstance(layers, list) else []),
        *(children if isinstance(children, list) else []),
    ]
    return [str(item["digest"]) for item in listed if isinstance(item, dict) and "digest" in item]


def _json(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(content).encode() + b"\n"
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


def _error(status: int, code: str, message: str, detail: object = None) -> Response:
    return _json(status, {"errors": [{"code": code, "message": message, "detail": detail}]})
