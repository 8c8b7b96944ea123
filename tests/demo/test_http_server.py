from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from imagebot.demo.http_server import Handler, LoopbackServer, Request, Response
from tests.registries.pushing import NO_TLS


@contextmanager
def serving(handle: Handler) -> Iterator[httpx.Client]:
    server = LoopbackServer(handle)
    try:
        with httpx.Client(base_url=f"http://{server.host}", verify=NO_TLS) as client:
            yield client
    finally:
        server.close()


def echo(request: Request) -> Response:
    seen = {
        "method": request.method,
        "path": request.path,
        "raw": request.raw_path,
        "query": dict(request.query),
        "body": request.body.decode(),
        "two": request.headers.get("x-two"),
    }
    return Response(200, json.dumps(seen).encode())


def connect(host: str) -> socket.socket:
    name, _, port = host.partition(":")
    return socket.create_connection((name, int(port)))


def raw(host: str, request: bytes) -> bytes:
    """All that a server answers until it closes the connection."""
    with closing(connect(host)) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_is_read_whole() -> None:
    with serving(echo) as client:
        seen = client.post(
            "/a%2Fb?x=1&x=&y=%20", content=b"text", headers=[("X-Two", "1"), ("X-Two", "2")]
        ).json()

    assert seen == {
        "method": "POST",
        "path": "/a/b",
        "raw": "/a%2Fb",
        "query": {"x": ["1", ""], "y": [" "]},
        "body": "text",
        "two": "1, 2",
    }


def test_a_body_may_come_in_chunks() -> None:
    with serving(echo) as client:
        chunked = client.put("/", content=iter([b"one ", b"two ", b"three"])).json()
        after = client.get("/").json()

    assert (chunked["body"], after["body"]) == ("one two three", "")


def test_a_head_has_the_headers_of_a_get_and_no_body() -> None:
    with serving(lambda _: Response(200, b"content", {"X-Kind": "test"})) as client:
        headed, got = client.head("/"), client.get("/")

    assert headed.content == b""
    assert headed.headers["content-length"] == got.headers["content-length"] == "7"
    assert headed.headers["x-kind"] == "test"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_has_no_length(status: int) -> None:
    with serving(lambda _: Response(status)) as client:
        answers = [client.get("/"), client.get("/")]

    assert [answer.status_code for answer in answers] == [status, status]
    assert "content-length" not in answers[0].headers


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"Content-Length: many", id="no-number"),
        pytest.param(b"Content-Length: -1", id="negative"),
        pytest.param(b"Content-Length: 99999999999", id="too-much"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\nzz", id="no-chunk"),
    ],
)
def test_a_body_without_a_sensible_length_ends_the_connection(headers: bytes) -> None:
    with serving(echo) as client:
        answer = raw(
            client.base_url.netloc.decode(), b"POST / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n"
        )

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in answer.lower()


def test_one_connection_serves_many_requests() -> None:
    with serving(echo) as client:
        host = client.base_url.netloc.decode()
        answer = raw(
            host, b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )

    assert answer.count(b"HTTP/1.1 200 ") == 2


def test_a_status_of_0_breaks_the_connection_off() -> None:
    with serving(lambda _: Response(0)) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


def test_a_fault_of_the_handler_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    def fault(_: Request) -> Response:
        raise LookupError("a fault of ours")

    with serving(fault) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/")

    assert "a fault of ours" in capsys.readouterr().err


def test_closing_breaks_off_open_connections() -> None:
    server = LoopbackServer(echo)
    with closing(connect(server.host)) as kept:
        kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(65536).startswith(b"HTTP/1.1 200 ")

        server.close()

        kept.settimeout(10)
        while kept.recv(65536):
            continue
    with pytest.raises(ConnectionRefusedError):
        connect(server.host)
