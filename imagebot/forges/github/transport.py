"""One request and its answer, by PyGithub's requester, with a bound on what is read.

PyGithub's own connection reads answers of any size, and mixes requests up when two threads use it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

import requests
from github import Auth, Github
from github.Requester import HTTPSRequestsConnectionClass, RequestsResponse

from imagebot.errors import ForgeError

API_VERSION = "2022-11-28"
"""Later versions drop fields that GitHub Enterprise still serves; this one is on all of them."""

MOST_BYTES = 32 * 1024 * 1024
"""A page of 100 pull requests with bodies at GitHub's limit is a fifth of it."""

TIMEOUT_S = 30
PAUSE_S, WRITE_PAUSE_S = 0.25, 1.0
"""Between requests, and between writes, as GitHub asks."""

_CHUNK = 1 << 16

logging.getLogger("github.Requester").setLevel(logging.INFO)
"""At DEBUG it writes down every answer, and one of them is an App's token."""


class Wire:
    """Sends one request at a time to one host.

    Args:
        auth: Who asks.
        url: Base URL of the API.
        polite: Pause between requests; off only for a server on this machine.
    """

    def __init__(self, auth: Auth.Auth, url: str, *, polite: bool) -> None:
        github = Github(
            base_url=url,
            auth=auth,
            retry=None,
            seconds_between_requests=PAUSE_S if polite else None,
            seconds_between_writes=WRITE_PAUSE_S if polite else None,
            lazy=True,
            api_version=API_VERSION,
        )
        self._requester = github.requester
        self._connection = _BoundedConnection(url)
        self._turn = RLock()

    def exchange(
        self, verb: str, path: str, parameters: Mapping[str, object], content: Mapping[str, object] | None
    ) -> tuple[Mapping[str, str], Any]:
        """Headers (in lower case) and JSON value of the answer.

        Raises:
            GithubException: The status says that it was refused.
            RequestException: There was no answer.
            ForgeError: The answer is larger than can be, or leads elsewhere.
        """
        with self._turn:
            try:
                status, headers, text = self._requester.requestJson(
                    verb, path, dict(parameters), {}, content, self._connection
                )
            except RuntimeError as error:
                raise _strange("it sends the request to another place") from error
        value = _parsed(text)
        if 300 <= status < 400:
            raise _strange(f"it answered {status}, and sends the request to another place")
        if status >= 400:
            refusal = value if isinstance(value, dict) else {"message": text[:_CHUNK]}
            refusal["message"] = str(refusal.get("message") or "")  # PyGithub takes it for text
            raise self._requester.createException(status, headers, refusal)
        return headers, value

    def graphql(self, text: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """What a query or mutation answers; errors that come with status 200 are raised as status 400."""
        content = {"query": text, "variables": variables}
        headers, answer = self.exchange("POST", self._requester.graphql_url, {}, content)
        if not isinstance(answer, dict) or answer.get("errors"):
            refusal = answer if isinstance(answer, dict) else {}
            raise self._requester.createException(400, dict(headers), refusal)
        return answer.get("data") or {}


class _BoundedConnection(HTTPSRequestsConnectionClass):
    """Reads no more than a bound, and follows no redirect."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        super().__init__(parts.hostname or "", port, timeout=TIMEOUT_S)
        self.protocol = parts.scheme

    def getresponse(self) -> RequestsResponse:
        """The answer, read."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        answer = self.session.request(
            self.verb,
            f"{self.protocol}://{host}:{self.port}{self.url}",
            headers=self.headers,
            data=self.input,
            timeout=self.timeout,
            allow_redirects=False,
            stream=True,
        )
        with answer:
            return _Read(answer)


class _Read(RequestsResponse):
    """An answer whose text was read, within the bound."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(answer)
        whole = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            whole += chunk
            if len(whole) > MOST_BYTES:
                raise _strange(f"it answered with more than {MOST_BYTES // 1024**2} MiB")
        self._text = whole.decode("utf-8", "replace")

    def read(self) -> str:
        """The text."""
        return self._text


def _parsed(text: str) -> Any:  # noqa: ANN401 - a JSON value
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _strange(what: str) -> ForgeError:
    return ForgeError(
        f"what the GitHub API answered cannot be used: {what}",
        hint="check the `forge` settings: something else may answer at that address",
        id="forge-protocol",
    )
