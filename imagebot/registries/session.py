"""Requests about repositories, with the registry's challenge answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from imagebot.errors import RegistryDenied, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.challenge import Challenge, challenges
from imagebot.registries.docker_config import Credentials, Found
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Answer, Http
from imagebot.registries.tokens import Tokens, basic, grant_for
from imagebot.registries.urls import origin, resolved
from imagebot.untrusted import clean

ATTEMPTS = 3
"""Without credentials, with an answer to the challenge, and once more if a scope was asked for on top."""

REDIRECTS = 3
_PREFERRED = ("bearer", "basic")


@dataclass(frozen=True, slots=True)
class Question:
    """A request about a repository.

    Attributes:
        what: The repository or tag it is about, for messages.
        limit: Most bytes of a body to read.
    """

    endpoint: Endpoint
    name: ImageName
    method: str
    url: str
    headers: Mapping[str, str]
    limit: int
    what: str


class Session:
    """Sends questions; begins without credentials and answers what is asked for.

    Sending them up front would show them to servers that want none, and some refuse a credential that is
    not needed.
    """

    def __init__(self, http: Http, tokens: Tokens, credentials: Credentials) -> None:
        self._http = http
        self._tokens = tokens
        self._credentials = credentials
        self._lock = Lock()
        self._ways: dict[ImageName, Challenge] = {}

    def send(self, question: Question) -> Answer:
        """Send a question; the answer has status 200, or one that the caller must judge (400, 405 ...).

        After a HEAD the caller judges 403 and 404 too.

        Raises:
            RegistryDenied: If the way in is refused; says where the credentials came from.
            RegistryNotFound: If the repository or tag is not there, or not visible.
            RegistryError: For every other failure.
        """
        way = self._ways.get(question.name)
        known = way is not None
        found: Found | None = None
        for attempt in range(ATTEMPTS):
            found = found or (self._credentials.find(question.name) if way else None)
            extra = (
                self._authorization(question, way, found, fresh=known and attempt == 1)
                if way and found
                else {}
            )
            answer = self._follow(question, extra)
            if answer.status != 401:
                return _judged(question, answer, found, way)
            offered = _best(question, answer, found)
            if way is not None and (not known or attempt > 0) and _same(way, offered):
                break
            way = offered
            with self._lock:
                self._ways[question.name] = offered
        raise _denied(question, found, answer.message() or "unauthorized", way)

    def _authorization(
        self, question: Question, way: Challenge, found: Found, *, fresh: bool
    ) -> dict[str, str]:
        """The header that answers a challenge."""
        credential = found.credential
        if credential and credential.registry_token:
            return {"Authorization": f"Bearer {credential.registry_token}"}
        if way.scheme == "basic":
            if credential is None or not credential.password:
                raise _denied(question, found, "it wants a user name and password")
            return {"Authorization": basic(credential)}
        grant, note = grant_for(question.endpoint, question.url, way, question.name.path, credential)
        if grant is None:
            raise _denied(question, found, note)
        try:
            return {"Authorization": f"Bearer {self._tokens.token(grant, fresh=fresh)}"}
        except RegistryDenied as error:
            why = f"{error.message}{'; ' + note if note else ''}"
            raise _denied(question, found, why, way) from error

    def _follow(self, question: Question, extra: Mapping[str, str]) -> Answer:
        """Send, and follow redirects on the registry's own origin; another one gets nothing from us."""
        url = question.url
        for _ in range(REDIRECTS + 1):
            answer = self._http.send(
                question.endpoint,
                question.method,
                url,
                headers={**question.headers, **extra},
                limit=question.limit,
            )
            if answer.status not in {301, 302, 307, 308}:
                return answer
            target = resolved(url, answer.headers.get("location", ""))
            if target is None or origin(target) != origin(urlsplit(url)):
                raise RegistryProtocol(f"{question.endpoint.host} redirects {question.what} to another host")
            url = target.geturl()
        raise RegistryProtocol(f"{question.endpoint.host} redirects {question.what} in circles")


def _best(question: Question, answer: Answer, found: Found | None) -> Challenge:
    """The challenge to answer: Bearer, then Basic."""
    offered = challenges(answer.headers.get_list("www-authenticate"))
    for scheme in _PREFERRED:
        for challenge in offered:
            if challenge.scheme == scheme and (scheme == "basic" or challenge.parameters.get("realm")):
                return challenge
    schemes = clean(", ".join(challenge.scheme for challenge in offered), 80) or "none"
    raise _denied(question, found, f"it offers no way in that is known here ({schemes})")


def _same(one: Challenge, other: Challenge) -> bool:
    """Whether a second challenge asks for nothing new: the order of scopes and actions says nothing."""
    return _asked(one) == _asked(other)


def _asked(challenge: Challenge) -> tuple[str, str | None, frozenset[str]]:
    scope = challenge.parameters.get("scope", "")
    return (
        challenge.scheme,
        challenge.parameters.get("realm"),
        frozenset(scope.replace(",", " ").split()),
    )


def _judged(question: Question, answer: Answer, found: Found | None, way: Challenge | None) -> Answer:
    if question.method == "HEAD":  # some proxies refuse it alone, and only a GET says why
        return answer
    if answer.status == 403:
        raise _denied(question, found, answer.message() or "forbidden", way)
    if answer.status == 404:
        why = answer.message()
        raise RegistryNotFound(
            f"{question.endpoint.host} does not show {question.what}{f': {why}' if why else ''}",
            hint="check the name and tag; a private repository looks like this without credentials",
        )
    return answer


def _denied(
    question: Question, found: Found | None, why: str, way: Challenge | None = None
) -> RegistryDenied:
    scope = clean(way.parameters.get("scope", ""), 200) if way else ""
    asked = f" (scope {scope})" if scope else ""
    source = found.reason if found else "no credentials were sent"
    return RegistryDenied(
        f"{question.endpoint.host} refused {question.what}{asked}: {why}; {source}",
        hint=f"log in with `docker login {question.endpoint.host}`, or mount credentials that may pull it",
    )
