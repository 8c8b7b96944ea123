"""An in-memory registry that speaks the OCI distribution protocol on loopback.

Source: https://github.com/opencontainers/distribution-spec. Where the specification leaves room it answers as
CNCF Distribution does, so that one contract suite holds for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Literal, Self

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.demo.images import Image, build_image
from imagebot.demo.registry_auth import Gate
from imagebot.demo.registry_routes import Routes, is_repository, repository_of
from imagebot.demo.registry_store import Repositories, Repository
from imagebot.references.image import is_tag


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was answered.

    Attributes:
        path: Without query.
        query: As sent.
        repository: The repository that it was about, or empty.
        scheme: Scheme of its Authorization, or empty; never the secret.
    """

    method: str
    path: str
    query: str
    status: int
    repository: str
    scheme: str


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
        self._repositories: Repositories = {}
        self._faults: list[_Fault] = []
        self._requests: list[Seen] = []
        self._lock = Lock()
        self._server = LoopbackServer(self._answer)
        self.gate = Gate(auth, credentials or {}, f"http://{self.host}")
        self._routes = Routes(self._repositories, self.gate, page_size)

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

    @property
    def requests(self) -> tuple[Seen, ...]:
        """The requests that were answered, in order."""
        with self._lock:
            return tuple(self._requests)

    def reset_requests(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._requests.clear()

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
        """Store an image under a tag, as a push would; the digest that the tag names then.

        A platform is ``os/architecture[/variant]``, and several make an index; ``created`` is written as RFC
        3339; ``content`` is the layer, and follows from repository and tag unless it is given.

        Raises:
            ValueError: If no registry would take the repository or the tag.
        """
        layer = content if content is not None else f"{repository}:{tag}".encode()
        image = build_image(layer, platforms=platforms, labels=labels, created=created)
        self.store(repository, tag, image)
        return image.digest

    def store(self, repository: str, tag: str, image: Image) -> None:
        """Store an image under a tag.

        Raises:
            ValueError: If no registry would take the repository or the tag.
        """
        if not is_repository(repository) or not is_tag(tag):
            raise ValueError(f"{repository}:{tag} is no name of an image")
        with self._lock:
            self._repositories.setdefault(repository, Repository()).add(tag, image)

    def delete_tag(self, repository: str, tag: str) -> None:
        """Forget a tag, if there is one."""
        with self._lock:
            self._repositories.get(repository, Repository()).untag(tag)

    def tags(self, repository: str) -> tuple[str, ...]:
        """The tags of a repository, sorted."""
        with self._lock:
            return tuple(sorted(self._repositories.get(repository, Repository()).tags or ()))

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

        The pattern is a regular expression. A status of 0 breaks the connection off.
        """
        with self._lock:
            self._faults.append(_Fault(re.compile(pattern), Response(status, body, headers or {}), times))

    def _answer(self, request: Request) -> Response:
        with self._lock:
            response = self._faulty(request) or self._routes.answer(request)
            scheme = request.headers.get("authorization", "").partition(" ")[0]
            self._requests.append(
                Seen(
                    request.method,
                    request.path,
                    request.raw_query,
                    response.status,
                    repository_of(request.path),
                    scheme,
                )
            )
        headers = {"Docker-Distribution-Api-Version": "registry/2.0", **response.headers}
        return Response(response.status, response.body, headers)

    def _faulty(self, request: Request) -> Response | None:
        for fault in self._faults:
            if fault.times > 0 and fault.pattern.search(f"{request.method} {request.path}"):
                fault.times -= 1
                return fault.response
        return None
