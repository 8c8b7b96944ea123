"""Gitea's front door: who asks, what for, and a record of it all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

from imagebot.demo.faults import Faults, Seen
from imagebot.demo.git_http import is_push, password, repository_of, serve_git
from imagebot.demo.http_server import LoopbackServer, Request, Response
from tests.forges.gitea import bodies, issue_routes, pull_routes, repository_routes
from tests.forges.gitea.calls import Call, reply
from tests.forges.gitea.hosted import Hosted
from tests.forges.gitea.records import Account, Refused
from tests.forges.gitea.schema import operation_of, request_violations, response_violations

PREFIX = "/api/v1"
WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
ALL_SCOPES = frozenset({"write:repository", "write:issue", "read:user", "read:organization"})
ROUTES = (*pull_routes.ROUTES, *issue_routes.ROUTES, *repository_routes.ROUTES)
_REPO = re.compile(r"/repos/(?P<repo>[^/]+/[^/]+)(?P<rest>/.*)?")
_ISSUES = re.compile(r"/(?:issues|labels|milestones)\b")


class GiteaStandIn:
    """One repository over REST and Git, on a free port of this machine.

    Every request and answer is checked against the description of Gitea's API; what breaks it stands in
    ``violations``. What the description does not say is from Gitea's handlers, as ``imagebot.forges.gitea`` names
    them. It proves nothing of timing, queues, webhooks or an owner's settings.

    Args:
        root: Folder for the bare repository.
    """

    def __init__(self, root: Path, name: str = "acme/config", default_branch: str = "main") -> None:
        self._root = root
        self._lock = RLock()
        self._accounts: dict[str, Account] = {}
        self.old_names: set[str] = set()
        self.hosted = Hosted(name, root / f"{name}.git", default_branch)
        self.faults = Faults()
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self._server = LoopbackServer(self._answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def site(self) -> str:
        """Where people look."""
        return f"http://{self._server.host}"

    @property
    def api(self) -> str:
        """Base URL of the API."""
        return f"{self.site}{PREFIX}"

    @property
    def writes(self) -> int:
        """Requests to the API that could change something."""
        return sum(seen.write for seen in self.requests)

    def account(
        self, login: str, token: str, permission: str = "write", scopes: frozenset[str] = ALL_SCOPES
    ) -> None:
        """Somebody with a token."""
        self._accounts[token] = Account(login, permission, scopes)
        self.hosted.people[login] = permission

    def _answer(self, request: Request) -> Response:
        with self._lock:
            return self.faults.answer(request, self._carry_out)

    def _carry_out(self, request: Request) -> Response:
        account = self._accounts.get(password(request))
        if repository_of(request) is not None:
            return self._git(request, account)
        operation = operation_of(request.method, request.raw_path.removeprefix(PREFIX))
        content = _content(request.body)
        if operation is None:
            self.violations.append(f"{request.method} {request.raw_path} is not described")
        else:
            self.violations += request_violations(operation, request.query, content)
        try:
            response = self._api(request, account, content if isinstance(content, dict) else {})
        except Refused as refused:
            body = {"message": refused.message, "url": f"{self.site}/api/swagger"}
            response = reply(refused.status, body, refused.headers)
        if operation is not None:
            self.violations += response_violations(operation, response.status, _content(response.body))
        write = request.method in WRITES
        self.requests.append(
            Seen(request.method, request.path, response.status, write, account.login if account else "")
        )
        return response

    def _git(self, request: Request, account: Account | None) -> Response:
        if account is None or (is_push(request) and not account.may_write):
            return Response(401, b"", {"WWW-Authenticate": 'Basic realm="Gitea"'})
        return serve_git(request, self._root, account.login)

    def _api(self, request: Request, account: Account | None, content: Mapping[str, Any]) -> Response:
        if account is None:
            raise Refused(401, "invalid username, password or token")
        path = request.path.removeprefix(PREFIX)
        _check_scope(account, request.method, path)
        if path == "/user":
            return reply(200, bodies.user(account.login))
        if path == f"/orgs/{self.hosted.name.partition('/')[0]}/labels":
            return reply(200, [bodies.label(each) for each in self.hosted.organisation_labels.values()])
        match = _REPO.fullmatch(path)
        if match is None or not account.may_read:
            raise Refused(404)
        if match["repo"] in self.old_names:
            moved = request.raw_path.replace(match["repo"], self.hosted.name, 1)
            query = f"?{request.raw_query}" if request.raw_query else ""
            raise Refused(307, "moved", {"Location": f"{moved}{query}"})
        if match["repo"] != self.hosted.name:
            raise Refused(404)
        if self.hosted.archived and request.method in WRITES:
            raise Refused(423, f"{self.hosted.name} is archived")
        return self._routed(request, account, match["rest"] or "", content)

    def _routed(self, request: Request, account: Account, rest: str, content: Mapping[str, Any]) -> Response:
        for method, pattern, handler in ROUTES:
            match = pattern.fullmatch(rest)
            if match and method == request.method:
                return handler(Call(request, self.hosted, account, self.site, match.groupdict(), content))
        raise Refused(404)


def _check_scope(account: Account, method: str, path: str) -> None:
    """What the token was made for, whatever its account may do."""
    kind = path.split("/")[1]
    category = {"user": "user", "orgs": "organization"}.get(
        kind, "issue" if _ISSUES.search(path) else "repository"
    )
    allowed = {f"write:{category}"} | ({f"read:{category}"} if method == "GET" else set())
    if not allowed & account.scopes:
        level = "read" if method == "GET" else "write"
        raise Refused(
            403,
            f"token does not have at least one of required scope(s), required=[{level}:{category}], "
            f"token scope={','.join(sorted(account.scopes))}",
        )


def _content(body: bytes) -> object:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None
