"""The embedded registry's gate: nobody, Basic, or Bearer with a token server.

Sources: RFC 7617 (Basic), and https://distribution.github.io/distribution/spec/auth/token/ (Bearer).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry_messages import error, json_answer

SERVICE = "imagebot embedded registry"
LASTS_S = 300


class Gate:
    """Decides who may pass.

    Args:
        kind: ``none``, ``basic`` or ``token``.
        credentials: Password by user; with none, the token server serves everybody. A password is also
            the identity token of its user.
        base: The registry's own address, where the token server is.

    Attributes:
        issued: Tokens that are valid now, with what each allows (``repository:acme/web:pull``); whoever
            takes one out has revoked it.
    """

    def __init__(self, kind: str, credentials: Mapping[str, str], base: str) -> None:
        self._kind = kind
        self._credentials = dict(credentials)
        self._base = base
        self.issued: dict[str, frozenset[str]] = {}

    def refuse(self, request: Request, scope: str) -> Response | None:
        """A 401 with its challenge, or None to let the request pass.

        The scope is what the request needs, as a challenge writes it; empty for the base, which any token
        opens.
        """
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if self._kind == "none":
            return None
        if self._kind == "basic":
            known = scheme.lower() == "basic" and self._known(value)
            return None if known else _unauthorized('Basic realm="Registry"')
        challenge = f'Bearer realm="{self._base}/token",service="{SERVICE}"'
        if scope:
            challenge += f',scope="{scope}"'
        if scheme.lower() != "bearer":
            return _unauthorized(challenge)
        granted = self.issued.get(value)
        if granted is None:
            return _unauthorized(f'{challenge},error="invalid_token"')
        if not _permissions([scope]) <= granted:
            return _unauthorized(f'{challenge},error="insufficient_scope"')
        return None

    def token(self, request: Request) -> Response:
        """The token server: GET with Basic, or POST with an identity token."""
        fields: Mapping[str, list[str]] = request.query
        if request.method == "POST":
            fields = parse_qs(request.body.decode("utf-8", "replace"))
        _, _, basic = request.headers.get("authorization", "").partition(" ")
        identity = fields.get("refresh_token", [""])[0]
        if self._credentials and not (self._known(basic) or identity in self._credentials.values()):
            return error(401, "UNAUTHORIZED", "incorrect username or password")
        token = secrets.token_urlsafe(24)
        self.issued[token] = _permissions(fields.get("scope", []))
        return json_answer(200, {"token": token, "expires_in": LASTS_S})

    def _known(self, value: str) -> bool:
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = self._credentials.get(user)
        return expected is not None and secrets.compare_digest(expected.encode(), password.encode())


def _permissions(scopes: Iterable[str]) -> frozenset[str]:
    """Single permissions: a scope may list several actions, and a value several scopes."""
    return frozenset(
        f"{resource}:{action}"
        for value in scopes
        for scope in value.split()
        for resource, _, actions in [scope.rpartition(":")]
        for action in actions.split(",")
    )


def _unauthorized(challenge: str) -> Response:
    return error(401, "UNAUTHORIZED", "authentication required", headers={"Www-Authenticate": challenge})
