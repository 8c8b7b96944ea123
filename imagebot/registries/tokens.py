"""Bearer tokens: fetched from the realm that a registry names, kept while they last."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from imagebot.errors import RegistryDenied, RegistryLimited, RegistryProtocol, RegistryUnreachable
from imagebot.registries.addresses import refusal
from imagebot.registries.answer import Answer
from imagebot.registries.challenge import Challenge
from imagebot.registries.clock import Clock
from imagebot.registries.credential import Credential
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Http
from imagebot.registries.lasting import Lasting
from imagebot.registries.realms import may_see_credentials
from imagebot.registries.urls import resolved
from imagebot.untrusted import clean

BODY_LIMIT = 64 * 1024
SHORTEST_S = 60
LONGEST_S = 24 * 3600
EARLY_S = 10


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is for. The credential is part of it: two users never share a token."""

    endpoint: Endpoint
    realm: str
    service: str
    scopes: tuple[str, ...]
    credential: Credential | None

    @property
    def server(self) -> str:
        """Who gives it, for messages."""
        return f"the token server {clean(urlsplit(self.realm).netloc, 80)}"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and what must be known of it if a registry refuses it.

    Attributes:
        note: Why it allows less than the credential might; empty if nothing is to be said.
    """

    value: str = field(repr=False)
    note: str = ""


class Tokens:
    """A cache of tokens; each is fetched once, however many threads want it."""

    def __init__(self, http: Http, clock: Clock | None = None) -> None:
        self._http = http
        self._kept: Lasting[Grant, Token] = Lasting((clock or Clock()).seconds)
        self._refused: dict[tuple[Endpoint, str, Credential], RegistryDenied] = {}

    def token(self, grant: Grant, *, fresh: bool = False) -> Token:
        """A token for a grant.

        Args:
            grant: What it is for.
            fresh: Whether a kept one was refused and must not be used again.

        Raises:
            RegistryDenied: If the token server refuses.
            RegistryLimited: If it limits the rate.
            RegistryUnreachable: If it cannot be reached.
            RegistryProtocol: If its answer is none.
        """
        return self._kept(grant, lambda: self._fetched(grant), fresh=fresh)

    def _fetched(self, grant: Grant) -> tuple[Token, float]:
        """A token, and the seconds it may be kept.

        A password that a token server calls wrong is not sent to it again: some lock accounts.
        """
        who = (grant.endpoint, grant.realm, grant.credential) if grant.credential else None
        if who in self._refused:
            raise self._refused[who]
        answer, note = self._ask(grant)
        try:
            value, lasts_s = _read(grant, answer, note)
        except RegistryDenied as error:
            if who and answer.status == 401:
                self._refused[who] = error
            raise
        return Token(value, note), max(lasts_s, SHORTEST_S) - EARLY_S

    def _ask(self, grant: Grant) -> tuple[Answer, str]:
        """The token server's answer; an older one knows no POST, and is asked as if there were no token."""
        credential = grant.credential
        if credential is None or not credential.identity_token:
            return self._get(grant, credential), ""
        answer = self._post(grant, credential)
        if answer.status not in {404, 405}:
            return answer, ""
        without = "with the password" if credential.password else "without credentials"
        note = f"{grant.server} takes no identity token ({answer.status}), so it was asked {without}"
        return self._get(grant, credential), note

    def _get(self, grant: Grant, credential: Credential | None) -> Answer:
        parts = urlsplit(grant.realm)
        query = [
            *parse_qsl(parts.query),
            ("service", grant.service),
            *(("scope", s) for s in grant.scopes),
        ]
        url = parts._replace(query=urlencode([(k, v) for k, v in query if v])).geturl()
        headers = {"Authorization": basic(credential)} if credential and credential.password else {}
        return self._send(grant, "GET", url, headers)

    def _post(self, grant: Grant, credential: Credential) -> Answer:
        form = {
            "grant_type": "refresh_token",
            "service": grant.service,
            "client_id": "imagebot",
            "scope": " ".join(grant.scopes),
            "refresh_token": credential.identity_token,
        }
        return self._send(grant, "POST", grant.realm, {}, form)

    def _send(
        self,
        grant: Grant,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send; a failure that is put down to the registry is the token server's own."""
        try:
            return self._http.send(
                grant.endpoint, method, url, headers=headers, limit=BODY_LIMIT, form=form, echo=True
            )
        except (RegistryLimited, RegistryUnreachable) as error:
            told = error.message.removeprefix(f"{clean(urlsplit(grant.realm).netloc, 80)} ")
            if told == error.message:
                raise
            raise type(error)(f"{grant.server} {told}", hint=error.hint, id=error.id) from error


def basic(credential: Credential) -> str:
    """The value of a Basic ``Authorization`` header."""
    return "Basic " + base64.b64encode(f"{credential.username}:{credential.password}".encode()).decode()


def grant_for(
    endpoint: Endpoint, url: str, challenge: Challenge, path: str, credential: Credential | None
) -> tuple[Grant | None, str]:
    """What to ask for, or None; and why the realm cannot be asked, or got no credentials."""
    realm = resolved(url, challenge.parameters.get("realm", ""))
    if realm is None:
        return None, "the token server it names is no address"
    if why := refusal(endpoint, realm):
        return None, f"the token server it names is not asked: {why}"
    if credential is not None and not may_see_credentials(endpoint, realm):
        credential = None
        why = f"its token server {clean(realm.netloc, 80)} is on another domain, so it got no credentials"
    scope = challenge.parameters.get("scope", "") or (f"repository:{path}:pull" if path else "")
    service = challenge.parameters.get("service", "")
    return Grant(endpoint, realm.geturl(), service, tuple(scope.split()), credential), why


def _read(grant: Grant, answer: Answer, note: str) -> tuple[str, int]:
    """Token and seconds it lasts. ``issued_at`` is left unread: clocks differ, receipt is ours."""
    if answer.status in {400, 401, 403, 404}:
        why = answer.message() or "no reason given"
        raise RegistryDenied(f"{grant.server} refused ({answer.status}): {why}{'; ' + note if note else ''}")
    content = _json(grant, answer)
    value = content.get("token") or content.get("access_token")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise RegistryProtocol(f"{grant.server} gave no token")
    lasts = content.get("expires_in")
    return value, min(lasts, LONGEST_S) if isinstance(lasts, int) else SHORTEST_S


def _json(grant: Grant, answer: Answer) -> Mapping[str, object]:
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if answer.status != 200 or not isinstance(content, dict):
        raise RegistryProtocol(f"{grant.server} answered {answer.status} without a token")
    return content
