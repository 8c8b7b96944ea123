"""What GitLab's refusals mean: https://docs.gitlab.com/api/rest/troubleshooting/#status-codes."""

from __future__ import annotations

import json
from dataclasses import dataclass

import requests
from gitlab.exceptions import GitlabError, GitlabParsingError
from urllib3.exceptions import HTTPError

from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.gitlab.session import LONGEST_WAIT_S, AnswerTooLarge
from imagebot.untrusted import clean

_NEXT_RUN = "the next run tries again"
_USABLE = "use a project, group or personal access token with the scope api and the role Developer"
_UNUSABLE = {"glcbt-": "a CI job token", "gldt-": "a deploy token", "glrt-": "a runner token"}
"""Kinds of tokens that may not work on merge requests, by the prefix that GitLab gives them."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a message names.

    Attributes:
        token_source: Where the token came from, never its value.
        token_kind: Such as ``a deploy token``, if it is one that is of no use; else empty.
        archived: Whether the project is known to be archived.
    """

    host: str
    repository: str
    token_source: str
    token_kind: str = ""
    archived: bool = False


def kind_of_token(token: str) -> str:
    """What a token is, where its prefix says that it can never do; else empty."""
    return next((kind for prefix, kind in _UNUSABLE.items() if token.startswith(prefix)), "")


def status_of(error: Exception) -> int:
    """HTTP status of a failure; 0 if there was no answer."""
    return (error.response_code or 0) if isinstance(error, GitlabError) else 0


def is_lost(error: Exception) -> bool:
    """Whether a request may have been carried out although it failed."""
    return status_of(error) >= 500 or not isinstance(error, GitlabError)


def words_of(error: Exception) -> str:
    """GitLab's own words: ``message``, which may be a text, a list or lists by field, or ``error``."""
    content = _content(error)
    said = content.get("message") or content.get("error_description") or content.get("error")
    return clean(_flat(said)) if said else "no reason given"


def failure(doing: str, error: Exception, place: Place) -> ForgeError:
    """The failure of an action, by what GitLab or the connection said."""
    status = status_of(error)
    if isinstance(error, AnswerTooLarge):
        return ForgeError(f"cannot {doing}: {place.host} gave too large an answer")
    if isinstance(error, (requests.RequestException, HTTPError)):
        message = f"cannot {doing}: no answer from {place.host}"
        hint = "check the network and the `forge` settings"
        return ForgeError(message, hint=hint, id="forge-unreachable")
    if not status or isinstance(error, GitlabParsingError):
        message = f"cannot {doing}: {place.host} gave an answer that is none of GitLab's"
        return ForgeError(message, hint="check forge.api")
    if status in {401, 403}:
        return _refused(doing, error, place)
    return _other(doing, error, place)


def _refused(doing: str, error: Exception, place: Place) -> ForgeError:
    if status_of(error) == 403 and place.archived:
        message = f"cannot {doing}: {place.repository} on {place.host} is archived"
        return ForgeError(message, hint="unarchive it, or stop running imagebot on it", id="forge-archived")
    kind = f" ({place.token_kind})" if place.token_kind else ""
    return ForgeDenied(
        f"cannot {doing} of {place.repository}: {place.host} refused the token from "
        f"{place.token_source}{kind}: {words_of(error)}",
        hint=_remedy(error, place),
    )


def _remedy(error: Exception, place: Place) -> str:
    if place.token_kind:
        return f"{place.token_kind} cannot open merge requests: {_USABLE}"
    if _content(error).get("error") == "insufficient_scope":
        return "the token lacks a scope: give it the scope api"
    if status_of(error) == 401:
        return f"the token is wrong, expired or revoked: {_USABLE}"
    return f"the token's role does not allow it: {_USABLE}"


def _other(doing: str, error: Exception, place: Place) -> ForgeError:
    status = status_of(error)
    if status == 429:
        message = f"cannot {doing} of {place.repository}: {place.host} limits the rate"
        hint = f"{_NEXT_RUN}; imagebot waits {LONGEST_WAIT_S:g} seconds at most"
        return ForgeError(message, hint=hint, id="forge-rate-limited")
    message = f"cannot {doing} of {place.repository}: {place.host} answered {status}: {words_of(error)}"
    if status == 404:
        return ForgeError(message, hint="check that it is still there", id="forge-not-found")
    if status >= 500:
        return ForgeError(message, hint=_NEXT_RUN, id="forge-unreachable")
    return ForgeError(message)


def not_found(place: Place) -> ForgeDenied:
    """There is no such project, or the token may not see it: GitLab does not tell which."""
    return ForgeDenied(
        f"{place.host} shows no project {place.repository} to the token from {place.token_source}",
        hint="check the whole path, with every subgroup, and that the token may read the project",
        id="forge-not-found",
    )


def _content(error: Exception) -> dict[str, object]:
    body = error.response_body if isinstance(error, GitlabError) else None
    try:
        content = json.loads(body or b"")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _flat(said: object) -> str:
    if isinstance(said, dict):
        return "; ".join(f"{name} {_flat(value)}" for name, value in said.items())
    if isinstance(said, list):
        return ", ".join(map(_flat, said))
    return str(said)
