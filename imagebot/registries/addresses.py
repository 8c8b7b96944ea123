"""Where a host that a server names may lie: never on this machine, in its cloud's metadata, or next door."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from imagebot.registries.hosts import Address, Endpoint, embedded, hostname, is_forbidden_address, is_loopback
from imagebot.untrusted import clean


def refusal(endpoint: Endpoint, target: SplitResult) -> str:
    """Why a URL that a registry names gets no request, or an empty text.

    It must be spoken to over TLS unless the registry itself is not. Its host must be the registry's own, or
    lie on no address of this machine or its cloud, and on a private one only if the registry does too. What
    its name resolves to counts, unless a proxy stands between: then that is the proxy's to know. It is looked
    up each time, because names move; that one moves between this look and the connection is left to TLS.
    """
    where = clean(target.netloc, 80)
    if target.scheme == "http" and not endpoint.plain:
        return f"{where} is not https"
    if same_host(endpoint, target):
        return ""
    if is_forbidden_address(target.hostname or ""):
        return f"{where} is an address it cannot have"
    found = () if _proxied(endpoint, target) else _resolved(target.hostname or "")
    if any(is_forbidden_address(str(address)) for address in found):
        return f"{where} resolves to an address of this machine or its cloud"
    if _private(found) and not _private(_resolved(urlsplit(endpoint.base).hostname or "")):
        return f"{where} resolves to a private address, and {endpoint.host} does not"
    return ""


def same_host(endpoint: Endpoint, target: SplitResult) -> bool:
    """Whether a registry and a URL are on one host; this machine has several names."""
    own = urlsplit(endpoint.base).hostname or ""
    named = target.hostname or ""
    return own == named or (is_loopback(own) and is_loopback(named))


def _proxied(endpoint: Endpoint, target: SplitResult) -> bool:
    """Whether a proxy of the environment connects to a URL; a pool for this machine uses none."""
    proxies = getproxies()
    if is_loopback(hostname(endpoint.host)) or not (proxies.get(target.scheme) or proxies.get("all")):
        return False
    return not proxy_bypass(target.hostname or "")


def _resolved(host: str) -> tuple[Address, ...]:
    """What a name resolves to; nothing if it does not, and then nothing can be sent there either."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(embedded(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in found)


def _private(addresses: Iterable[Address]) -> bool:
    """Whether one is not of the internet: private, or shared by the customers of a provider (RFC 6598)."""
    return any(not address.is_global for address in addresses)
