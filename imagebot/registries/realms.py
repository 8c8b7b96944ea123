"""Which token server may see credentials: a registry names it, so it is checked."""

from __future__ import annotations

from functools import cache
from urllib.parse import SplitResult

from publicsuffixlist import PublicSuffixList

from imagebot.registries.addresses import same_host
from imagebot.registries.hosts import DOCKER_HUB, Endpoint, hostname, is_address

TOKEN_SERVERS = {DOCKER_HUB: "auth.docker.io"}
"""Realms on another host that are known to belong to a registry."""


def may_see_credentials(endpoint: Endpoint, realm: SplitResult) -> bool:
    """Whether a realm is the registry's own host, or known to belong to the same owner."""
    return (
        same_host(endpoint, realm)
        or realm.hostname in endpoint.realms
        or TOKEN_SERVERS.get(endpoint.host) == realm.hostname
        or _same_owner(hostname(endpoint.host), realm.hostname or "")
    )


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
