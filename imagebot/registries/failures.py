"""Turn the HTTP client's failures into ours, with the likely cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx

from imagebot.errors import RegistryError, RegistryProtocol, RegistryUnreachable
from imagebot.registries.confided import without
from imagebot.registries.hosts import Endpoint, hostname, is_loopback
from imagebot.untrusted import clean

NEXT_RUN = "the next run tries again"

_OWN_AUTHORITY = 'if you trust who issued it, set registries: {{"{host}": {{ca: FILE}}}} in imagebot.yaml'
_CERTIFICATES = {
    "self-signed": _OWN_AUTHORITY,
    "self signed": _OWN_AUTHORITY,
    "issuer certificate": _OWN_AUTHORITY,
    "unable to verify the first certificate": _OWN_AUTHORITY,
    "has expired": "renew the certificate of {host}, or set the clock of this machine if it is wrong",
    "not yet valid": "set the clock of this machine, or of the one that made the certificate of {host}",
    "mismatch": "use the name that the certificate is for, or get one for {host}",
    "certificate verify failed": "the certificate of {host} cannot be used: replace it",
}
"""What OpenSSL says of a certificate, and what helps; the first that fits counts."""

_PLAIN = re.compile(
    rb"HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS|speaking plain HTTP to an SSL",
    re.IGNORECASE,
)


class Passing(Exception):  # noqa: N818 - steers the retries
    """A failure that may be gone at the next attempt.

    Attributes:
        error: What it is if it stays.
        silent: Whether the host gave no answer at all.
    """

    def __init__(self, error: RegistryError, *, silent: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.silent = silent


@contextmanager
def mapped(endpoint: Endpoint, where: str, secrets: Iterable[bytes] = ()) -> Iterator[None]:
    """Map what goes wrong while a request is sent and its answer read.

    Args:
        endpoint: The registry on whose behalf it is sent.
        where: The host that is asked, made safe to show.
        secrets: What the client's own words must not repeat: they quote headers that cannot be read.

    Raises:
        Passing: If another attempt may help.
        RegistryProtocol: If the request cannot be sent.
    """
    try:
        yield
    except httpx.ConnectError as error:
        message = f"cannot connect to {where}: {_cause(error, secrets)}"
        raise Passing(
            RegistryUnreachable(message, hint=_connect_hint(endpoint, error)), silent=True
        ) from error
    except httpx.TimeoutException as error:
        message = f"{where} did not answer in time"
        raise Passing(RegistryUnreachable(message, hint=NEXT_RUN), silent=True) from error
    except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
        # the cause would quote the header that could not be sent, which may be a secret
        raise RegistryProtocol(f"{endpoint.host} led to a request that cannot be sent") from None
    except httpx.HTTPError as error:
        message = f"the connection to {where} broke: {_cause(error, secrets)}"
        hint = _or_tls(endpoint)
        # the cause would quote what could not be read, which may be an echo of a secret
        raise Passing(RegistryUnreachable(message, hint=hint), silent=True) from None


def spoke_plainly(endpoint: Endpoint, body: bytes) -> str:
    """How to mend it if a server with TLS complains that it was spoken to without; empty if it does not.

    Go, nginx and Apache each say so in their own words.
    """
    return _tls_hint(endpoint) if endpoint.plain and _PLAIN.search(body[:4096]) else ""


def _cause(error: Exception, secrets: Iterable[bytes]) -> str:
    text = without(secrets, str(error).encode("utf-8", "replace")).decode("utf-8", "replace")
    return clean(re.sub(r"\[Errno -?\d+\]\s*", "", text), 200) or "no reason given"


def _connect_hint(endpoint: Endpoint, error: Exception) -> str:
    text = str(error).lower()
    if "wrong_version_number" in text or "wrong version number" in text:
        wanted = f'{{"{endpoint.host}": {{plain-http: true}}}}'
        return f"it speaks plain HTTP: set registries: {wanted} in imagebot.yaml"
    for told, hint in _CERTIFICATES.items():
        if told in text:
            return hint.format(host=endpoint.host)
    return "check that the registry is up and the name is right"


def _or_tls(endpoint: Endpoint) -> str:
    """A server with TLS may break off when it is spoken to without, and say nothing."""
    return f"{NEXT_RUN}; {_tls_hint(endpoint)}" if _plain_by_settings(endpoint) else NEXT_RUN


def _tls_hint(endpoint: Endpoint) -> str:
    if _plain_by_settings(endpoint):
        return f'if it speaks TLS, take plain-http: true of "{endpoint.host}" out of imagebot.yaml'
    return "registries on this machine are spoken to without TLS: give it a port without, or another name"


def _plain_by_settings(endpoint: Endpoint) -> bool:
    return endpoint.plain and not is_loopback(hostname(endpoint.host))
