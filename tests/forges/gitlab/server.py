"""A stand-in for GitLab: REST API v4 and Git over HTTP, on a free port of this machine.

GitLab publishes no description of its API in a package, so that nothing but its documentation vouches for this:
the pages named beside the operations, and for refusals the issues and sources named here.

- 409 for a second merge request, 405, 409 and 422 of a merge: https://docs.gitlab.com/api/merge_requests/.
- 401 and 403, ``insufficient_scope``: https://docs.gitlab.com/api/rest/authentication/.
- 301 for what reads under an old path: https://docs.gitlab.com/api/rest/#redirects.
- ``RateLimit-*`` and ``Retry-After``: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/.

It knows no parameter that is not documented: one that is sent anyway stands in ``violations``. It proves nothing of
roles beyond those asked about, licences, approval rules, merge trains, job tokens, timing or real pipelines.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from imagebot.demo.faults import Faults, Seen
from imagebot.demo.git_http import is_push, password, repository_of, serve_git
from imagebot.demo.http_server import LoopbackServer, Request, Response
from tests.forges.gitlab import bodies, rules
from tests.forges.gitlab.api import KNOWN
from tests.forges.gitlab.call import PAGING, Call, Operation, paged, reply
from tests.forges.gitlab.state import DEVELOPER, Project, Refused, User

PREFIX = "/api/v4"
BOT = "imagebot"
_WRITES = frozenset({"POST", "PUT", "DELETE"})


class GitLabStandIn:
    """Projects and their merge requests; keeps state.

    Args:
        root: Folder for the bare repositories.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = RLock()
        self._tokens: dict[str, tuple[User, str]] = {}
        self._old_paths: dict[str, int] = {}
        self.users: dict[str, User] = {}
        self.projects: dict[int, Project] = {}
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self.faults = Faults()
        self._server = LoopbackServer(self._answer)
        self.token = self.add_token(self.add_user(BOT))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """Where people look."""
        return f"http://{self._server.host}"

    @property
    def api(self) -> str:
        """Base URL of the API."""
        return f"{self.url}{PREFIX}"

    @property
    def writes(self) -> list[Seen]:
        """Requests to the API that could change something."""
        return [seen for seen in self.requests if seen.write]

    def add_user(self, username: str) -> User:
        """A new user."""
        self.users[username] = User(100 + len(self.users), username)
        return self.users[username]

    def add_token(self, user: User, *, scope: str = "api", prefix: str = "glpat-") -> str:
        """A new token of a user."""
        token = prefix + secrets.token_hex(10)
        self._tokens[token] = (user, scope)
        return token

    def create_project(self, path: str, files: Mapping[str, bytes]) -> Project:
        """A private project with one commit, of which imagebot is a maintainer."""
        project = Project(len(self.projects) + 1, path, self._root, "main")
        project.repository.commit("main", files, "Lay out the environments\n")
        project.members[BOT] = 40
        self.projects[project.id] = project
        return project

    def rename(self, project: Project, path: str) -> None:
        """Move a project; its old path leads to it."""
        self._old_paths[project.path] = project.id
        project.path = path

    def follow(self) -> None:
        """Let GitLab see what happened to the branches."""
        with self._lock:
            for project in self.projects.values():
                rules.follow(project)

    def _answer(self, request: Request) -> Response:
        self.faults.watch(request)
        with self._lock:
            response = self.faults.answer(request, self._dispatch)
            user, _ = self._tokens.get(password(request), (None, ""))
            write = request.method in _WRITES and request.path.startswith(PREFIX)
            actor = user.username if user else ""
            self.requests.append(Seen(request.method, request.path, response.status, write, actor))
            return response

    def _dispatch(self, request: Request) -> Response:
        repository = repository_of(request)
        if repository is not None:
            return self._git(request, repository)
        try:
            return self._rest(request, request.raw_path.removeprefix(PREFIX))
        except Refused as error:
            return reply(error.status, error.content, error.headers)

    def _git(self, request: Request, path: str) -> Response:
        user, _ = self._tokens.get(password(request), (None, ""))
        project = next((each for each in self.projects.values() if each.path == path), None)
        if user is None or project is None:
            return Response(401, b"HTTP Basic: Access denied\n", {"WWW-Authenticate": 'Basic realm="GitLab"'})
        if is_push(request) and project.role(user) < DEVELOPER:
            return Response(403, b"You are not allowed to push code to this project.\n")
        return serve_git(request, self._root, user.username)

    def _rest(self, request: Request, path: str) -> Response:
        user = self._allowed(request)
        if path == "/user":
            return reply(200, bodies.user(user))
        _, kind, *rest = path.split("/")
        if path == "/users":
            named = self.users.get(request.one("username").casefold())
            call = Call(request, Project.__new__(Project), self.users, user, (), self.url)
            return paged(call, [bodies.user(named)] if named else [])
        if kind != "projects" or not rest:
            raise self._unknown(request)
        project = self._project(request, user, unquote(rest[0]))
        rules.follow(project)
        below = "".join(f"/{unquote(part)}" for part in rest[1:])
        return self._operate(request, user, project, below)

    def _allowed(self, request: Request) -> User:
        user, scope = self._tokens.get(password(request), (None, ""))
        if user is None or scope not in {"api", "read_api"}:
            raise Refused(401, "401 Unauthorized")
        if request.method in _WRITES and scope != "api":
            raise Refused(
                403,
                error="insufficient_scope",
                error_description="The request requires higher privileges than provided by the access token.",
                scope="api",
            )
        return user

    def _project(self, request: Request, user: User, name: str) -> Project:
        number = self._old_paths.get(name)
        if number is not None and request.method == "GET":
            raise Refused(
                301, "Moved", headers={"Location": f"{self.api}/projects/{number}{_below(request)}"}
            )
        found = [each for each in self.projects.values() if name in {each.path, str(each.id)}]
        if not found or not found[0].role(user):
            raise Refused(404, "404 Project Not Found")
        if request.method in _WRITES and (found[0].archived or found[0].role(user) < DEVELOPER):
            raise Refused(403, "403 Forbidden")
        return found[0]

    def _operate(self, request: Request, user: User, project: Project, path: str) -> Response:
        for each in KNOWN:
            match = each.path.fullmatch(path)
            if match and each.method == request.method:
                content = json.loads(request.body) if request.body else {}
                self._check(request, each, content)
                call = Call(request, project, self.users, user, match.groups(), self.url, content)
                response = each.handler(call)
                rules.follow(project)
                return response
        raise self._unknown(request)

    def _check(self, request: Request, known: Operation, content: Mapping[str, object]) -> None:
        strange = (set(request.query) - known.query - PAGING) | (set(content) - known.content)
        self.violations += [f"{request.method} {request.path}: unknown {name}" for name in sorted(strange)]

    def _unknown(self, request: Request) -> Refused:
        self.violations.append(f"{request.method} {request.path}: not implemented by the stand-in")
        return Refused(501, "not implemented by the stand-in")


def _below(request: Request) -> str:
    """The path behind the project, and the query."""
    rest = request.raw_path.removeprefix(f"{PREFIX}/projects/").partition("/")[2]
    return (f"/{rest}" if rest else "") + (f"?{request.raw_query}" if request.raw_query else "")
