"""Who imagebot is on a forge, where it must be known: else a stranger's words would be taken for its own."""

from __future__ import annotations

from imagebot.errors import ForgeDenied


def known_login(login: str, *, host: str, token_source: str, hint: str) -> str:
    """The login.

    Args:
        login: As the forge tells it; empty where it does not.
        host: Of the forge.
        token_source: Where the token came from, never its value.
        hint: What kind of token tells.

    Raises:
        ForgeDenied: It is not known.
    """
    if not login:
        raise ForgeDenied(f"{host} does not tell who the token from {token_source} belongs to", hint=hint)
    return login
