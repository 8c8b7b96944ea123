"""A REST call on its way to the operation that answers it, and the forms of answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from imagebot.demo.github.accounts import Actor
from imagebot.demo.github.records import Issue, PullRequest
from imagebot.demo.github.refusals import Refused, not_found
from imagebot.demo.github.site import Site
from imagebot.demo.github.state import HostedRepository
from imagebot.demo.http_server import Request, Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        parameters: Those of the path, decoded.
        content: JSON body; empty if there is none.
    """

    request: Request
    site: Site
    actor: Actor
    parameters: Mapping[str, str]
    content: Mapping[str, Any]

    @property
    def hosted(self) -> HostedRepository:
        """The repository that it is about.

        Raises:
            Refused: 404 if it is not there or the token does not see it.
        """
        name = f"{self.parameters['owner']}/{self.parameters['repo']}"
        hosted = self.site.find(name)
        seen = self.actor.repositories is None or (hosted and hosted.name in self.actor.repositories)
        if hosted is None or not seen:
            raise not_found()
        return hosted

    @property
    def pull(self) -> PullRequest:
        """The pull request of its path."""
        pull = self.hosted.pulls.get(int(self.parameters["pull_number"]))
        if pull is None:
            raise not_found()
        return pull

    @property
    def thread(self) -> Issue:
        """The issue or pull request of its path."""
        thread = self.hosted.thread(int(self.parameters["issue_number"]))
        if thread is None:
            raise not_found()
        return thread

    def texts(self, name: str) -> list[str]:
        """A list of texts in the body."""
        return [str(item) for item in self.content.get(name) or ()]


Handler = Callable[[Call], Response]
Routes = Mapping[str, Handler]
"""Handlers by operation, named as in GitHub's description."""


class Content(dict[str, Any]):
    """A JSON object that refuses what it should hold and does not, in GitHub's words."""

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        raise Refused(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')


def content_of(request: Request) -> Content:
    """The JSON object of a request.

    Raises:
        Refused: 400 for anything else.
    """
    try:
        content = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refused(400, "Problems parsing JSON") from error
    if isinstance(content, list):  # labels may come as a bare list
        return Content(labels=content)
    if not isinstance(content, dict):
        raise Refused(400, "Body should be a JSON object")
    return Content(content)


def reply(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response; without a body for 204."""
    content = b"" if status == 204 else json.dumps(body).encode()
    return Response(status, content, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def paged(call: Call, items: Sequence[T], body: Callable[[T], object]) -> Response:
    """One page of a list, with the way to the next; 30 items unless asked, 100 at most."""
    shown, headers = page_of(call, items)
    return reply(200, [body(item) for item in shown], headers)


def page_of(call: Call, items: Sequence[T]) -> tuple[Sequence[T], Mapping[str, str]]:
    """The items of a page, and its ``Link``."""
    request = call.request
    size = max(1, min(int(request.one("per_page", "30")), 100))
    page = max(1, int(request.one("page", "1")))
    headers = {}
    if page * size < len(items):
        query = {name: values[0] for name, values in request.query.items()}
        url = f"{call.site.url}{request.path}"
        links = {"next": page + 1, "last": -(-len(items) // size)}
        headers["Link"] = ", ".join(
            f'<{url}?{urlencode(query | {"page": str(number)})}>; rel="{relation}"'
            for relation, number in links.items()
        )
    return items[(page - 1) * size : page * size], headers


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
