"""What GitHub answers when it would not, in imagebot's errors.

How it answers is described at https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api.
"""

from __future__ import annotations

from dataclasses import dataclass

import requests
from github import GithubException

from imagebot.errors import ForgeDenied, ForgeError
from imagebot.untrusted import clean

Failure = GithubException | requests.RequestException

_LOST = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests go, for messages.

    Attributes:
        host: Host of the API.
        repository: ``owner/name``.
        token_source: Where the token came from; never its value.
    """

    host: str
    repository: str
    token_source: str

    def explain(self, doing: str, error: Failure) -> ForgeError:
        """What was tried, what GitHub said, and what to do about it."""
        if isinstance(error, requests.RequestException):
            return ForgeError(
                f"cannot {doing}: no answer from {self.host}",
                hint="check the network and the `forge` settings",
                id="forge-unreachable",
            )
        text = words(error)
        if is_limited(error):
            return ForgeError(
                f"cannot {doing} of {self.repository}: {self.host} limits the rate: {text}",
                hint="the next run tries again; fewer runs, or a token of its own, leave more room",
                id="forge-rate-limited",
            )
        if error.status in {401, 403} or is_forbidden(error):
            return self._refused(doing, error, text)
        if error.status == 404:
            return ForgeDenied(
                f"cannot {doing}: {self.host} shows no repository {self.repository} to the token from "
                f"{self.token_source}, or not this part of it",
                hint="check the name, and that the token may read this repository",
                id="forge-not-found",
            )
        lost = error.status >= 500
        return ForgeError(
            f"cannot {doing} of {self.repository}: {self.host} answered {error.status}: {text}",
            hint="the next run tries again" if lost else "",
            id="forge-unreachable" if lost else None,
        )

    def _refused(self, doing: str, error: GithubException, text: str) -> ForgeError:
        headers = error.headers or {}
        if "archived" in text.lower():
            return ForgeError(
                f"cannot {doing} of {self.repository}: the repository is archived on {self.host}",
                hint="unarchive it, or take it out of imagebot's runs",
                id="forge-archived",
            )
        if "x-github-sso" in headers:
            hint = "authorise the token for the organisation's single sign-on"
        elif error.status == 401:
            text, hint = "it is wrong, expired or revoked", "give imagebot a valid token"
        else:
            needed = clean(headers.get("x-accepted-github-permissions", ""), 200)
            rights = needed or "contents: write and pull requests: write"
            hint = f"give imagebot a valid token with the rights {rights}"
        return ForgeDenied(
            f"cannot {doing} of {self.repository}: {self.host} refused the token from "
            f"{self.token_source}: {text}",
            hint=hint,
        )


def is_limited(error: GithubException) -> bool:
    """Whether a primary or secondary limit was hit; GraphQL says so in a list of errors."""
    if error.status == 429:
        return True
    if error.status == 403:
        headers = error.headers or {}
        spent = headers.get("x-ratelimit-remaining") == "0"
        return spent or "retry-after" in headers or "rate limit" in words(error).lower()
    return any(item.get("type") == "RATE_LIMITED" for item in details(error))


def is_forbidden(error: GithubException) -> bool:
    """Whether GraphQL says that a right is missing."""
    return any(item.get("type") == "FORBIDDEN" for item in details(error))


def is_lost(error: Failure) -> bool:
    """Whether nobody knows if the request was carried out."""
    return not isinstance(error, GithubException) or error.status in _LOST


def details(error: GithubException) -> list[dict[str, object]]:
    """GitHub's list of errors, as far as it has the form of one."""
    content = error.data if isinstance(error.data, dict) else {}
    listed = content.get("errors")
    return [item for item in (listed if isinstance(listed, list) else []) if isinstance(item, dict)]


def words(error: GithubException) -> str:
    """GitHub's own words: the message and the messages of its error list."""
    content = error.data if isinstance(error.data, dict) else {}
    listed = [
        str(item.get("message") or f"{item.get('field')} {item.get('code')}") for item in details(error)
    ]
    whole = str(content.get("message") or "")
    return clean("; ".join(part for part in (whole, *listed) if part) or "no reason given")
