"""The embedded registry's gate: nobody, Basic, or Bearer with a token server."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

from imagebot.demo.http_server import Request, Response

SERVICE = "imagebot embedded registry"
LASTS_S = 300


class Gate:
    """Decides who may pass.

    Attributes:
        issued: Tokens that are valid now, with the scope each is for; tests take them away.
    """

    def __init__(self, kind: str, credentials: Mapping[str, str], base: str) -> None:
        self._kind = kind
        self._credentials = credentials
        self._base = base
        self.issued: dict[str, str] = {}

    def refuse(self, request: Request, scope: str) -> Response | None:
        """A 401 with its challenge, or None to let the request pass."""
        if self._kind == "none":
            return None
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if self._kind == "basic":
            return (
                None
                if scheme.lower() == "basic" and self._known(value)
                else _unauthorized('Basic realm="Registry"')
            )
        granted = self.issued.get(value) if scheme.lower() == "bearer" else None
        if granted is not None and (
            not scope or granted.partition(":pull")[0] == scope.partition(":pull")[0]
        ):
            return None
        wanted = f',scope="{scope}"' if scope else ""
        error = ',error="invalid_token"' if value else ""
        return _unauthorized(f'Bearer realm="{self._base}/token",service="{SERVICE}"{wanted}{error}')

    def token(self, request: Request) -> Response:
        """The token server: GET with Basic, or POST with an identity token."""
        form = (
            parse_qs(request.body.decode("utf-8", "replace")) if request.method == "POST" else request.query
        )
        scope = (form.get("scope") or [""])[0]
        _, _, value = request.headers.get("authorization", "").partition(" ")
        identity = (form.get("refresh_token") or [""])[0]
        if not (self._known(value) or identity in self._credentials.values() or not self._credentials):
            body = json.dumps(
                {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]}
            )
            return Response(401, body.encode(), {"Content-Type": "application/json"})
        token = secrets.token_urlsafe(24)
        self.issued[token] = scope
        content = {"token": token, "expires_in": LASTS_S}
        return Response(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _known(self, value: str) -> bool:
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = self._credentials.get(user)
        return expected is not None and secrets.compare_digest(expected.encode(), password.encode())


def _unauthorized(challenge: str) -> Response:
    body = json.dumps(
        {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required", "detail": None}]}
    )
    return Response(401, body.encode(), {"Content-Type": "application/json", "Www-Authenticate": challenge})
