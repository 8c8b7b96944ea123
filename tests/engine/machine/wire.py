"""The line between the bot and the forge: every request is counted, and things happen at some of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.http_server import Request, Response

Fate = Literal["die before", "die after", "fail before", "fail after", "stale"]
"""What happens to one request.

``die``: the bot is killed, before or after the request took effect: from then on nothing that it sends has an
effect, and what it says is not heard. To the world there is no other difference between that and a dead
process; what stays on its disk is a cache. ``fail``: answered 502. ``stale``: a list of pull requests lacks
the newest.
"""
FATES: tuple[Fate, ...] = get_args(Fate)
Among = Literal["requests", "writes", "pushes", "lists"]
_LOST = Response(0)
_BAD_GATEWAY = Response(502, b'{"message": "Server Error"}', {"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A request of a run, counted from 1.

    Attributes:
        among: All; those that write; those with which a push begins, as it reads what the branches are; or
            those that list pull requests.
    """

    number: int
    among: Among = "requests"


@dataclass(slots=True)
class Script:
    """What happens during one run.

    Attributes:
        fates: Of single requests.
        acts: What others do just before a request is answered.
        dead: Whether the bot was killed.
        sent: Requests that arrived, for the story of a failure.
    """

    fates: Mapping[Moment, Fate] = field(default_factory=dict)
    acts: Mapping[Moment, Callable[[], None]] = field(default_factory=dict)
    dead: bool = False
    sent: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def answer(self, request: Request, forward: Callable[[Request], Response]) -> Response:
        """Let a request meet its fate."""
        if self.dead:
            return _LOST
        fate: Fate | None = None
        for moment in self._arrived(request):
            if moment in self.acts:
                self.acts[moment]()
            fate = self.fates.get(moment, fate)
        self.dead = fate in {"die before", "die after"}
        if fate == "die before":
            return _LOST
        if fate == "fail before":
            return _BAD_GATEWAY
        response = forward(request)
        if fate == "stale":
            return _without_newest(request, response)
        return {"die after": _LOST, "fail after": _BAD_GATEWAY}.get(fate or "", response)

    def _arrived(self, request: Request) -> list[Moment]:
        self.sent.append(f"{request.method} {request.path}")
        kinds: dict[Among, bool] = {
            "requests": True,
            "writes": request.method != "GET" and not request.path.endswith("/git-upload-pack"),
            "pushes": request.raw_query == "service=git-receive-pack",
            "lists": _lists(request),
        }
        self._counts.update(kind for kind, fits in kinds.items() if fits)
        return [Moment(self._counts[kind], kind) for kind, fits in kinds.items() if fits]


class Wire(GitHubStandIn):
    """The stand-in, with a script for whoever runs; of bots that run inside one another the innermost has it."""

    script: Script | None = None

    @contextmanager
    def playing(self, script: Script) -> Iterator[None]:
        """Let a script decide until the end."""
        outer, self.script = self.script, script
        try:
            yield
        finally:
            self.script = outer

    def _answer(self, request: Request) -> Response:
        if self.script is None:
            return super()._answer(request)
        return self.script.answer(request, super()._answer)


def _lists(request: Request) -> bool:
    return request.method == "GET" and request.path.endswith("/pulls")


def _without_newest(request: Request, response: Response) -> Response:
    """An answer from a replica that has not heard of the newest pull request."""
    if not _lists(request):
        return response
    listed = json.loads(response.body)
    newest = max((item["number"] for item in listed), default=0)
    kept = [item for item in listed if item["number"] != newest]
    return Response(response.status, json.dumps(kept).encode(), response.headers)
