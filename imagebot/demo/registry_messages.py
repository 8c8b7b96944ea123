"""What the embedded registry is asked, and its answers in the words and the form of CNCF Distribution."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from imagebot.demo.http_server import Request, Response

_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
NO_ROUTE = Response(404, b"404 page not found\n", _PLAIN)


@dataclass(frozen=True, slots=True)
class Call:
    """A request for something in a repository.

    Attributes:
        name: The repository.
        reference: The last part of the path: a tag, a digest, the session of an upload.
    """

    request: Request
    name: str
    reference: str


def json_answer(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    body = json.dumps(content, separators=(",", ":")).encode() + b"\n"
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def error(
    status: int, code: str, message: str, detail: object = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An error by its code in the distribution specification."""
    entry = {"code": code, "message": message, **({} if detail is None else {"detail": detail})}
    return json_answer(status, {"errors": [entry]}, headers)


def digest_invalid(detail: object = None) -> Response:
    """The error for a digest that is none, or is not the content's."""
    return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content", detail)


def not_allowed(methods: Iterable[str]) -> Response:
    """The error for a method that a route does not know."""
    return Response(405, b"Method not allowed\n", {**_PLAIN, "Allow": ", ".join(sorted(methods))})
