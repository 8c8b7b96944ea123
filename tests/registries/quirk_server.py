"""Servers that answer as a test wants, and clients that ask them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imagebot.demo.http_server import LoopbackServer, Request, Response
from imagebot.demo.images import MANIFEST
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from imagebot.registries.hosts import endpoint, hostname, is_loopback
from tests.registries.pushing import NO_TLS
from tests.secrets_planted import SECRET

GOOD = {"username": "bot", "password": SECRET}
Answer = Callable[[Request], Response]


@contextmanager
def quirky(answer: Answer) -> Iterator[str]:
    """A server that answers as a test wants; its host."""
    server = LoopbackServer(answer)
    try:
        yield server.host
    finally:
        server.close()


def ask(host: str, entry: dict[str, Any] | None = None, **options: Any) -> RegistryClient:
    """A client whose configuration file holds an entry for a host, or nothing."""
    auths = {} if entry is None else {host: entry}
    client = RegistryClient({}, Credentials(DockerConfig({"auths": auths}, "config.json")), **options)
    if is_loopback(hostname(host)):
        client.http.prepare(endpoint(host, {}), NO_TLS)
    return client


def listed(client: RegistryClient, name: ImageName) -> tuple[str, ...]:
    """The tags that a client finds."""
    return client.tags(name).tags


def tags_of(answer: Answer, entry: dict[str, Any] | None = None) -> tuple[str, ...]:
    """What a client makes of the tags of a server."""
    with quirky(answer) as host, ask(host, entry) as client:
        return listed(client, ImageName(host, "a/b"))


def digest_of(answer: Answer) -> str:
    """What a client makes of a manifest of a server."""
    with quirky(answer) as host, ask(host) as client:
        return client.digest(ImageName(host, "a/b"), "1.0")


def page(tags: object, **headers: str) -> Response:
    """A page of tags; a header's ``-`` is written ``_``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, json.dumps({"name": "a/b", "tags": tags}).encode(), named)


def manifest(body: bytes = b"{}", media_type: str = MANIFEST, **headers: str) -> Response:
    """A manifest; a header's ``-`` is written ``_``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, body, {"Content-Type": media_type, **named})


def challenge(header: str) -> Response:
    """A refusal that says how to get in."""
    return Response(401, b"", {"WWW-Authenticate": header})
