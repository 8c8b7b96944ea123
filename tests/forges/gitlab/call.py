"""One request to the stand-in's API, and the table of those that it knows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagebot.demo.http_server import Request, Response
from tests.forges.gitlab.state import Project, User

PAGING = frozenset({"page", "per_page"})


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets.

    Attributes:
        project: The one that the path names; of a path without one, any.
        users: All of them, by login.
        parts: Groups of the path's pattern.
        base: Address of the stand-in.
    """

    request: Request
    project: Project
    users: dict[str, User]
    actor: User
    parts: tuple[str, ...]
    base: str
    content: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The first number in the path."""
        return int(self.parts[0])

    def user(self, number: int) -> User | None:
        """A user by id."""
        return next((each for each in self.users.values() if each.id == number), None)


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """A documented operation.

    Attributes:
        path: Pattern of the path behind ``/api/v4/projects/ID``, or behind ``/api/v4`` with ``global_``.
        query: Documented parameters that are known here, beside those for pages.
        content: Documented fields of the body that are known here.
    """

    method: str
    path: re.Pattern[str]
    handler: Handler
    query: frozenset[str]
    content: frozenset[str]


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, *, query: str = "", content: str = "") -> Callable[[Handler], Handler]:
    """Register a handler; names are separated by spaces."""

    def register(handler: Handler) -> Handler:
        pattern = re.compile(path)
        OPERATIONS.append(
            Operation(method, pattern, handler, frozenset(query.split()), frozenset(content.split()))
        )
        return handler

    return register


def reply(status: int, content: object, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    body = json.dumps(content).encode()
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


def paged(call: Call, items: Sequence[object]) -> Response:
    """One page of a list: https://docs.gitlab.com/api/rest/#offset-based-pagination."""
    size = min(int(call.request.one("per_page", "20")), 100)
    page = int(call.request.one("page", "1"))
    headers = {"X-Total": str(len(items)), "X-Page": str(page), "X-Per-Page": str(size)}
    if page * size < len(items):
        query = re.sub(r"(?:^|&)page=\d+", "", call.request.raw_query)
        address = f"{call.base}{call.request.raw_path}?{query}&page={page + 1}"
        headers["Link"] = f'<{address}>; rel="next"'
    return reply(200, items[(page - 1) * size : page * size], headers)
