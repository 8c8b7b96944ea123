"""Routes of the embedded registry: which question a request asks, and who may ask it.

Source: https://github.com/opencontainers/distribution-spec (endpoints, listing tags).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry_auth import Gate
from imagebot.demo.registry_blobs import Blobs, Uploads
from imagebot.demo.registry_manifests import Manifests
from imagebot.demo.registry_messages import NO_ROUTE, Call, error, json_answer, not_allowed
from imagebot.demo.registry_store import Repositories, Repository
from imagebot.errors import InvalidReference
from imagebot.references.image import ImageName

_ROUTE = re.compile(
    r"/v2/(?P<name>[^/]+(?:/[^/]+)*?)/(?P<kind>tags(?=/list$)|manifests|blobs/uploads|blobs)/(?P<reference>[^/]*)"
)
_ACTIONS = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}

Operation = Callable[[Call], Response]


def is_repository(name: str) -> bool:
    """Whether a text is a legal repository name."""
    try:
        ImageName.parse(f"localhost/{name}")
    except InvalidReference:
        return False
    return True


def repository_of(path: str) -> str:
    """The repository that a path is about, or an empty text."""
    match = _ROUTE.fullmatch(path)
    return match["name"] if match else ""


class Routes:
    """Answers for everything under ``/v2/``, and for the token server beside it.

    Args:
        repositories: The registry's state.
        gate: Who may pass.
        page_size: Most tags of one page; None pages only when a client asks for it.
    """

    def __init__(self, repositories: Repositories, gate: Gate, page_size: int | None) -> None:
        self._repositories = repositories
        self._gate = gate
        self._page_size = page_size
        manifests, blobs, uploads = Manifests(repositories), Blobs(repositories), Uploads(repositories)
        self._operations: dict[str, dict[str, Operation]] = {
            "tags": {"GET": self._tags},
            "manifests": {
                "GET": manifests.get,
                "HEAD": manifests.get,
                "PUT": manifests.put,
                "DELETE": manifests.delete,
            },
            "blobs": {"GET": blobs.get, "HEAD": blobs.get},
            "blobs/uploads": {
                "POST": uploads.begin,
                "GET": uploads.status,
                "PATCH": uploads.append,
                "PUT": uploads.finish,
                "DELETE": uploads.cancel,
            },
        }

    def answer(self, request: Request) -> Response:
        """The answer to a request; changes the state where it asks for that."""
        if request.path == "/token":
            return self._gate.token(request)
        if request.path == "/v2/":
            return self._gate.refuse(request, "") or json_answer(200, {})
        match = _ROUTE.fullmatch(request.path)
        if match is None:
            return NO_ROUTE
        name = match["name"]
        if not is_repository(name):
            return error(400, "NAME_INVALID", "invalid repository name", {"name": name})
        operations = self._operations[match["kind"]]
        if request.method not in operations:
            return not_allowed(operations)
        scope = f"repository:{name}:{_ACTIONS.get(request.method, 'pull,push')}"
        refused = self._gate.refuse(request, scope)
        return refused or operations[request.method](Call(request, name, match["reference"]))

    def _tags(self, call: Call) -> Response:
        tags = self._repositories.get(call.name, Repository()).tags
        if tags is None:
            return error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": call.name})
        asked = call.request.one("n")
        if asked and not asked.isdecimal():
            return error(
                400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested", {"n": asked}
            )
        sizes = [*([int(asked)] if asked else []), *([self._page_size] if self._page_size else [])]
        rest = [tag for tag in sorted(tags) if tag > call.request.one("last")]
        page = rest[: min(sizes)] if sizes else rest
        headers = {}
        if page and len(page) < len(rest):
            headers["Link"] = f'</v2/{call.name}/tags/list?last={page[-1]}&n={min(sizes)}>; rel="next"'
        return json_answer(200, {"name": call.name, "tags": page or None}, headers)
