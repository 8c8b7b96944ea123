"""Sources of push times, asked over loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from imagebot.demo.http_server import Request, Response
from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.credentials import Credentials
from imagebot.registries.dates.asking import anonymous, authorised
from imagebot.registries.dates.protocol import Ask, Source
from imagebot.registries.dates.sources import pushed, source_of
from imagebot.registries.docker_config import DockerConfig
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.session import Session
from imagebot.registries.tokens import Tokens
from tests.registries.pushing import NO_TLS
from tests.registries.quirk_server import GOOD, Answer, quirky

NOW = datetime(2024, 6, 1, tzinfo=UTC)
MAY = datetime(2024, 5, 1, 12, tzinfo=UTC)
APRIL = datetime(2024, 4, 1, 12, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


def source(host: str) -> Source:
    """The source for a registry's host."""
    found = source_of(Endpoint(host, f"https://{host}"))
    assert found
    return found


def said(host: str, answer: Answer, *wanted: str, clock: Callable[[], float] = float) -> Mapping[str, Pushed]:
    """What the source for a host says of tags of ``a/b``, if a server on loopback is that host."""
    asked = source(host)
    with quirky(answer) as server, asking(asked, server) as ask:
        return pushed(asked, ask, ImageName(host, "a/b"), frozenset(wanted), NOW, clock=clock)


@contextmanager
def asking(asked: Source, server: str) -> Iterator[Ask]:
    """Asks a server as a source wants to be asked, by whoever knows its password."""
    endpoint, http = Endpoint(server, f"http://{server}"), Http()
    http.prepare(endpoint, NO_TLS)
    session = Session(http, Tokens(http), Credentials(DockerConfig({"auths": {server: GOOD}}, "config.json")))
    try:
        yield (
            anonymous(http, endpoint)
            if asked.api
            else authorised(session, endpoint, ImageName(server, "a/b"))
        )
    finally:
        http.close()


def content(value: object, **headers: str) -> Response:
    """JSON."""
    return Response(200, json.dumps(value).encode(), headers)


class Recorded:
    """A server that remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        return self._answer(request)
