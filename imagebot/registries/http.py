"""Bounded HTTP to registries: sizes counted, redirects refused, failures mapped to ours."""

from __future__ import annotations

import email.utils
import random
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import stamina

from imagebot import __version__
from imagebot.errors import ConfigError, RegistryLimited, RegistryProtocol, RegistryUnreachable
from imagebot.registries.hosts import Endpoint, hostname, is_loopback
from imagebot.untrusted import clean

CONNECT_S = 10.0
READ_S = 30.0
BODY_S = 60.0
"""A body that trickles never runs into the limit of one read."""

CONNECTIONS = 64
ATTEMPTS = 3
LONGEST_WAIT_S = 20.0
"""A host that asks to wait longer is left for the next run, so that it never delays the others."""

stamina.instrumentation.set_on_retry_hooks([])  # it would log every retry with its error to stderr

ERROR_BODY = 64 * 1024
HEADERS = {"User-Agent": f"imagebot/{__version__}", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read whole within its bound."""

    status: int
    headers: httpx.Headers
    body: bytes

    def message(self) -> str:
        """What the server says went wrong, made safe to show."""
        text = self.body[:ERROR_BODY].decode("utf-8", "replace")
        found = re.search(r'"message"\s*:\s*"((?:[^"\\]|\\.)*)"', text)
        return clean(found[1] if found else text, 200)


class _Again(Exception):  # noqa: N818 - steers the retries
    """Worth another attempt, perhaps after the time that the server asked for."""

    def __init__(self, error: Exception, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


class Http:
    """A pool of connections for each host; safe to use from several threads.

    Args:
        timeout_s: Seconds without a byte after which a server is given up.
        clock: Seconds that only grow.
    """

    def __init__(self, *, timeout_s: float = READ_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        self._clock = clock
        self._clients: dict[Endpoint, httpx.Client] = {}

    def close(self) -> None:
        """Give all connections back."""
        for client in self._clients.values():
            client.close()

    def knows(self, endpoint: Endpoint) -> bool:
        """Whether a host has its pool."""
        return endpoint in self._clients

    def prepare(self, endpoint: Endpoint, verify: ssl.SSLContext) -> None:
        """Make the pool of a host: its own, so that a host that hangs takes no connection from another.

        Raises:
            ConfigError: If the environment names a proxy that cannot be used.
        """
        try:
            self._clients[endpoint] = httpx.Client(
                timeout=self._timeout,
                limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                follow_redirects=False,
                verify=verify,
                # a proxy cannot reach this machine's loopback, and nothing else of the environment is wanted
                trust_env=not is_loopback(hostname(endpoint.host)),
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            raise ConfigError(
                f"the proxy that the environment names for {endpoint.host} cannot be used",
                hint="HTTP_PROXY, HTTPS_PROXY and ALL_PROXY take http:// and https:// addresses",
                id="environment-proxy",
            ) from None  # the address may hold a password

    def send(
        self,
        endpoint: Endpoint,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        limit: int,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request, again after a passing failure: every question here can be asked twice.

        Args:
            endpoint: The registry on whose behalf it is sent.
            method: GET, HEAD or POST.
            url: Absolute.
            headers: Beyond ``HEADERS``.
            limit: Most bytes of a body to read.
            form: Fields of a POST.

        Raises:
            RegistryUnreachable: No answer, or 5xx, after the retries.
            RegistryLimited: 429 after the retries, or with a longer wait than is waited for.
            RegistryProtocol: A body over the limit, or compressed although nobody asked; or no URL.
        """
        where = clean(urlsplit(url).netloc, 80)
        with _mapped(endpoint, where):
            request = httpx.Request(method, url, headers={**HEADERS, **headers}, data=form)
        try:
            for attempt in stamina.retry_context(
                on=_wait, attempts=ATTEMPTS, wait_initial=0.2, wait_max=LONGEST_WAIT_S
            ):
                with attempt:
                    return self._once(endpoint, request, where, limit)
        except _Again as again:
            raise again.error from again
        raise AssertionError("the retries end with an answer or an error")

    def _once(self, endpoint: Endpoint, request: httpx.Request, where: str, limit: int) -> Answer:
        with _mapped(endpoint, where):
            response = self._clients[endpoint].send(request, stream=True)
            try:
                body = self._bounded(response, where, limit)
            finally:
                response.close()
        answer = Answer(response.status_code, response.headers, body)
        if answer.status == 429:
            raise _Again(_limited(endpoint, answer), _retry_after(answer))
        if answer.status >= 500:
            message = f"{endpoint.host} answered {answer.status}: {answer.message() or 'no reason given'}"
            raise _Again(RegistryUnreachable(message, hint="the next run tries again"))
        return answer

    def _bounded(self, response: httpx.Response, where: str, limit: int) -> bytes:
        """The body, counted and timed while it arrives.

        Compressed bodies are refused: decoding could make any size of one small chunk.
        """
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise RegistryProtocol(f"{where} sent a compressed answer that nobody asked for")
        parts, size, deadline = [], 0, self._clock() + BODY_S
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > limit:
                raise RegistryProtocol(f"{where} sent an answer of more than {limit} bytes")
            if self._clock() > deadline:
                raise RegistryUnreachable(f"{where} did not finish its answer in {BODY_S:.0f} seconds")
            parts.append(chunk)
        return b"".join(parts)


def _wait(error: Exception) -> bool | float:
    """Whether to try again, and after how many seconds."""
    if not isinstance(error, _Again):
        return False
    if error.wait_s is None:
        return True
    return error.wait_s + random.uniform(0, 0.5) if error.wait_s <= LONGEST_WAIT_S else False  # noqa: S311 - jitter


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait: ``Retry-After`` as seconds or a date; a date that is past says nothing."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # an HTTP date is UTC, whatever zone is written beside it
    seconds = (when.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    return seconds if seconds > 0 else None


def _limited(endpoint: Endpoint, answer: Answer) -> RegistryLimited:
    return RegistryLimited(
        f"{endpoint.host} limits the rate: {answer.message() or 'no reason given'}",
        hint="the next run tries again; log in for a higher limit",
    )


@contextmanager
def _mapped(endpoint: Endpoint, where: str) -> Iterator[None]:
    """Turn the client's failures into ours, with the likely cause."""
    try:
        yield
    except httpx.ConnectError as error:
        raise _Again(
            RegistryUnreachable(
                f"cannot connect to {where}: {_cause(error)}", hint=_connect_hint(endpoint, error)
            )
        ) from error
    except httpx.TimeoutException as error:
        raise _Again(
            RegistryUnreachable(f"{where} did not answer in time", hint="the next run tries again")
        ) from error
    except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
        # the cause would quote the header that could not be sent, which may be a secret
        raise RegistryProtocol(f"{endpoint.host} led to a request that cannot be sent") from None
    except httpx.HTTPError as error:
        raise _Again(
            RegistryUnreachable(
                f"the connection to {where} broke: {_cause(error)}", hint="the next run tries again"
            )
        ) from error


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
