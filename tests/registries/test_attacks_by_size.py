"""Registries that answer without end, or with more than they say; and files that have none."""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import ConfigError, RegistryError, RegistryProtocol, RegistryUnreachable
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.contents import RegistryContents
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from tests.registries.content_store import (
    BLOB,
    INDEX,
    contents_of,
    digest_of,
)
from tests.registries.quirk_server import ask, challenge, listed, page, quirky, tags_of
from tests.registries.raw_server import HEAD, raw

BOMB = gzip.compress(b"\0" * 67_000_000)


@pytest.mark.parametrize(
    "encoding", ["gzip", "deflate", "br", "zstd", "x-gzip", "GZIP", "identity, gzip", "", "*"]
)
@pytest.mark.parametrize("status", [200, 404])
def test_a_bomb_is_not_unpacked(encoding: str, status: int) -> None:
    """67 MB of zeros in 65 KB: no more is kept than what arrives."""
    answer = lambda r: Response(status, BOMB, {"Content-Encoding": encoding})  # noqa: E731 - a table's row
    with quirky(answer) as host, ask(host) as client:
        tracemalloc.start()
        with pytest.raises(RegistryProtocol, match="compressed answer that nobody asked for"):
            listed(client, ImageName(host, "a/b"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 8_000_000


def test_nothing_compressed_is_asked_for() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.headers["accept-encoding"])
        return page(["1.0"])

    tags_of(answer)

    assert asked == ["identity"]


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def endless(*begin: bytes, part: bytes) -> Iterable[bytes]:
    return itertools.chain(begin, itertools.repeat(part))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(lambda: endless(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", part=chunk(b"x" * 60_000)), "more than 8388608 bytes", id="chunks"),
        pytest.param(lambda: endless(HEAD, b"\r\n", part=b"x" * 60_000), "more than 8388608 bytes", id="until-it-closes"),
        pytest.param(lambda: endless(HEAD, b"Content-Length: 99999999999\r\n\r\n", part=b"x" * 60_000), "more than 8388608 bytes", id="as-long-as-it-says"),
        pytest.param(lambda: [HEAD, b"Content-Length: 5\r\n\r\n", b'["1"]' + b"x" * 9_000_000], "no list of tags", id="longer-than-it-says"),
        pytest.param(lambda: [HEAD, b"Content-Length: 500\r\n\r\n", b"{}"], "broke", id="shorter-than-it-says"),
        pytest.param(lambda: [HEAD, b"Content-Length: -1\r\n\r\n", b"{}"], "broke", id="negative"),
        pytest.param(lambda: [HEAD, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n", b"{} "], "broke", id="two-lengths"),
        pytest.param(lambda: [HEAD, b"Transfer-Encoding: gzip, chunked\r\n\r\n", b"{}"], "broke|cannot be sent", id="packed-transfer"),
        pytest.param(lambda: [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"-1\r\n"], "broke", id="negative-chunk"),
        pytest.param(lambda: [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"f" * 40 + b"\r\n"], "broke", id="chunk-of-any-size"),
        pytest.param(lambda: endless(HEAD, part=b"X-A: " + b"a" * 1000 + b"\r\n"), "broke", id="headers"),
        pytest.param(lambda: endless(b"HTTP/1.1 200 ", part=b"O" * 1000), "broke", id="status-line"),
        pytest.param(lambda: endless(HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", part=b"X-A: " + b"a" * 1000 + b"\r\n"), "broke", id="trailers"),
        pytest.param(lambda: [b"\x16\x03\x01\x02\x00 no HTTP at all"], "broke", id="no-http"),
        pytest.param(list, "broke", id="nothing"),
    ],
)  # fmt: skip
def test_an_answer_of_any_length_has_a_bound(answer: Callable[[], Iterable[bytes]], told: str) -> None:
    with raw(answer) as host, ask(host) as client, pytest.raises(RegistryError, match=told):
        listed(client, ImageName(host, "a/b"))


@pytest.mark.parametrize(
    ("size", "act"),
    [
        pytest.param(4 * 1024 * 1024, lambda c, n: c.manifest(n, digest_of(BLOB)), id="manifest"),
        pytest.param(1000, lambda c, n: c.blob(n, digest_of(BLOB), 1000), id="blob"),
        pytest.param(4 * 1024 * 1024, lambda c, n: c.referrers(n, digest_of(BLOB)), id="referrers"),
    ],
)
def test_cve_2020_1702_everything_that_is_read_has_a_bound(
    size: int, act: Callable[[RegistryContents, ImageName], object]
) -> None:
    """containers/image: a huge manifest filled the memory."""
    answer = lambda r: Response(200, b" " * (size + 1), {"Content-Type": INDEX})  # noqa: E731 - a table's row

    with (
        quirky(answer) as host,
        ask(host) as client,
        pytest.raises(RegistryProtocol, match="answer of more than"),
    ):
        act(contents_of(client), ImageName(host, "a/b"))


def test_a_token_has_a_bound() -> None:
    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response(200, json.dumps({"token": "t" * 70_000}).encode())
        return challenge('Bearer realm="/token",service="s"')

    with pytest.raises(RegistryProtocol, match="answer of more than 65536 bytes"):
        tags_of(answer)


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", "folder", "large"])
def test_a_certificate_authority_without_end_is_not_read(tmp_path: Path, path: str) -> None:
    """imagebot.yaml may come from a pull request, and names any file."""
    import os  # noqa: PLC0415 - for one row

    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "large").open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    settings = {"r.invalid": RegistrySettings(ca=str(tmp_path / path))}
    with RegistryClient(settings, Credentials(DockerConfig({}, "config.json"))) as client:
        with pytest.raises(ConfigError, match="cannot use the certificate authority of r.invalid"):
            listed(client, ImageName("r.invalid", "a/b"))


def test_a_connection_that_broke_says_so_without_its_bytes() -> None:
    with raw(lambda: [b"HTTP/1.1 200 OK\r\nno\x1b[31m header\r\n\r\n"]) as host, ask(host) as client:
        with pytest.raises(RegistryUnreachable) as refused:
            listed(client, ImageName(host, "a/b"))

    assert refused.value.message.isprintable()
