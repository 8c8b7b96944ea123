"""Where the API of a registry host is, and how to speak to it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from imagebot.errors import RegistryProtocol, RegistryUnreachable
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName

DOCKER_HUB = "docker.io"
HUB_API = "registry-1.docker.io"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_METADATA = frozenset({"fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"})
"""Services of clouds that tell secrets to whoever asks from inside, beside the link-local ones: of Amazon,
Google, Alibaba, Azure and Oracle."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The API of a registry.

    Attributes:
        host: As references name it.
        base: ``https://host[:port]`` without a final slash.
        ca: PEM file of the authority to trust, or None for the system's.
        tls_verify: Whether its certificate must be one that is trusted.
        realms: Hosts on other domains that may be sent its credentials for a token.
    """

    host: str
    base: str
    ca: str | None = None
    tls_verify: bool = True
    realms: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is spoken to without TLS."""
        return self.base.startswith("http://")


def endpoint(host: str, settings: Mapping[str, RegistrySettings], *, scheme: str = "") -> Endpoint:
    """The API of a host: loopback addresses over plain HTTP, as Docker does, all others over HTTPS.

    Args:
        host: As references name it.
        settings: How to speak to hosts.
        scheme: The one that a reference names itself, as those of classic chart repositories do.

    Raises:
        RegistryUnreachable: If the host is none, though references may spell it, such as ``[:]``.
        RegistryProtocol: If a reference wants plain HTTP where the settings do not.
    """
    if not hostname(host):
        raise RegistryUnreachable(f"{host} is no address of a registry")
    own = settings.get(host, RegistrySettings())
    usual = "http" if own.plain_http or is_loopback(hostname(host)) else "https"
    if scheme == "http" and usual == "https":
        raise RegistryProtocol(
            f"http://{host} is not asked: over plain HTTP anybody between can change the answer",
            hint=f'write https://, or set registries: {{"{host}": {{plain-http: true}}}} in imagebot.yaml',
        )
    scheme = scheme or usual
    return Endpoint(host, f"{scheme}://{api_host(host)}", own.ca, own.tls_verify, own.token_servers)


def api_host(host: str) -> str:
    """The host and port at which the API of a registry is."""
    return HUB_API if host == DOCKER_HUB else host


def located(name: ImageName, settings: Mapping[str, RegistrySettings]) -> ImageName:
    """Where a repository is looked up: at its host's mirror, if there is one."""
    mirror = settings.get(name.host, RegistrySettings()).mirror
    if mirror is None or name.scheme:
        return name
    host, _, path = mirror.partition("/")
    return ImageName(host, f"{path}/{name.path}" if path else name.path)


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


def is_forbidden_address(name: str) -> bool:
    """Whether a host can never be meant: it belongs to this machine or its cloud."""
    address = _address(name)
    if address is None:
        return f".{name.rstrip('.')}".endswith((".localhost", ".metadata.google.internal"))
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or str(address) in _METADATA
    )


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to (RFC 4291, 6052, 3056), or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _address(name: str) -> Address | None:
    """The address that a name spells; resolvers also take 127.1, 2130706433 and 0x7f000001 for one."""
    name = name.rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except (OSError, UnicodeError):
            return None
    return embedded(address)
