"""URLs that servers name: resolved and compared, never trusted."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+")
"""Names and addresses as a URL carries them (RFC 3986). Resolver and client read whatever else may stand
there in ways of their own: the host that is checked must be the one that is asked."""


def resolved(base: str, target: str) -> SplitResult | None:
    """The absolute URL that a target means on a base, or None if it is no HTTP URL.

    A user name in it makes it none: a client could send it as credentials.
    """
    try:
        parts = urlsplit(urljoin(base, target))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or port == 0 or "@" in parts.netloc:
        return None
    if not _HOST.fullmatch(parts.hostname or ""):
        return None
    return parts


def origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port (RFC 6454): what must be equal for two URLs to be on one server."""
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
