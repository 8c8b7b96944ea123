"""Requests about repositories, with the registry's challenge answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from urllib.parse import urlsplit

from imagebot.errors import RegistryDenied, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.addresses import refusal
from imagebot.registries.answer import Answer
from imagebot.registries.challenge import Challenge, challenges
from imagebot.registries.credential import Found
from imagebot.registries.credentials import Credentials
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.rate_limit import RateLimit
from imagebot.registries.tokens import Tokens, basic, grant_for
from imagebot.registries.urls import origin, resolved
from imagebot.untrusted import clean

ATTEMPTS = 4
"""By the way in that is known, without credentials, with an answer to the challenge, and once more if a scope
was asked for on top."""

REDIRECTS = 5
ANONYMOUS = "anonymous"
_PREFERRED = ("bearer", "basic")


@dataclass(frozen=True, slots=True)
class Question:
    """A request about a repository.

    Attributes:
        what: The repository or tag it is about, for messages.
        limit: Most bytes of a body to read.
        conditions: Headers that make it conditional, by who asks: what one is shown is no other's.
        abroad: Whether the answer may lie on another host, as blobs do; it is told nothing of us.
    """

    endpoint: Endpoint
    name: ImageName
    method: str
    url: str
    headers: Mapping[str, str]
    limit: int
    what: str
    conditions: Callable[[str], Mapping[str, str]] = lambda _: {}
    abroad: bool = False


class Session:
    """Sends questions; begins without credentials and answers what is asked for.

    Sending them up front would show them to servers that want none, and some refuse a credential that is
    not needed. A host that asked for them once is expected to ask for them in its other repositories too.

    Args:
        salt: Makes the fingerprints of credentials, which tell who asks.
    """

    def __init__(self, http: Http, tokens: Tokens, credentials: Credentials, salt: bytes = b"") -> None:
        self._http = http
        self._tokens = tokens
        self._credentials = credentials
        self._salt = salt
        self._lock = Lock()
        self._ways: dict[ImageName, Challenge] = {}
        self._habits: dict[tuple[str, str], Challenge] = {}

    def who(self, name: ImageName) -> str:
        """Who asks about a repository, as far as is known: a word for caches that reveals no secret."""
        if self.way(name) is None:
            return ANONYMOUS
        credential = self._credentials.find(name).credential
        return credential.identity(self._salt) if credential else ANONYMOUS

    def limit(self, endpoint: Endpoint) -> RateLimit | None:
        """What a registry last said is left of its rate limit."""
        return self._http.limit(endpoint)

    def way(self, name: ImageName) -> Challenge | None:
        """How to get in to a repository, if it said so, or if its host did for another."""
        with self._lock:
            if name in self._ways:
                return self._ways[name]
            habit = self._habits.get((name.scheme, name.host))
        if habit is None:
            return None
        scope = habit.parameters.get("scope")
        wanted = {"scope": f"repository:{name.path}:pull"} if scope else {}
        return replace(habit, parameters={**habit.parameters, **wanted})

    def credential(self, name: ImageName) -> Found:
        """Who would ask about a repository if it wanted to know, or why nobody is known."""
        return self._credentials.find(name)

    def send(self, question: Question) -> Answer:
        """Send a question; the answer has status 200 or 304, or one that the caller must judge (400 ...).

        After a HEAD the caller judges 403 and 404 too.

        Raises:
            RegistryDenied: If the way in is refused; says where the credentials came from.
            RegistryNotFound: If the repository or tag is not there, or not visible.
            RegistryError: For every other failure.
        """
        way = self.way(question.name)
        known = way is not None
        expected = known and question.name not in self._ways
        found: Found | None = None
        for attempt in range(ATTEMPTS):
            found = found or (self._credentials.find(question.name) if way else None)
            extra: dict[str, str] = {}
            if way and found:
                try:
                    extra, note = self._authorization(question, way, found, fresh=known and attempt == 1)
                except RegistryDenied:
                    if not expected or attempt > 0:
                        raise
                    way, found = None, None  # another repository wanted credentials; this one may not
                    continue
                found = _noted(found, note)
            who = found.credential.identity(self._salt) if found and found.credential else ANONYMOUS
            answer = self._follow(question, {**extra, **question.conditions(who)})
            if answer.status == 403 and known and attempt == 0:
                way, found = None, None  # some refuse a credential that is not needed, and say nothing else
                continue
            if answer.status != 401:
                self._expect(question.name, way)
                return _judged(question, answer, found, way)
            offered = _best(question, answer, found)
            if way is not None and (not known or attempt > 0) and _same(way, offered):
                break
            way = offered
            with self._lock:
                self._ways[question.name] = offered
        raise _denied(question, found, answer.message() or "unauthorized", way)

    def _expect(self, name: ImageName, way: Challenge | None) -> None:
        """What let us in to a repository is expected of its host's others, if it asks for this one alone."""
        if way is not None and way.parameters.get("scope") in {None, f"repository:{name.path}:pull"}:
            with self._lock:
                self._habits[name.scheme, name.host] = way

    def _authorization(
        self, question: Question, way: Challenge, found: Found, *, fresh: bool
    ) -> tuple[dict[str, str], str]:
        """The header that answers a challenge, and why it says less of us than the credential would."""
        credential = found.credential
        if credential and credential.registry_token:
            return {"Authorization": f"Bearer {credential.registry_token}"}, ""
        if way.scheme == "basic":
            if credential is None or not credential.password:
                raise _denied(question, found, "it wants a user name and password")
            return {"Authorization": basic(credential)}, ""
        grant, note = grant_for(question.endpoint, question.url, way, question.name.path, credential)
        if grant is None:
            raise _denied(question, found, note)
        try:
            token = self._tokens.token(grant, fresh=fresh)
        except RegistryDenied as error:
            raise _denied(question, _noted(found, note), error.message, way) from error
        return {"Authorization": f"Bearer {token.value}"}, note or token.note

    def _follow(self, question: Question, extra: Mapping[str, str]) -> Answer:
        """Send, and follow redirects; away from the registry's own origin nothing of us goes along."""
        url, headers = question.url, {**question.headers, **extra}
        for _ in range(REDIRECTS + 1):
            answer = self._http.send(
                question.endpoint, question.method, url, headers=headers, limit=question.limit
            )
            if answer.status not in {301, 302, 303, 307, 308}:
                return answer
            target = resolved(url, answer.headers.get("location", ""))
            if target is None:
                raise RegistryProtocol(f"{question.endpoint.host} redirects {question.what} to no address")
            if origin(target) != origin(urlsplit(url)):
                _check_abroad(question, target.geturl())
                headers = {"Accept": "*/*"}
            url = target.geturl()
        raise RegistryProtocol(f"{question.endpoint.host} redirects {question.what} in circles")


def _check_abroad(question: Question, url: str) -> None:
    """Raise unless an answer may lie on another host, and on this one."""
    if not question.abroad:
        raise RegistryProtocol(f"{question.endpoint.host} redirects {question.what} to another host")
    if why := refusal(question.endpoint, urlsplit(url)):
        raise RegistryProtocol(f"{question.endpoint.host} redirects {question.what}, and {why}")


def _best(question: Question, answer: Answer, found: Found | None) -> Challenge:
    """The challenge to answer: Bearer, then Basic."""
    offered = challenges(answer.headers.get_list("www-authenticate"))
    for scheme in _PREFERRED:
        for challenge in offered:
            if challenge.scheme == scheme and (scheme == "basic" or challenge.parameters.get("realm")):
                return challenge
    schemes = clean(", ".join(challenge.scheme for challenge in offered), 80) or "none"
    raise _denied(question, found, f"it offers no way in that is known here ({schemes})")


def _noted(found: Found, note: str) -> Found:
    """An outcome that also says what became of the credential; said once, however often it is tried."""
    return found if not note or note in found.reason else replace(found, reason=f"{found.reason}, but {note}")


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
