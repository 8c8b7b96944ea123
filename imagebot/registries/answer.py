"""A response, read whole within its bound, with nothing in it that we sent in confidence."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import httpx

from imagebot.untrusted import clean

ERROR_BODY = 64 * 1024
HIDDEN = b"***"
_SHORTEST_SECRET = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read whole within its bound."""

    status: int
    headers: httpx.Headers
    body: bytes

    def message(self) -> str:
        """What the server says went wrong, made safe to show."""
        text = self.body[:ERROR_BODY].decode("utf-8", "replace")
        found = re.search(r'"message"\s*:\s*"((?:[^"\\]|\\.)*)"', text)
        return clean(found[1] if found else text, 200)


def without(secrets: Iterable[bytes], body: bytes) -> bytes:
    """A body that may be shown: a server may echo what it was sent."""
    for secret in secrets:
        body = body.replace(secret, HIDDEN)
    return body


def secrets_of(authorization: str, form: Mapping[str, str]) -> Iterator[bytes]:
    """What a request carries in confidence, in every spelling that a server could echo."""
    scheme, _, value = authorization.partition(" ")
    spelled = [value, *(form[key] for key in ("refresh_token", "access_token", "password") if key in form)]
    if scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error):
            spelled.append(base64.b64decode(value).decode("utf-8", "replace").partition(":")[2])
    return (text.encode() for text in spelled if len(text) >= _SHORTEST_SECRET)
