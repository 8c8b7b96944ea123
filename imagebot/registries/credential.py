"""A credential, and what a look-up came to."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field

from imagebot.diagnosis import CredentialKind

IDENTITY_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Credential:
    """What a host is told about who asks; secrets never show in a repr.

    Attributes:
        source: Where it came from, for messages.
        rotating: Names a credential whose secret is renewed all the time (``aws:<registry host>``); empty
            where the secret itself says who asks.
        helper: Whether a credential helper gave it.

    Raises:
        ValueError: If no header can carry a value; without the value.
    """

    source: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    rotating: str = ""
    helper: bool = False

    def __post_init__(self) -> None:
        text = self.username + self.password + self.identity_token
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError("a value is no text")
        if not (self.registry_token.isascii() and self.registry_token.isprintable()):
            raise ValueError("`registrytoken` holds characters that no token has")

    @property
    def kind(self) -> CredentialKind:
        """What it is; of who gave it, that counts more."""
        if self.rotating:
            return "cloud"
        if self.helper:
            return "helper"
        if self.registry_token:
            return "registry token"
        return "identity token" if self.identity_token else "password"

    def identity(self, salt: bytes) -> str:
        """A text for the keys of a cache: equal for equal credentials, and different for different ones.

        It is an HMAC-SHA256 (RFC 2104) of the secrets, cut to 64 bits: any two of a thousand credentials
        collide with a chance below one in 10^13. To whoever reads it, salt included, it is no oracle for
        a strong secret: nobody can try them all, and countless others share the value. A weak password
        can be guessed by any such text: keep the salt as private as the cache.

        Args:
            salt: Random bytes of the cache; another one makes all its keys others.
        """
        if self.rotating:
            return self.rotating
        secrets = json.dumps([self.username, self.password, self.identity_token, self.registry_token])
        return hmac.new(salt, secrets.encode(), hashlib.sha256).hexdigest()[:IDENTITY_DIGITS]


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a look-up: a credential, or why there is none.

    Attributes:
        problems: What stood in the way of sources that were asked before.
    """

    credential: Credential | None
    reason: str
    problems: tuple[str, ...] = ()
