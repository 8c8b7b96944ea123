"""One entry of ``auths`` in a Docker configuration file.

Source: https://github.com/docker/cli/blob/master/cli/config/configfile/file.go
"""

from __future__ import annotations

import base64
import binascii

from imagebot.registries.credential import Credential


def entry_credential(entry: object, source: str) -> Credential | None:
    """The credential of an entry; None if it is empty, as Docker leaves it beside a store.

    Raises:
        ValueError: If it holds something that is no credential; without its content.
    """
    if not isinstance(entry, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - one kind of error for the caller
    username, password = entry.get("username"), entry.get("password")
    if auth := entry.get("auth"):
        username, password = user_and_password(auth)
    identity, registry = entry.get("identitytoken"), entry.get("registrytoken")
    if not all(isinstance(value, str | None) for value in (username, password, identity, registry)):
        raise ValueError("a value is no text")
    if not (identity or registry or (username and password)):
        if username or password:
            raise ValueError("it holds a user without a password, or a password without a user")
        return None
    return Credential(source, username or "", password or "", identity or "", registry or "")


def user_and_password(auth: object) -> tuple[str, str]:
    """User and password of ``auth``; missing padding and a trailing NUL are forgiven, as Docker does.

    Raises:
        ValueError: Without the content.
    """
    if not isinstance(auth, str):
        raise ValueError("`auth` is no text")  # noqa: TRY004 - one kind of error for the caller
    try:
        text = base64.b64decode(auth + "=" * (-len(auth) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise ValueError("`auth` is no base64") from error
    username, colon, password = text.partition(":")
    if not colon:
        raise ValueError("`auth` holds no user and password")
    return username, password.strip("\0")
