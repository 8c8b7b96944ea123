"""Bearer tokens: fetched from the realm that a registry names, kept while they last."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from urllib.parse import parse_qsl, urlencode, urlsplit

from imagebot.errors import RegistryDenied, RegistryProtocol
from imagebot.registries.challenge import Challenge
from imagebot.registries.docker_config import Credential
from imagebot.registries.hosts import Endpoint
from imagebot.registries.http import Answer, Http
from imagebot.registries.realms import may_see_credentials, refusal
from imagebot.registries.urls import resolved
from imagebot.untrusted import clean

BODY_LIMIT = 64 * 1024
SHORTEST_S = 60
EARLY_S = 10


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is for. The credential is part of it: two users never share a token."""

    endpoint: Endpoint
    realm: str
    service: str
    scopes: tuple[str, ...]
    credential: Credential | None


class Tokens:
    """A cache of tokens; each is fetched once, however many threads want it."""

    def __init__(self, http: Http, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._lock = Lock()
        self._locks: dict[Grant, Lock] = {}
        self._kept: dict[Grant, tuple[str, float]] = {}

    def token(self, grant: Grant, *, fresh: bool = False) -> str:
        """A token for a grant.

        Args:
            grant: What it is for.
            fresh: Whether a kept one was refused and must not be used again.

        Raises:
            RegistryDenied: If the token server refuses.
            RegistryProtocol: If its answer is none.
        """
        with self._lock:
            lock = self._locks.setdefault(grant, Lock())
        with lock:
            kept = self._kept.get(grant)
            if kept and not fresh and self._clock() < kept[1]:
                return kept[0]
            received = self._clock()
            answer = self._ask(grant)
            value, lasts_s = _read(grant, answer)
            self._kept[grant] = (value, received + max(lasts_s, SHORTEST_S) - EARLY_S)
            return value

    def _ask(self, grant: Grant) -> Answer:
        credential = grant.credential
        if credential and credential.identity_token:
            answer = self._post(grant, credential)
            if answer.status not in {404, 405}:
                return answer
        return self._get(grant, credential)

    def _get(self, grant: Grant, credential: Credential | None) -> Answer:
        parts = urlsplit(grant.realm)
        query = [
            *parse_qsl(parts.query),
            ("service", grant.service),
            *(("scope", s) for s in grant.scopes),
        ]
        url = parts._replace(query=urlencode([(k, v) for k, v in query if v])).geturl()
        headers = {"Authorization": basic(credential)} if credential and credential.password else {}
        return self._http.send(grant.endpoint, "GET", url, headers=headers, limit=BODY_LIMIT)

    def _post(self, grant: Grant, credential: Credential) -> Answer:
        form = {
            "grant_type": "refresh_token",
            "service": grant.service,
            "client_id": "imagebot",
            "scope": " ".join(grant.scopes),
            "refresh_token": credential.identity_token,
        }
        return self._http.send(grant.endpoint, "POST", grant.realm, headers={}, limit=BODY_LIMIT, form=form)


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
        return None, why
    if credential is not None and not may_see_credentials(endpoint, realm):
        credential = None
        why = f"its token server {clean(realm.netloc, 80)} is on another domain, so it got no credentials"
    scope = challenge.parameters.get("scope", "") or f"repository:{path}:pull"
    service = challenge.parameters.get("service", "")
    return Grant(endpoint, realm.geturl(), service, tuple(scope.split()), credential), why


def _read(grant: Grant, answer: Answer) -> tuple[str, int]:
    """Token and seconds it lasts. ``issued_at`` is left unread: clocks differ, receipt is ours."""
    where = clean(urlsplit(grant.realm).netloc, 80)
    if answer.status in {400, 401, 403, 404}:
        raise RegistryDenied(
            f"the token server {where} refused ({answer.status}): {answer.message() or 'no reason given'}"
        )
    content = _json(answer, where)
    value = content.get("token") or content.get("access_token")
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise RegistryProtocol(f"the token server {where} gave no token")
    lasts = content.get("expires_in")
    return value, lasts if isinstance(lasts, int) else SHORTEST_S


def _json(answer: Answer, where: str) -> Mapping[str, object]:
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if answer.status != 200 or not isinstance(content, dict):
        raise RegistryProtocol(f"the token server {where} answered {answer.status} without a token")
    return content
