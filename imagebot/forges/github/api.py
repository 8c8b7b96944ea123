"""Requests to one GitHub host, by PyGithub's requester: paged, retried, one write at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from github import Auth, GithubException
from requests.utils import parse_header_links

from imagebot.errors import ForgeError
from imagebot.forges.github.errors import Place
from imagebot.forges.github.retry import Patience
from imagebot.forges.github.transport import Wire

GITHUB_API = "https://api.github.com"

PAGE = 100
"""Items of a page: as many as GitHub gives."""

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
        self.url = url
        self.place = place
        self.patience = Patience(wait, time.time)
        self._wire = Wire(auth, url, polite=polite)
        self._one_write = RLock()

    @contextmanager
    def named(self, doing: str) -> Iterator[None]:
        """Turn what PyGithub raises into errors that say what was tried and what to do."""
        try:
            yield
        except (GithubException, requests.RequestException) as error:
            raise self.place.explain(doing, error) from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise ForgeError(
                f"cannot {doing}: {self.place.host} answered something that GitHub does not describe",
                hint="check the `forge` settings: something else may answer at that address",
                id="forge-protocol",
            ) from error

    def get(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 - a JSON value
        """What stands at a path."""
        return self.patience.send(lambda: self._wire.exchange("GET", path, parameters, None)[1], again=True)

    def pages(self, path: str, *, limit: int, **parameters: object) -> Iterator[Item]:
        """Items of a list, page after page, at most ``limit``."""
        query: Content = {"per_page": PAGE, **parameters}
        while limit > 0:
            ask = partial(self._wire.exchange, "GET", path, query, None)
            headers, page = self.patience.send(ask, again=True)
            items = _items(page)
            yield from items[:limit]
            limit -= len(items)
            following = _next(headers.get("link", ""))
            if not following or not items:
                return
            query = {**query, **following}

    def write(self, verb: str, path: str, content: Content, *, again: bool = False) -> Any:  # noqa: ANN401 - a JSON value
        """Change something.

        Args:
            verb: HTTP method.
            path: Below the base URL.
            content: JSON body.
            again: Whether doing it twice is doing it once: then it is sent again if its answer was lost.
        """
        with self._one_write:
            return self.patience.send(lambda: self._wire.exchange(verb, path, {}, content)[1], again=again)

    def query(self, text: str, variables: Content) -> Item:
        """Ask by GraphQL."""
        return self.patience.send(lambda: self._wire.graphql(text, variables), again=True)

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
            return self.patience.send(lambda: self._wire.graphql(text, {"input": content}), again=again)


def _items(page: object) -> list[Item]:
    """The list of a page, which some answers hold beside its total."""
    for value in page.values() if isinstance(page, dict) else (page,):
        if isinstance(value, list):
            return value
    raise ValueError("no list")


def _next(link: str) -> Content:
    """Parameters of the next page: its path is left out, so that nothing leads elsewhere."""
    for each in parse_header_links(link) if link else []:
        if each.get("rel") == "next":
            asked = parse_qs(urlsplit(each.get("url", "")).query)
            return {name: values[-1] for name, values in asked.items()}
    return {}
