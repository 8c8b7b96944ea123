"""The servers of ``benchmark_registries.py``: each runs in a process of its own, and says its port first."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sys
from collections.abc import Awaitable, Callable

TAGS = 400
CONFIG = json.dumps({"os": "linux", "architecture": "amd64", "config": {}}).encode()
KINDS = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json"

Reply = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def digest_of(content: bytes) -> str:
    """The digest that names some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def manifest_of(config: bytes) -> bytes:
    """The manifest of an image without layers."""
    descriptor = {"mediaType": KINDS[1], "digest": digest_of(config), "size": len(config)}
    return json.dumps(
        {"schemaVersion": 2, "mediaType": KINDS[0], "config": descriptor, "layers": []}
    ).encode()


class Listings:
    """A registry in which every name is a repository of ``TAGS`` tags, all of one image; all has validators."""

    def __init__(self) -> None:
        manifest = manifest_of(CONFIG)
        self._tags = json.dumps([f"1.{number}.0" for number in range(TAGS)])
        self._content = {digest_of(CONFIG): (KINDS[1], CONFIG), digest_of(manifest): (KINDS[0], manifest)}
        self._image = digest_of(manifest)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection."""
        while True:
            try:
                asked = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            method, path, _ = asked.split(" ", 2)
            validator = re.search(r"if-none-match: *(\S+)", asked, re.IGNORECASE)
            writer.write(self._answer(method, path.partition("?")[0], validator[1] if validator else ""))
        writer.close()

    def _answer(self, method: str, path: str, known: str) -> bytes:
        name, _, reference = path.removeprefix("/v2/").rpartition("/")
        if reference == "list":
            kind, body = (
                "application/json",
                f'{{"name": "{name.rpartition("/")[0]}", "tags": {self._tags}}}'.encode(),
            )
            etag = f'"{len(body)}"'
        else:
            digest = reference if ":" in reference else self._image
            kind, body = self._content[digest]
            etag = f'"{digest}"'
        if known == etag:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        named = f"Docker-Content-Digest: {etag[1:-1]}\r\n" if ":" in etag else ""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nETag: {etag}\r\n{named}\r\n"
        return head.encode() + (body if method == "GET" else b"")


class Delay:
    """A proxy that passes every request on at once, and every answer later.

    Args:
        port: Of the server behind it, on loopback.
        seconds: How much later.
    """

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a connection brings."""
        back, forth = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._passed(reader, forth, 0), self._passed(back, writer, self._seconds))

    async def _passed(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
    ) -> None:
        while chunk := await reader.read(1 << 16):
            # what comes later is written later: the loop keeps timers in order
            asyncio.get_running_loop().call_later(seconds, writer.write, chunk)
        await asyncio.sleep(2 * seconds)
        writer.close()


async def serve(reply: Reply) -> None:
    """Serve until killed; print the port."""
    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(
        serve(Listings() if sys.argv[1] == "listings" else Delay(int(sys.argv[2]), float(sys.argv[3])))
    )
