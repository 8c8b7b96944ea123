"""The stand-in's front door: who asks, what for, and a record of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from imagebot.demo.faults import Faults, Seen
from imagebot.demo.git_http import is_push, password, repository_of, serve_git
from imagebot.demo.github import graphql_api
from imagebot.demo.github.accounts import Actor, App
from imagebot.demo.github.api import WRITES, Api
from imagebot.demo.github.assertions import actor_of
from imagebot.demo.github.graphql_api import GraphQLApi
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.pages import Pages
from imagebot.demo.github.person import Person
from imagebot.demo.github.routes.apps import LIFE
from imagebot.demo.github.site import PREFIX, Site
from imagebot.demo.github.state import HostedRepository, Permission, PullRequest
from imagebot.demo.http_server import LoopbackServer, Request, Response

BOT = "imagebot"
PERSON = "you"


def _now() -> datetime:
    return datetime.now(UTC)


class GitHubStandIn(Faults):
    """Pull requests and Git over HTTP, as GitHub has them, on a free port of this machine.

    Every REST request and response is checked against GitHub's published OpenAPI description; what breaks
    it, and what is asked for and not known here, stands in ``violations``. It proves nothing of rate
    limits, abuse limits, merge queues, real signatures or timing.

    Args:
        root: Folder for the bare repositories.
        clock: The time that is written into everything and by which tokens expire.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime] = _now) -> None:
        super().__init__()
        self._root = root
        self._lock = RLock()
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self._server = LoopbackServer(self._answer)
        self.site = Site(f"http://{self._server.host}", clock)
        self.repositories = self.site.repositories
        self._api = Api(self.site, self.violations)
        self._graphql = GraphQLApi(self.site, self.violations)
        self._pages = Pages(self.repositories, self.url)
        self.token = self.add_user(BOT)
        self.site.accounts.permissions[PERSON] = "admin"

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
        return self.site.url

    @property
    def api(self) -> str:
        """Base URL of the API, in the form of GitHub Enterprise."""
        return self.site.api

    @property
    def writes(self) -> list[Seen]:
        """Requests that could change something: REST writes, GraphQL mutations and pushes."""
        return [seen for seen in self.requests if seen.write]

    def add_user(
        self,
        login: str,
        permission: Permission = "write",
        *,
        may_write: bool = True,
        rights: Mapping[str, str] | None = None,
    ) -> str:
        """A new user; the token.

        Args:
            login: Name.
            permission: On every repository that says nothing else.
            may_write: False is ``permission="read"``.
            rights: Those of a fine-grained token, such as ``{"contents": "read"}``; None for all.
        """
        token = self.site.accounts.add_user(login, permission if may_write else "read")
        if rights is None:
            return token
        self.revoke(token)
        return self.site.accounts.issue("github_pat", Actor(login, rights))

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        self.site.accounts.revoke(token)

    def create_repository(
        self, name: str, *, files: Mapping[str, bytes], default_branch: str = "main"
    ) -> HostedRepository:
        """A repository with one commit."""
        path, number = self._root / f"{name}.git", len(self.repositories) + 1
        hosted = HostedRepository(name, path, self.url, default_branch, self.site.now, number)
        hosted.everywhere = self.site.accounts.permissions
        hosted.commit(default_branch, files, "Lay out the environments\n")
        self.repositories[name] = hosted
        return hosted

    def described(self, request: Request) -> str:
        """``METHOD path``, and for GraphQL the mutation: ``POST /api/graphql updateRefs``."""
        name = graphql_api.mutation(request) if request.path == graphql_api.PATH else ""
        return f"{super().described(request)} {name}".rstrip()

    def rename(self, name: str, new: str) -> None:
        """Rename a repository; its old name leads to the new one."""
        with self._lock:
            hosted = self.repositories.pop(name)
            path = self._root / f"{new}.git"
            path.parent.mkdir(parents=True, exist_ok=True)
            hosted.rename(new, path)
            self.repositories[new] = hosted
            self.site.moved[name.lower()] = hosted

    def person(self, repository: str, login: str = PERSON) -> Person:
        """Somebody who acts in a repository."""
        self.site.accounts.permissions.setdefault(login, "write")
        return Person(self.repositories[repository], login, self._lock)

    def owner(self, repository: str) -> Owner:
        """The owner of a repository, and its CI."""
        return Owner(self.repositories[repository], PERSON, self._lock)

    def add_team(self, name: str, *members: str) -> None:
        """A team, ``organisation/slug``."""
        self.site.accounts.add_team(name, members)

    def add_app(self, slug: str, key: str, rights: Mapping[str, str]) -> App:
        """A GitHub App that is installed on every repository.

        Args:
            slug: Name; its bot is ``SLUG[bot]``.
            key: Public key, PEM.
            rights: Such as ``{"contents": "write", "pull_requests": "write"}``.
        """
        return self.site.accounts.add_app(slug, key, rights)

    def installation_token(self, app: App, lifetime: timedelta = LIFE) -> str:
        """A token of an App's installation, without the way there."""
        expires = self.site.clock() + lifetime
        actor = Actor(app.login, app.rights, expires=expires, installation=app.installation)
        return self.site.accounts.issue("ghs", actor)

    def pull_requests(self, name: str) -> list[PullRequest]:
        """The pull requests of a repository, oldest first."""
        with self._lock:
            self.repositories[name].sync()
            return list(self.repositories[name].pulls.values())

    def _answer(self, request: Request) -> Response:
        self.watch(request)
        with self._lock:
            actor = self._actor(password(request))
            response = self.answer(request, lambda taken: self._dispatch(taken, actor))
            write = _is_write(request)
            self.requests.append(Seen(request.method, request.path, response.status, write, actor.login))
            return response

    def _actor(self, secret: str) -> Actor:
        accounts, now = self.site.accounts, self.site.clock()
        if secret.count(".") == 2:  # a JSON web token
            return actor_of(secret, accounts.apps.values(), now)
        return accounts.actor(secret, now)

    def _dispatch(self, request: Request, actor: Actor) -> Response:
        if request.path.startswith(f"{PREFIX}/"):
            return self._api.answer(request, actor)
        if request.path == graphql_api.PATH:
            return self._graphql.answer(request, actor)
        if name := repository_of(request):
            return self._git(request, name, actor)
        return self._pages.answer(request, PERSON)

    def _git(self, request: Request, name: str, actor: Actor) -> Response:
        if not actor.known:
            return Response(401, b"Authentication required\n", {"WWW-Authenticate": 'Basic realm="GitHub"'})
        hosted = self.site.find(name) or self.site.moved.get(name.lower())
        if hosted is None or not hosted.may(actor.login, "read"):
            return Response(404, b"Not Found\n")
        if hosted.name != name:
            query = f"?{request.raw_query}" if request.raw_query else ""
            location = hosted.clone_url + request.path.partition(".git")[2] + query
            return Response(301, b"", {"Location": location})
        if is_push(request) and (refused := _no_push(hosted, actor)):
            return Response(403, refused.encode(), {"Content-Type": "text/plain"})
        response = serve_git(request, self._root, actor.login)
        if request.method == "POST" and is_push(request):
            hosted.sync(actor.login)
        return response


def _no_push(hosted: HostedRepository, actor: Actor) -> str:
    if not (hosted.may(actor.login, "write") and actor.has("contents", "write")):
        return f"Permission to {hosted.name}.git denied to {actor.login}.\n"
    if hosted.settings.archived:
        return "This repository was archived so it is read-only.\n"
    return ""


def _is_write(request: Request) -> bool:
    if repository_of(request):
        return request.path.endswith("/git-receive-pack")
    if request.path == graphql_api.PATH:
        return bool(graphql_api.mutation(request))
    return request.method in WRITES
