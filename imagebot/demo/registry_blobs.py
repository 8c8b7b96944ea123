"""Blobs of the embedded registry, and the uploads that bring them.

Source: https://github.com/opencontainers/distribution-spec (pushing blobs). A blob comes in one PUT or in
chunks, always into an upload that a POST opened: a POST that brings content or asks for a mount is answered,
as the specification allows, with an upload to fill.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from imagebot.demo.http_server import Response
from imagebot.demo.images import digest_of
from imagebot.demo.registry_messages import NO_ROUTE, Call, digest_invalid, error
from imagebot.demo.registry_store import Repositories, Repository
from imagebot.references.image import is_digest


class Blobs:
    """Answers for ``/v2/<name>/blobs/<digest>``.

    Args:
        repositories: The registry's state, shared.
    """

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories

    def get(self, call: Call) -> Response:
        """A blob (GET, HEAD)."""
        digest = call.reference
        if not is_digest(digest):
            return digest_invalid() if ":" in digest else NO_ROUTE
        content = self._repositories.get(call.name, Repository()).blobs.get(digest)
        if content is None:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry", digest)
        headers = {
            "Content-Type": "application/octet-stream",
            "Docker-Content-Digest": digest,
            "Etag": f'"{digest}"',
        }
        return Response(200, content, headers)


@dataclass(slots=True)
class _Upload:
    name: str
    content: bytes = b""


class Uploads:
    """Answers for ``/v2/<name>/blobs/uploads/<session>``.

    Args:
        repositories: The registry's state, shared.
    """

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories
        self._open: dict[str, _Upload] = {}

    def begin(self, call: Call) -> Response:
        """Open an upload (POST)."""
        if call.reference:
            return NO_ROUTE
        session = str(uuid4())
        self._open[session] = _Upload(call.name)
        return self._progress(202, session)

    def status(self, call: Call) -> Response:
        """How far an upload is (GET)."""
        return self._refused(call) or self._progress(204, call.reference)

    def append(self, call: Call) -> Response:
        """Add a chunk (PATCH)."""
        if refused := self._refused(call) or self._out_of_order(call):
            return refused
        self._open[call.reference].content += call.request.body
        return self._progress(202, call.reference)

    def finish(self, call: Call) -> Response:
        """Add the last chunk, if any, and close the upload (PUT)."""
        if refused := self._refused(call) or self._out_of_order(call):
            return refused
        digest = call.request.one("digest")
        content = self._open[call.reference].content + call.request.body
        if digest_of(content) != digest:
            return digest_invalid() if digest else digest_invalid("digest missing")
        del self._open[call.reference]
        self._repositories.setdefault(call.name, Repository()).blobs[digest] = content
        where = {"Location": f"/v2/{call.name}/blobs/{digest}", "Docker-Content-Digest": digest}
        return Response(201, b"", where)

    def cancel(self, call: Call) -> Response:
        """Give an upload up (DELETE)."""
        if refused := self._refused(call):
            return refused
        del self._open[call.reference]
        return Response(204)

    def _refused(self, call: Call) -> Response | None:
        upload = self._open.get(call.reference)
        if upload is not None and upload.name == call.name:
            return None
        return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")

    def _out_of_order(self, call: Call) -> Response | None:
        begins = call.request.headers.get("content-range", "").partition("-")[0]
        if not begins or begins == str(len(self._open[call.reference].content)):
            return None
        return error(416, "RANGE_INVALID", "invalid content range", headers=self._where(call.reference))

    def _progress(self, status: int, session: str) -> Response:
        return Response(status, b"", self._where(session))

    def _where(self, session: str) -> dict[str, str]:
        upload = self._open[session]
        return {
            "Location": f"/v2/{upload.name}/blobs/uploads/{session}",
            "Range": f"0-{max(len(upload.content) - 1, 0)}",
            "Docker-Upload-UUID": session,
        }
