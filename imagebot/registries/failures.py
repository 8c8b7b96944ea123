"""Turn the HTTP client's failures into ours, with the likely cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from imagebot.errors import RegistryError, RegistryProtocol, RegistryUnreachable
from imagebot.registries.hosts import Endpoint
from imagebot.untrusted import clean

NEXT_RUN = "the next run tries again"


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
def mapped(endpoint: Endpoint, where: str) -> Iterator[None]:
    """Map what goes wrong while a request is sent and its answer read.

    Args:
        endpoint: The registry on whose behalf it is sent.
        where: The host that is asked, made safe to show.

    Raises:
        Passing: If another attempt may help.
        RegistryProtocol: If the request cannot be sent.
    """
    try:
        yield
    except httpx.ConnectError as error:
        message = f"cannot connect to {where}: {_cause(error)}"
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
        message = f"the connection to {where} broke: {_cause(error)}"
        raise Passing(RegistryUnreachable(message, hint=NEXT_RUN), silent=True) from error


def _cause(error: Exception) -> str:
    return clean(re.sub(r"\[Errno -?\d+\]\s*", "", str(error)), 200) or "no reason given"


def _connect_hint(endpoint: Endpoint, error: Exception) -> str:
    text = str(error).lower()
    if "wrong_version_number" in text or "wrong version number" in text:
        wanted = f'{{"{endpoint.host}": {{plain-http: true}}}}'
        return f"it speaks plain HTTP: set registries: {wanted} in imagebot.yaml"
    if "certificate" in text:
        return f'set registries: {{"{endpoint.host}": {{ca: FILE}}}} in imagebot.yaml'
    return "check that the registry is up and the name is right"
