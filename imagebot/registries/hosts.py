"""Where the API of a registry host is, and how to speak to it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from imagebot.errors import RegistryUnreachable
from imagebot.policies.policy import RegistrySettings

DOCKER_HUB = "docker.io"
HUB_API = "registry-1.docker.io"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The API of a registry.

    Attributes:
        host: As references name it.
        base: ``https://host[:port]`` without a final slash.
        ca: PEM file of the authority to trust, or None for the system's.
    """

    host: str
    base: str
    ca: str | None = None

    @property
    def plain(self) -> bool:
        """Whether it is spoken to without TLS."""
        return self.base.startswith("http://")


def endpoint(host: str, settings: Mapping[str, RegistrySettings]) -> Endpoint:
    """The API of a host: loopback addresses over plain HTTP, as Docker does, all others over HTTPS.

    Raises:
        RegistryUnreachable: If the host is none, though references may spell it, such as ``[:]``.
    """
    if not hostname(host):
        raise RegistryUnreachable(f"{host} is no address of a registry")
    own = settings.get(host, RegistrySettings())
    api = HUB_API if host == DOCKER_HUB else host
    scheme = "http" if own.plain_http or is_loopback(hostname(host)) else "https"
    return Endpoint(host, f"{scheme}://{api}", own.ca)


def hostname(host: str) -> str:
    """A host without its port and brackets; empty if it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(name: str) -> bool:
    """Whether a host name or address is this machine."""
    address = _address(name)
    return name.rstrip(".") == "localhost" if address is None else address.is_loopback


def is_address(name: str) -> bool:
    """Whether a host name is an IP address."""
    return _address(name) is not None


def is_forbidden_realm(name: str) -> bool:
    """Whether an address can never be a token server: it belongs to this machine or its cloud."""
    address = _address(name)
    if address is None:
        return f".{name.rstrip('.')}".endswith((".localhost", ".metadata.google.internal"))
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or str(address) in {"fd00:ec2::254", "100.100.100.200"}  # metadata services
    )


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a name spells; resolvers also take 127.1, 2130706433 and 0x7f000001 for one."""
    name = name.rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except (OSError, UnicodeError):
            return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
