"""A request to the API as its handlers see it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagebot.demo.http_server import Request, Response
from tests.forges.gitea.hosted import Hosted
from tests.forges.gitea.records import Account, Refused

PAGE = 50
"""The most that a page holds."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        parts: What the path's pattern caught, decoded.
        content: The body, if it is an object.
    """

    request: Request
    hosted: Hosted
    account: Account
    site: str
    parts: Mapping[str, str]
    content: Mapping[str, Any]

    def number(self, name: str = "n") -> int:
        """A number of the path."""
        return int(self.parts[name])

    def paged(self, things: Sequence[Any], form: Callable[[Any], object] = lambda thing: thing) -> Response:
        """The page that was asked for, each thing in its form, with how many there are."""
        size = min(int(self.request.one("limit") or 30) or PAGE, PAGE)
        page = max(int(self.request.one("page") or 1), 1)
        shown = [form(thing) for thing in things[(page - 1) * size : page * size]]
        return reply(200, shown, {"X-Total-Count": str(len(things))})

    def must_write(self) -> None:
        """Refuse who may only read."""
        if not self.account.may_write:
            raise Refused(403, "user should have a permission to write to a repo")


Handler = Callable[[Call], Response]
Route = tuple[str, re.Pattern[str], Handler]


def route(method: str, path: str, handler: Handler) -> Route:
    """A handler for a path below the repository; ``{n}`` is a number, ``{name}`` a part, ``{rest*}`` several."""
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    pattern = re.sub(r"\{(n|id)\}", r"(?P<\1>[0-9]+)", pattern)
    return method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)), handler


def reply(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    content = b"" if body is None else json.dumps(body).encode()
    return Response(status, content, {"Content-Type": "application/json;charset=utf-8", **(headers or {})})
