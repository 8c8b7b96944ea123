"""The REST API: from a request to its operation, both checked against GitHub's description."""

from __future__ import annotations

import json
import re

from imagebot.demo.github import rights
from imagebot.demo.github.accounts import Actor
from imagebot.demo.github.call import Call, content_of, refusal, reply
from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.routes import HANDLERS
from imagebot.demo.github.schema import operation_of, violations
from imagebot.demo.github.site import PREFIX, Site
from imagebot.demo.http_server import Request, Response
from imagebot.repository.command import GitFailed

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_BY_NAME = re.compile(r"/repos/(?P<name>[^/]+/[^/]+)(?P<rest>/.*)?")
_BY_ID = re.compile(r"/repositories/(?P<id>[0-9]+)(?P<rest>/.*)?")


class Api:
    """Answers REST requests.

    Args:
        site: What there is.
        violations: Where it is noted what breaks the description, or is not known here.
    """

    def __init__(self, site: Site, violations: list[str]) -> None:
        self._site = site
        self._violations = violations

    def answer(self, request: Request, actor: Actor) -> Response:
        """The answer to a request under ``PREFIX``."""
        path = self._by_name(request.raw_path.removeprefix(PREFIX))
        if actor.known and (moved := self._moved(request, path)):
            return moved
        found = operation_of(request.method, path)
        if found is None or found[0] not in HANDLERS:
            self._violations.append(f"{request.method} {path}: not implemented by the stand-in")
            return refusal(Refused(501, "Not implemented by the stand-in"))
        operation, parameters = found
        if request.method in WRITES:
            self._violations += violations(operation, "request", _body(request.body))
        response = self._carried_out(request, operation, dict(parameters), actor)
        self._violations += violations(operation, str(response.status), _body(response.body))
        return response

    def _carried_out(
        self, request: Request, operation: str, parameters: dict[str, str], actor: Actor
    ) -> Response:
        try:
            if not actor.known:
                raise Refused(401, "Bad credentials")
            call = Call(request, self._site, actor, parameters, content_of(request))
            rights.check(call, operation)
            if "{repo}" in operation:
                call.hosted.sync()
            return HANDLERS[operation](call)
        except GitFailed as error:
            self._violations.append(f"{operation}: a fault of the stand-in: {error}")
            return refusal(Refused(500, "Server Error"))
        except Refused as error:
            response = refusal(error)
            if error.status not in {403, 404}:
                return response
            wanted = {"X-Accepted-GitHub-Permissions": "; ".join(rights.needed(operation).accepted)}
            return Response(error.status, response.body, {**response.headers, **wanted})

    def _by_name(self, path: str) -> str:
        """The path of an operation, where a redirect named the repository by its id."""
        if not (match := _BY_ID.fullmatch(path)):
            return path
        ids = {str(hosted.id): hosted.name for hosted in self._site.repositories.values()}
        return f"/repos/{ids.get(match['id'], 'no/repository')}{match['rest'] or ''}"

    def _moved(self, request: Request, path: str) -> Response | None:
        """The way to a repository that had this name once: 301 to read, 307 to write."""
        match = _BY_NAME.fullmatch(path)
        hosted = self._site.moved.get(match["name"].lower()) if match else None
        if match is None or hosted is None or self._site.find(match["name"]):
            return None
        query = f"?{request.raw_query}" if request.raw_query else ""
        url = f"{self._site.api}/repositories/{hosted.id}{match['rest'] or ''}{query}"
        status = 301 if request.method == "GET" else 307
        body = {
            "message": "Moved Permanently",
            "url": url,
            "documentation_url": "https://docs.github.com/rest",
        }
        return reply(status, body, {"Location": url})


def _body(body: bytes) -> object:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None
