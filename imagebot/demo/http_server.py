"""A small HTTP server on loopback: the base of the demo's stand-ins."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

BODY_LIMIT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A request, read whole.

    Attributes:
        path: Decoded, without query.
        query: Values by name, in order.
        headers: By lower-case name.
        raw_path: As sent, without query.
        raw_query: As sent.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    raw_path: str
    raw_query: str

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Response:
    """A response; a status of 0 breaks the connection off without an answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]


class LoopbackServer:
    """Serves a handler on a free port of 127.0.0.1, one thread a connection.

    Args:
        handle: Answers requests; called from several threads.
    """

    def __init__(self, handle: Handler) -> None:
        self._server = _Server(("127.0.0.1", 0), _handler_class(handle))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """``127.0.0.1:PORT``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening and break off the connections that are open."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # with the default of 5, clients that come together wait a second for their next try
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._connections: set[socket.socket] = set()

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, as http.server would."""
        TCPServer.server_bind(self)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        # small answers over a kept connection would wait 40 ms for an acknowledgement each
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was quicker
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Report a fault of the handler; a client that goes away in the middle is its own business."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # typed for every family


def _handler_class(handle: Handler) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class around a handler
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body leave together

        def _answer(self) -> None:
            try:
                request = self._request()
            except ValueError:  # a length that is none, or too much: where the next request begins is unknown
                response = Response(400, b"malformed or too large\n", {"Connection": "close"})
            else:
                response = handle(request)
            if response.status == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            # a HEAD says what a GET would send, and sends none of it
            if "Content-Length" not in response.headers and response.status not in {204, 304}:
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of http.server

        def _request(self) -> Request:
            parts = urlsplit(self.path)
            return Request(
                method=self.command,
                path=unquote(parts.path),
                query=parse_qs(parts.query, keep_blank_values=True),
                headers={name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers},
                body=self._body(),
                raw_path=parts.path,
                raw_query=parts.query,
            )

        def _body(self) -> bytes:
            if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
                return b"".join(iter(self._chunk, b""))
            return self._read(int(self.headers.get("Content-Length") or 0))

        def _chunk(self) -> bytes:
            content = self._read(int(self.rfile.readline().partition(b";")[0], 16))
            self.rfile.readline()
            return content

        def _read(self, size: int) -> bytes:
            if not 0 <= size <= BODY_LIMIT:
                raise ValueError(size)
            return self.rfile.read(size)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name in http.server
            """Keep quiet: the requests are recorded by whoever serves them."""

    return _Handler
