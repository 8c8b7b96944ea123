"""Which token server may be asked, and which may see credentials: a registry names it, so it is checked."""

from __future__ import annotations

from functools import cache
from urllib.parse import SplitResult, urlsplit

from publicsuffixlist import PublicSuffixList

from imagebot.registries.hosts import (
    DOCKER_HUB,
    Endpoint,
    hostname,
    is_address,
    is_forbidden_realm,
    is_loopback,
)
from imagebot.untrusted import clean

TOKEN_SERVERS = {DOCKER_HUB: "auth.docker.io"}
"""Realms on another host that are known to belong to a registry."""


def refusal(endpoint: Endpoint, realm: SplitResult) -> str:
    """Why a realm gets no request at all, or an empty string.

    It must be spoken to over TLS unless the registry itself is not, and must be no address of this machine
    or its cloud unless the registry is on that very host.
    """
    if realm.scheme == "http" and not endpoint.plain:
        return f"the token server it names, {clean(realm.netloc, 80)}, is not https"
    if not _same_host(endpoint, realm) and is_forbidden_realm(realm.hostname or ""):
        return f"the token server it names, {clean(realm.netloc, 80)}, is an address it cannot have"
    return ""


def may_see_credentials(endpoint: Endpoint, realm: SplitResult) -> bool:
    """Whether a realm is the registry's own host, or known to belong to the same owner."""
    return (
        _same_host(endpoint, realm)
        or TOKEN_SERVERS.get(endpoint.host) == realm.hostname
        or _same_owner(hostname(endpoint.host), realm.hostname or "")
    )


def _same_host(endpoint: Endpoint, realm: SplitResult) -> bool:
    """Whether registry and realm are one host; this machine has several names."""
    own = urlsplit(endpoint.base).hostname or ""
    named = realm.hostname or ""
    return own == named or (is_loopback(own) and is_loopback(named))


def _same_owner(host: str, realm: str) -> bool:
    """Whether both names were registered by the same owner, by the Public Suffix List."""
    if is_address(host) or is_address(realm):
        return False
    suffixes = _suffixes()
    owner = suffixes.privatesuffix(host)
    return owner is not None and owner == suffixes.privatesuffix(realm)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
