"""The REST operations that the bot uses, and the few that people use in tests and on the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from imagebot.demo.github import bodies
from imagebot.demo.github.state import HostedRepository, PullRequest, Refused
from imagebot.demo.http_server import Request, Response

PREFIX = "/api/v3"
_PULLS = re.compile(r"/repos/(?P<repo>[^/]+/[^/]+)(?:/pulls(?:/(?P<number>[0-9]+)(?P<merge>/merge)?)?)?")


class Api:
    """Answers REST requests of an authenticated user."""

    def __init__(self, repositories: Mapping[str, HostedRepository], base: str) -> None:
        self._repositories = repositories
        self._base = base

    def answer(self, request: Request, path: str, actor: str) -> Response:
        """Carry out one operation.

        Raises:
            Refused: With GitHub's status and words.
        """
        match = _PULLS.fullmatch(path)
        hosted = self._repositories.get(match["repo"]) if match else None
        if match is None or hosted is None:
            raise Refused(404, "Not Found")
        hosted.sync()
        if match["number"]:
            return self._one(request, hosted, int(match["number"]), actor, merge=bool(match["merge"]))
        if "/pulls" not in path:
            return reply(200, bodies.repository(hosted, self._base))
        if request.method == "POST":
            return self._create(hosted, _content(request), actor)
        return self._list(request, hosted, path)

    def _one(
        self, request: Request, hosted: HostedRepository, number: int, actor: str, *, merge: bool
    ) -> Response:
        pull = hosted.pulls.get(number)
        if pull is None:
            raise Refused(404, "Not Found")
        if merge:
            sha = hosted.merge(pull, _content(request).get("sha"), actor)
            return reply(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})
        if request.method == "PATCH":
            hosted.edit_pull(pull, _content(request))
        return reply(200, bodies.pull_request(hosted, pull, self._base, whole=True))

    def _create(self, hosted: HostedRepository, content: Mapping[str, Any], actor: str) -> Response:
        pull = hosted.open_pull(
            str(content["head"]).rpartition(":")[2],
            str(content["base"]),
            str(content.get("title") or ""),
            str(content.get("body") or ""),
            actor,
        )
        return reply(201, bodies.pull_request(hosted, pull, self._base, whole=True))

    def _list(self, request: Request, hosted: HostedRepository, path: str) -> Response:
        found = [pull for pull in hosted.pulls.values() if _wanted(request, hosted, pull)]
        descending = (
            request.one("direction", "desc" if request.one("sort", "created") == "created" else "asc")
            == "desc"
        )
        found.sort(key=lambda pull: pull.number, reverse=descending)
        size = min(int(request.one("per_page", "30")), 100)
        page = int(request.one("page", "1"))
        shown = found[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(found):
            query = {name: values[0] for name, values in request.query.items()} | {"page": str(page + 1)}
            headers["Link"] = f'<{self._base}{PREFIX}{path}?{urlencode(query)}>; rel="next"'
        listed = [bodies.pull_request(hosted, pull, self._base, whole=False) for pull in shown]
        return reply(200, listed, headers)


def _wanted(request: Request, hosted: HostedRepository, pull: PullRequest) -> bool:
    """GitHub's filters, with their trap: ``head`` without an owner filters nothing."""
    state = request.one("state", "open")
    if state not in {"all", pull.state}:
        return False
    head = request.one("head")
    if ":" in head and head != f"{hosted.name.partition('/')[0]}:{pull.head}":
        return False
    return request.one("base") in {"", pull.base}


def _content(request: Request) -> Mapping[str, Any]:
    try:
        content = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refused(400, "Problems parsing JSON") from error
    if not isinstance(content, dict):
        raise Refused(400, "Problems parsing JSON")
    return content


def reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(
        status,
        json.dumps(body).encode(),
        {"Content-Type": "application/json; charset=utf-8", **(headers or {})},
    )


def refusal(error: Refused) -> Response:
    """What GitHub says when it would not."""
    body: dict[str, object] = {
        "message": error.message,
        "documentation_url": "https://docs.github.com/rest",
        "status": str(error.status),
    }
    if error.errors:
        body["errors"] = list(error.errors)
    return reply(error.status, body)
