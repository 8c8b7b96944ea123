"""Which proxy stands between this machine and a registry."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from imagebot.registries.hosts import Endpoint, hostname, is_loopback
from imagebot.untrusted import clean


def proxy_of(endpoint: Endpoint) -> str | None:
    """The proxy that the environment names for a registry: host and port alone, for it may hold a password.

    Loopback addresses are asked without one (see ``Http.prepare``).
    """
    target = urlsplit(endpoint.base)
    host = target.hostname or ""
    if is_loopback(hostname(endpoint.host)) or proxy_bypass(host):
        return None
    proxies = getproxies()
    named = proxies.get(target.scheme) or proxies.get("all")
    if not named:
        return None
    place = (named.partition("://")[2] or named).rpartition("@")[2]
    return clean(re.split("[/?#]", place, maxsplit=1)[0], 200)
