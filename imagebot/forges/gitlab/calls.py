"""Requests to GitLab's REST API about one project: https://docs.gitlab.com/api/rest/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError, GitlabHttpError, GitlabParsingError
from urllib3.exceptions import HTTPError

from imagebot.errors import ForgeError
from imagebot.forges.gitlab.errors import Place, failure, kind_of_token, not_found, status_of
from imagebot.forges.gitlab.session import open_session
from imagebot.forges.identity import known_login

Json = dict[str, Any]
FAILURES = (GitlabError, requests.RequestException, HTTPError)
"""What a call raises."""

_PAGE = 100
_TIMEOUT_S = 30.0
_PREFIX = "/api/v4"


class Calls:
    """Makes requests; its methods raise ``FAILURES``, which ``named`` turns into ``ForgeError``.

    The project is asked for once and then named by its number, so that a rename in the middle does no
    harm: GitLab redirects only what reads.
    """

    def __init__(self, repository: str, token: str, *, api: str, token_source: str, polite: bool) -> None:
        self._base = api.rstrip("/").removesuffix(_PREFIX)
        self._place = Place(
            urlsplit(api).netloc.rpartition("@")[2], repository, token_source, kind_of_token(token)
        )
        self._gitlab = Gitlab(
            self._base,
            # as Bearer: `requests` takes it off when it is sent to another host, PRIVATE-TOKEN it would not
            oauth_token=token,
            timeout=_TIMEOUT_S,
            session=open_session(polite=polite),
        )

    @property
    def base(self) -> str:
        """Address of the GitLab instance, without a path of the API."""
        return self._base

    @cached_property
    def project(self) -> Json:
        """The project, as GitLab tells it."""
        with self.named("read the project"):
            try:
                return self.get(f"/projects/{quote(self._place.repository, safe='')}")
            except GitlabHttpError as error:
                if status_of(error) != 404:
                    raise
                raise not_found(self._place) from error

    @cached_property
    def login(self) -> str:
        """Who imagebot is; empty where the token does not tell."""
        with self.named("read who the token belongs to"):
            try:
                return str(self.get("/user")["username"])
            except GitlabHttpError as error:
                if status_of(error) not in {403, 404}:
                    raise
                return ""

    def known_login(self) -> str:
        """Who imagebot is, where it must be known. Raises ForgeDenied where the token does not tell."""
        place, hint = self._place, "use a personal, project or group access token with the scope api"
        return known_login(self.login, host=place.host, token_source=place.token_source, hint=hint)

    def at(self, path: str) -> str:
        """Path of something in the project."""
        return f"/projects/{int(self.project['id'])}/{path}"

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Json:
        """Read one thing."""
        return _thing(self._gitlab.http_get(path, query_data=dict(query or {}), obey_rate_limit=False))

    def listed(self, path: str, query: Mapping[str, object], limit: int) -> list[Json]:
        """Read a list, page after page, up to a limit."""
        return list(islice(self.each(path, query, limit), limit))

    def each(self, path: str, query: Mapping[str, object], limit: int) -> Iterator[Json]:
        """Read a list; the next page is asked for when it is needed.

        A page may hold fewer than it could although there is another: what GitLab links tells, but only
        whether, since an address would have to be trusted.
        """
        size = min(limit, _PAGE)
        for page in range(1, -(-limit // _PAGE) + 1):
            asked = {"per_page": size, "page": page, **query}
            answer = self._gitlab.http_request("get", path, query_data=asked, obey_rate_limit=False)
            yield from _things(answer)
            if "next" not in answer.links:
                return

    def post(self, path: str, content: Mapping[str, object]) -> Json:
        """Create something; never sent twice."""
        return _thing(self._gitlab.http_post(path, post_data=dict(content), obey_rate_limit=False))

    def put(self, path: str, content: Mapping[str, object]) -> Json:
        """Change something; sent again if the answer was lost."""
        return _thing(self._gitlab.http_put(path, post_data=dict(content), obey_rate_limit=False))

    @contextmanager
    def named(self, doing: str) -> Iterator[None]:
        """Turn failures into ``ForgeError`` that say what could not be done."""
        try:
            yield
        except ForgeError:
            raise
        except (*FAILURES, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise failure(doing, error, self._known_place()) from error

    def _known_place(self) -> Place:
        """Names for messages, and what is known by now; asks nothing."""
        known: Json = self.__dict__.get("project", {})
        return replace(self._place, archived=known.get("archived") is True)


def _things(answer: requests.Response) -> list[Json]:
    try:
        items = answer.json()
    except ValueError as error:
        raise GitlabParsingError("not JSON") from error
    if not isinstance(items, list):
        raise GitlabParsingError("not a list")
    return [_thing(item) for item in items]


def _thing(answer: object) -> Json:
    if not isinstance(answer, dict):
        raise GitlabParsingError("not an object")
    return answer
