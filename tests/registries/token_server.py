"""A token server for Debian's ``docker-registry``: the other half of its Bearer challenge.

Source: https://distribution.github.io/distribution/spec/auth/jwt/.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs

import httpx
import jwt
from cryptography.hazmat.primitives import serialization

from imagebot.demo.http_server import LoopbackServer, Request, Response
from tests.registries.certificates import Certificate

ISSUER, SERVICE = "tokens of the tests", "registry of the tests"
LASTS_S = 300


class TokenServer:
    """Gives everything to those who know a password; the password is the identity token of its user too.

    Args:
        certificate: What the registry is told to believe.
    """

    def __init__(self, certificate: Certificate, user: str, password: str) -> None:
        self.certificate = certificate
        self._basic = httpx.BasicAuth(user, password)._auth_header
        self._identity = password
        self._begins_s = 0
        self._server = LoopbackServer(self._answer)
        self.close = self._server.close

    @property
    def settings(self) -> Mapping[str, str]:
        """What the registry must know of it, without the certificate."""
        return {"realm": f"http://{self._server.host}/token", "service": SERVICE, "issuer": ISSUER}

    @contextmanager
    def late(self) -> Iterator[None]:
        """Meanwhile tokens are over when they are given."""
        self._begins_s = -2 * LASTS_S
        yield
        self._begins_s = 0

    def _answer(self, request: Request) -> Response:
        asked: Mapping[str, list[str]] = request.query
        known = request.headers.get("authorization") == self._basic
        if request.method == "POST":
            asked = parse_qs(request.body.decode())
            known = asked.get("refresh_token") == [self._identity]
        if not known:
            return Response(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}')
        scopes = " ".join(asked.get("scope", [])).split()
        return Response(200, json.dumps({"token": self._token(scopes), "expires_in": LASTS_S}).encode())

    def _token(self, scopes: list[str]) -> str:
        begins = int(time.time()) + self._begins_s
        parts = [scope.split(":") for scope in scopes]
        claims = {
            "iss": ISSUER,
            "sub": "bot",
            "aud": SERVICE,  # a list, which the standard allows too, is malformed to Distribution
            "nbf": begins,
            "exp": begins + LASTS_S,
            "access": [
                {"type": kind, "name": name, "actions": actions.split(",")} for kind, name, actions in parts
            ],
        }
        shown = self.certificate.public.public_bytes(serialization.Encoding.DER)
        headers = {"x5c": [base64.b64encode(shown).decode()]}
        return jwt.encode(claims, self.certificate.key, algorithm="ES256", headers=headers)
