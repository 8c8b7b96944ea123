"""Examine one host: as every command asks it, and with everything said that a command keeps to itself."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

from imagebot.diagnosis import Access, Budget, Examined, KnownCredential, Need
from imagebot.errors import ImagebotError, RegistryError, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.addresses import refusal
from imagebot.registries.advice import Findings, advised, warnings
from imagebot.registries.clock import Clock
from imagebot.registries.hosts import DOCKER_HUB, Endpoint
from imagebot.registries.proxies import proxy_of
from imagebot.registries.rate_limit import RateLimit
from imagebot.registries.realms import may_see_credentials
from imagebot.registries.session import Question
from imagebot.registries.urls import resolved
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.registries.client import RegistryClient
    from imagebot.registries.credential import Credential

BASE_BYTES = 64 * 1024

_TOKEN = re.compile(r"(?:gh[a-z]_|github_pat_|gl[a-z]+-|dop_v1_|dckr_[op]at_|eyJ)\S*")
"""How secrets begin that some write in the place of a user name."""


class HostExaminer:
    """Implements ``Examiner`` by the client that every command asks with.

    Args:
        client: Who asks.
        clock: Tells how long it took.
    """

    def __init__(self, client: RegistryClient, clock: Clock | None = None) -> None:
        self._client = client
        self._clock = clock or Clock()

    def examine(self, need: Need) -> Examined:
        """What becomes of a host; what goes wrong is a part of it, and never raised."""
        begin = self._clock.seconds()
        try:
            name = need.name or ImageName(need.host, "")
            there, where = self._client.locate(name)
        except ImagebotError as unasked:  # a bad address, authority or proxy
            return Examined(need, error=unasked)
        answer, error = self._asked(need, there, where)
        if error is None:
            self._ask_for_limit(need, there)
        findings = replace(
            self._findings(need, there, where), works=error is None, took_s=self._clock.seconds() - begin
        )
        credential = findings.found.credential
        return Examined(
            need,
            _access(name, there, where),
            answer,
            _known(credential, used=findings.wanted and not findings.strange_realm) if credential else None,
            clean(findings.found.reason, 1000),
            advised(error, findings) if error else None,
            _budget(findings.limit),
            tuple(warnings(findings)),
        )

    def _asked(self, need: Need, there: Endpoint, where: ImageName) -> tuple[str, RegistryError | None]:
        """What a host answers to the question that comes first in every run."""
        try:
            if need.name is None:
                self._ping(there, where)
                return "it answers", None
            number = len(self._client.tags(need.name).tags)
        except RegistryError as error:
            return "", error
        what = "version" if need.name.scheme else "tag"
        return f"{number} {what}{'' if number == 1 else 's'} of {need.name.path}", None

    def _ping(self, there: Endpoint, where: ImageName) -> None:
        """Ask for the base of the API, which is the only thing there is without a repository.

        Source: https://github.com/opencontainers/distribution-spec (determining support).
        """
        host = replace(where, path="")
        question = Question(
            there, host, "GET", f"{there.base}/v2/", {}, BASE_BYTES, "the base of its API, /v2/"
        )
        answer = self._client.session.send(question)
        if answer.status != 200:
            raise RegistryProtocol(f"{there.host} answered {answer.status} at /v2/: {answer.message()}")

    def _findings(self, need: Need, there: Endpoint, where: ImageName) -> Findings:
        asked = where if need.name else replace(where, path="")
        session = self._client.session
        found, way = session.credential(asked), session.way(asked)
        realm = resolved(f"{there.base}/v2/", way.parameters.get("realm", "")) if way else None
        bearer = way is not None and way.scheme == "bearer"
        return Findings(
            there=there,
            path=asked.path,
            found=found,
            wanted=way is not None,
            strange_realm=_strange(there, realm, found.credential) if bearer and realm else "",
            bad_realm=bearer and (realm is None or refusal(there, realm) != ""),
            ahead_s=self._client.http.ahead_s(there),
            limit=self._client.http.limit(there),
        )

    def _ask_for_limit(self, need: Need, there: Endpoint) -> None:
        """Where pulls are counted, ask for a tag: the answer to a HEAD tells what is left, and is no pull."""
        if need.name and need.tag and (self._client.http.limit(there) or there.host == DOCKER_HUB):
            with contextlib.suppress(RegistryError):
                self._client.digest(need.name, need.tag)


def _budget(limit: RateLimit | None) -> Budget | None:
    return Budget(limit.limit, limit.remaining, limit.window_s) if limit else None


def _access(name: ImageName, there: Endpoint, where: ImageName) -> Access:
    mirror = None
    if where != name:
        mirror = f"{where.host}/{where.path.removesuffix(name.path)}".rstrip("/")
    return Access(there.base, mirror, there.ca, there.tls_verify, proxy_of(there))


def _known(credential: Credential, *, used: bool) -> KnownCredential:
    """A credential without its secret; some registries take the secret as the user name too."""
    user = credential.username
    secrets = {credential.password, credential.identity_token, credential.registry_token}
    hidden = not user or user in secrets or _TOKEN.fullmatch(user)
    return KnownCredential(
        clean(credential.source, 500), None if hidden else clean(user, 200), credential.kind, used
    )


def _strange(there: Endpoint, realm: SplitResult, credential: Credential | None) -> str:
    """The token server's name, if it gets no credentials because it is on another domain.

    A registry token goes to the registry itself, and to no token server.
    """
    if credential is None or credential.registry_token or may_see_credentials(there, realm):
        return ""
    return "" if refusal(there, realm) else clean(realm.hostname or "", 200)
