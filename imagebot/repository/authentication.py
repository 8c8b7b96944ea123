"""Hand a token to Git so that it stands in no argument, URL, file or error text."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def git_environment(url: str, token: str | None) -> Mapping[str, str]:
    """Environment that makes Git send the token to the remote's own host, and to no other.

    Nothing for SSH and paths, and nothing over plain HTTP except to this machine.
    """
    parts = urlsplit(url) if "://" in url else None
    if token is None or parts is None or not parts.hostname:
        return {}
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return {}
    host = parts.netloc.rpartition("@")[2]
    credentials = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{host}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
    }
