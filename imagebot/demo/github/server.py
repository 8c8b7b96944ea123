"""The stand-in's front door: who asks, what for, and a record of it all."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, RLock
from types import TracebackType
from typing import Self

from imagebot.demo.github.api import PREFIX, Api, refusal
from imagebot.demo.github.pages import Pages
from imagebot.demo.github.schema import operation_of, violations
from imagebot.demo.github.state import HostedRepository, PullRequest, Refused
from imagebot.demo.github.transport import serve_git
from imagebot.demo.http_server import LoopbackServer, Request, Response

BOT = "imagebot"
PERSON = "you"
WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_GIT = re.compile(r"/(?P<repo>[^/]+/[^/]+)\.git/(?:info/refs|git-(?:upload|receive)-pack)")


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was answered.

    Attributes:
        write: Whether it could change something: a REST write, or a push.
    """

    method: str
    path: str
    status: int
    write: bool
    actor: str


@dataclass(slots=True)
class _Fault:
    pattern: re.Pattern[str]
    response: Response
    applied: bool
    times: int


class GitHubStandIn:
    """Pull requests and Git over HTTP, as GitHub has them, on a free port of this machine.

    Every REST request and response is checked against GitHub's published OpenAPI description; what breaks
    it, and what is asked for and not known here, stands in ``violations``. It proves nothing of permissions,
    rate limits, rulesets, checks, merge queues or timing.

    Args:
        root: Folder for the bare repositories.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = RLock()
        self._users: dict[str, tuple[str, bool]] = {}
        self._faults: list[_Fault] = []
        self._watches: list[tuple[re.Pattern[str], Callable[[], None], Event]] = []
        self.repositories: dict[str, HostedRepository] = {}
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self._server = LoopbackServer(self._answer)
        self._api = Api(self.repositories, self.url)
        self._pages = Pages(self.repositories, self.url)
        self.token = self.add_user(BOT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """Where people look."""
        return f"http://{self._server.host}"

    @property
    def api(self) -> str:
        """Base URL of the API, in the form of GitHub Enterprise."""
        return f"{self.url}{PREFIX}"

    @property
    def writes(self) -> list[Seen]:
        """Requests that could change something."""
        return [seen for seen in self.requests if seen.write]

    def add_user(self, login: str, *, may_write: bool = True) -> str:
        """A new user; the token."""
        token = f"ghp_{secrets.token_hex(18)}"
        self._users[token] = (login, may_write)
        return token

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        del self._users[token]

    def create_repository(
        self, name: str, *, files: Mapping[str, bytes], default_branch: str = "main"
    ) -> HostedRepository:
        """A repository with one commit."""
        path = self._root / f"{name}.git"
        hosted = HostedRepository(name, path, f"{self.url}/{name}.git", f"{self.url}/{name}", default_branch)
        hosted.commit(default_branch, files, "Lay out the environments\n")
        self.repositories[name] = hosted
        return hosted

    def pull_requests(self, name: str) -> list[PullRequest]:
        """The pull requests of a repository, oldest first."""
        with self._lock:
            self.repositories[name].sync()
            return list(self.repositories[name].pulls.values())

    def fail(
        self,
        pattern: str,
        status: int,
        message: str = "",
        *,
        times: int = 1,
        applied: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer the next requests whose ``METHOD path`` holds a pattern with a failure.

        Args:
            pattern: Regular expression.
            status: HTTP status; 0 breaks the connection off.
            message: GitHub's words.
            times: How often.
            applied: Whether the request is carried out although it is answered with a failure.
            headers: Such as ``Retry-After``.
        """
        body = json.dumps({"message": message, "documentation_url": "https://docs.github.com/rest"}).encode()
        response = Response(status, body, {"Content-Type": "application/json", **(headers or {})})
        self._faults.append(_Fault(re.compile(pattern), response, applied, times))

    def on_first(self, pattern: str, act: Callable[[], None]) -> Event:
        """Do something when a first request comes whose ``METHOD path`` holds a pattern, before the answer.

        The event says that it came.
        """
        came = Event()
        self._watches.append((re.compile(pattern), act, came))
        return came

    def _watch(self, request: Request) -> None:
        for pattern, act, came in self._watches:
            if not came.is_set() and pattern.search(f"{request.method} {request.path}"):
                came.set()
                act()

    def _answer(self, request: Request) -> Response:
        self._watch(request)
        with self._lock:
            actor, may_write = self._actor(request)
            response = self._with_faults(request, actor, may_write=may_write)
            git = _GIT.fullmatch(request.path)
            write = request.path.endswith("/git-receive-pack") if git else request.method in WRITES
            self.requests.append(Seen(request.method, request.path, response.status, write, actor))
            return response

    def _with_faults(self, request: Request, actor: str, *, may_write: bool) -> Response:
        for fault in self._faults:
            if fault.times > 0 and fault.pattern.search(f"{request.method} {request.path}"):
                fault.times -= 1
                if fault.applied:
                    self._dispatch(request, actor, may_write=may_write)
                return fault.response
        return self._dispatch(request, actor, may_write=may_write)

    def _dispatch(self, request: Request, actor: str, *, may_write: bool) -> Response:
        if request.path.startswith(f"{PREFIX}/"):
            return self._rest(request, actor, may_write=may_write)
        if match := _GIT.fullmatch(request.path):
            return self._git(request, match["repo"], actor, may_write=may_write)
        return self._pages.answer(request, PERSON)

    def _rest(self, request: Request, actor: str, *, may_write: bool) -> Response:
        path = request.path.removeprefix(PREFIX)
        operation = operation_of(request.method, path)
        if operation is None:
            self.violations.append(f"{request.method} {path}: not implemented by the stand-in")
            return refusal(Refused(501, "Not implemented by the stand-in"))
        if request.method in WRITES:
            self.violations += violations(operation, "request", _json(request.body))
        response = self._checked(request, path, actor, may_write=may_write)
        if response.status not in {401, 501}:  # 401 is not described for single operations
            self.violations += violations(operation, str(response.status), _json(response.body))
        return response

    def _checked(self, request: Request, path: str, actor: str, *, may_write: bool) -> Response:
        try:
            if not actor:
                raise Refused(401, "Bad credentials")
            if request.method in WRITES and not may_write:
                raise Refused(403, "Resource not accessible by personal access token")
            return self._api.answer(request, path, actor)
        except Refused as error:
            response = refusal(error)
            if error.status != 403:
                return response
            wanted = {"X-Accepted-GitHub-Permissions": "contents=write; pull_requests=write"}
            return Response(403, response.body, {**response.headers, **wanted})

    def _git(self, request: Request, repository: str, actor: str, *, may_write: bool) -> Response:
        if not actor:
            return Response(401, b"Authentication required\n", {"WWW-Authenticate": 'Basic realm="GitHub"'})
        if repository not in self.repositories:
            return Response(404, b"Not Found\n")
        pushes = "git-receive-pack" in request.path or request.one("service") == "git-receive-pack"
        if pushes and not may_write:
            text = f"Permission to {repository}.git denied to {actor}.\n"
            return Response(403, text.encode(), {"Content-Type": "text/plain"})
        return serve_git(request, self._root, actor)

    def _actor(self, request: Request) -> tuple[str, bool]:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return "", False
        return self._users.get(value.strip(), ("", False))


def _json(body: bytes) -> object:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None
