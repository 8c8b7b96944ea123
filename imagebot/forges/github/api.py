"""Requests to one GitHub host, by PyGithub's requester: paged, retried, one write at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from github import Auth, Github, GithubException
from requests.utils import parse_header_links

from imagebot.forges.github.errors import Place
from imagebot.forges.github.retry import Patience

GITHUB_API = "https://api.github.com"
API_VERSION = "2022-11-28"
"""Later versions drop fields that GitHub Enterprise still serves; this one is on all of them."""

PAGE = 100
"""Items of a page: as many as GitHub gives."""

TIMEOUT_S = 30
PAUSE_S, WRITE_PAUSE_S = 0.25, 1.0
"""Between requests, and between writes, as GitHub asks."""

Content = Mapping[str, object]
Item = dict[str, Any]


class Api:
    """What the parts of the forge send requests with; they raise what PyGithub raises, inside ``named``.

    Args:
        auth: Who asks.
        url: Base URL of the API.
        place: For messages.
        polite: Pause between requests, as GitHub asks; off only for a server on this machine.
        wait: Sleeps, in seconds.
    """

    def __init__(
        self, auth: Auth.Auth, url: str, place: Place, *, polite: bool, wait: Callable[[float], None]
    ) -> None:
        github = Github(
            base_url=url,
            auth=auth,
            retry=None,
            timeout=TIMEOUT_S,
            seconds_between_requests=PAUSE_S if polite else None,
            seconds_between_writes=WRITE_PAUSE_S if polite else None,
            lazy=True,
            api_version=API_VERSION,
        )
        self.url = url
        self.place = place
        self.patience = Patience(wait, time.time)
        self._requester = github.requester
        self._one_write = RLock()

    @contextmanager
    def named(self, doing: str) -> Iterator[None]:
        """Turn what PyGithub raises into errors that say what was tried and what to do."""
        try:
            yield
        except (GithubException, requests.RequestException) as error:
            raise self.place.explain(doing, error) from error

    def get(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 - a JSON value
        """What stands at a path."""
        return self.patience.send(lambda: self._send("GET", path, parameters)[1], again=True)

    def pages(self, path: str, *, limit: int, **parameters: object) -> Iterator[Item]:
        """Items of a list, page after page, at most ``limit``."""
        query: dict[str, object] = {"per_page": PAGE, **parameters}
        while limit > 0:
            asked = dict(query)
            headers, page = self.patience.send(lambda asked=asked: self._send("GET", path, asked), again=True)  # type: ignore[misc] # a default binds it
            items = (
                page
                if isinstance(page, list)
                else next((v for v in page.values() if isinstance(v, list)), [])
            )
            yield from items[:limit]
            limit -= len(items)
            following = _next(headers.get("link", ""))
            if not following or not items:
                return
            query |= following

    def write(self, verb: str, path: str, content: Content, *, again: bool = False) -> Any:  # noqa: ANN401 - a JSON value
        """Change something.

        Args:
            verb: HTTP method.
            path: Below the base URL.
            content: JSON body.
            again: Whether doing it twice is doing it once: then it is sent again if its answer was lost.
        """
        with self._one_write:
            return self.patience.send(lambda: self._send(verb, path, {}, content)[1], again=again)

    def query(self, text: str, variables: Content) -> Item:
        """Ask by GraphQL."""
        return self.patience.send(lambda: self._graphql(text, variables), again=True)

    def mutate(self, name: str, content: Content, answer: str, *, again: bool = False) -> Item:
        """Change something by a GraphQL mutation.

        Args:
            name: Such as ``markPullRequestReadyForReview``.
            content: Its input.
            answer: Fields that are asked for.
            again: As for ``write``.
        """
        kind = f"{name[0].upper()}{name[1:]}Input!"
        text = f"mutation($input: {kind}) {{ {name}(input: $input) {{ {answer} }} }}"
        with self._one_write:
            return self.patience.send(lambda: self._graphql(text, {"input": content}), again=again)

    def _graphql(self, text: str, variables: Content) -> Item:
        _, answer = self._requester.graphql_query(text, dict(variables))
        found: Item = answer.get("data") or {}
        return found

    def _send(
        self, verb: str, path: str, parameters: Content, content: Content | None = None
    ) -> tuple[Mapping[str, str], Any]:
        return self._requester.requestJsonAndCheck(verb, path, parameters=dict(parameters), input=content)


def _next(link: str) -> dict[str, object]:
    """Parameters of the next page: its path is left out, so that nothing leads elsewhere."""
    for each in parse_header_links(link) if link else []:
        if each.get("rel") == "next":
            return {
                name: values[-1] for name, values in parse_qs(urlsplit(each.get("url", "")).query).items()
            }
    return {}
