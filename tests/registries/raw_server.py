"""Servers below HTTP: they send what a test wants, byte by byte, for as long as the client listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PACE_S = 0.01


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def raw(answer: Callable[[], Iterable[bytes]]) -> Iterator[str]:
    """A server that answers each connection with these bytes; its host."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            with suppress(ConnectionError):
                for part in answer():
                    self.wfile.write(part)

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@contextmanager
def trickling(before: bytes, part: bytes) -> Iterator[str]:
    """A server that never falls silent and never comes to an end; its host."""
    over = Event()

    def answer() -> Iterator[bytes]:
        yield before
        while not over.wait(PACE_S):
            yield part

    with raw(answer) as host:
        try:
            yield host
        finally:
            over.set()
