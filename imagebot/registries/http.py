"""Bounded, polite HTTP to registries: sizes counted, turns taken, redirects refused, failures named."""

from __future__ import annotations

import ssl
from collections import defaultdict
from collections.abc import Mapping
from threading import Lock
from urllib.parse import urlsplit

import httpx
import stamina

from imagebot import __version__
from imagebot.errors import (
    ConfigError,
    RegistryError,
    RegistryLimited,
    RegistryProtocol,
    RegistryUnreachable,
)
from imagebot.registries.answer import Answer
from imagebot.registries.circuit import Circuit
from imagebot.registries.clock import Clock
from imagebot.registries.confided import Confided
from imagebot.registries.cookieless import CookielessClient
from imagebot.registries.exchange import Exchange
from imagebot.registries.failures import NEXT_RUN, Passing, mapped, spoke_plainly
from imagebot.registries.hosts import Endpoint, hostname, is_loopback
from imagebot.registries.manners import KNOWN, Manners, Turns
from imagebot.registries.rate_limit import RateLimit, rate_limit
from imagebot.registries.retry_after import wait_s
from imagebot.registries.server_clock import ahead_s
from imagebot.untrusted import clean

CONNECT_S = 10.0
READ_S = 30.0
BODY_S = 60.0
"""A body that trickles never runs into the limit of one read."""

CONNECTIONS = 64
WARNINGS = 10
"""Texts of one host that are shown: a server may warn in another text each time."""

ATTEMPTS = 3
IDEMPOTENT = frozenset({"GET", "HEAD"})

stamina.instrumentation.set_on_retry_hooks([])  # it would log every retry with its error to stderr

HEADERS = {"User-Agent": f"imagebot/{__version__}", "Accept-Encoding": "identity"}


class _Host:
    """What is known of one server that is asked."""

    def __init__(self, manners: Manners, clock: Clock) -> None:
        self.circuit = Circuit(clock)
        self.turns = Turns(manners, clock)
        self.limit: RateLimit | None = None
        self.ahead_s: float | None = None
        self.hint = NEXT_RUN


class Http:
    """A pool of connections for each registry; safe to use from several threads.

    Args:
        timeout_s: Seconds without a byte after which a server is given up.
        clock: Tells the time, and waits.
        manners: How servers can be asked, by host and port; those of ``KNOWN`` else.
    """

    def __init__(
        self,
        *,
        timeout_s: float = READ_S,
        clock: Clock | None = None,
        manners: Mapping[str, Manners] | None = None,
    ) -> None:
        self._timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        self._clock = clock or Clock()
        self._manners = {**KNOWN, **(manners or {})}
        self._lock = Lock()
        self._clients: dict[Endpoint, httpx.Client] = {}
        self._hosts: dict[str, _Host] = {}
        self._confided = Confided()
        self._warned: defaultdict[str, set[str]] = defaultdict(set)

    def close(self) -> None:
        """Give all connections back."""
        for client in list(self._clients.values()):
            client.close()

    def knows(self, endpoint: Endpoint) -> bool:
        """Whether a registry has its pool."""
        return endpoint in self._clients

    def prepare(self, endpoint: Endpoint, verify: ssl.SSLContext) -> None:
        """Make the pool of a registry: its own, so that one that hangs takes no connection from another.

        Raises:
            ConfigError: If the environment names a proxy that cannot be used.
        """
        try:
            self._clients[endpoint] = CookielessClient(
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

    def limit(self, endpoint: Endpoint) -> RateLimit | None:
        """What a registry last said is left of its rate limit."""
        known = self._hosts.get(urlsplit(endpoint.base).netloc)
        return known.limit if known else None

    def ahead_s(self, endpoint: Endpoint) -> float | None:
        """Seconds that a registry's clock was ahead of this machine's at its last answer; None if unknown."""
        known = self._hosts.get(urlsplit(endpoint.base).netloc)
        return known.ahead_s if known else None

    def warnings(self) -> Mapping[str, frozenset[str]]:
        """What registries warned of (``Warning: 299``), by host: to be shown, never obeyed."""
        return {host: frozenset(texts) for host, texts in list(self._warned.items())}

    def send(
        self,
        endpoint: Endpoint,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        limit: int,
        form: Mapping[str, str] | None = None,
        echo: bool = False,
    ) -> Answer:
        """Send a request; a GET or HEAD again after a passing failure.

        Args:
            endpoint: The registry on whose behalf it is sent.
            method: GET, HEAD or POST.
            url: Absolute.
            headers: Beyond ``HEADERS``.
            limit: Most bytes of a body to read.
            form: Fields of a POST, whose answer may be an ``echo``.
            echo: Whether a good answer may repeat what was told in confidence; then nobody shows it.

        Raises:
            RegistryUnreachable: No answer, or 5xx, after the retries; or a host that is left alone because
                it gave none to others.
            RegistryLimited: 429 after the retries, or with a longer wait than is waited for.
            RegistryProtocol: A body over the limit, compressed although nobody asked, or with our secrets in
                it; no URL; or plain HTTP to a server with TLS.
        """
        where = clean(urlsplit(url).netloc, 80)
        host = self._host(urlsplit(url).netloc)
        with mapped(endpoint, where):
            request = httpx.Request(method, url, headers={**HEADERS, **headers}, data=form)
        secrets = self._confided.tell(endpoint, request.headers.get("authorization", ""), form)
        exchange = Exchange(endpoint, request, where, limit, secrets, echo=echo or form is not None)
        try:
            for attempt in stamina.retry_context(
                on=Passing,
                attempts=ATTEMPTS if method in IDEMPOTENT else 1,
                timeout=None,  # the attempts are counted, and each has limits of its own
                wait_initial=0.2,
                wait_max=10.0,
            ):
                with attempt:
                    return _judged(self._clock, host, exchange, self._in_turn(host, exchange))
        except Passing as failure:
            raise failure.error from failure
        raise AssertionError("the retries end with an answer or an error")

    def _host(self, netloc: str) -> _Host:
        with self._lock:
            if netloc not in self._hosts:
                self._hosts[netloc] = _Host(self._manners.get(netloc, Manners()), self._clock)
            return self._hosts[netloc]

    def _in_turn(self, host: _Host, exchange: Exchange) -> Answer:
        with host.turns.turn():
            if why := host.circuit.refusal():
                raise RegistryUnreachable(why, hint=host.hint)
            try:
                answer = exchange.shown(self._once(exchange))
            except Passing as failure:
                if failure.silent:
                    host.hint = failure.error.hint
                    host.circuit.failed(f"{failure.error.message}; it is left alone for a while")
                raise
            except RegistryProtocol:
                host.circuit.answered()  # badly, but it is there
                raise
        host.circuit.answered()
        host.limit = rate_limit(answer.headers) or host.limit
        host.ahead_s = ahead_s(answer.headers, self._clock.now())
        for text in answer.headers.get_list("warning"):
            if text.startswith("299"):
                self._warn(exchange.where, clean(text[3:].strip(' -"'), 200))
        return answer

    def _warn(self, where: str, text: str) -> None:
        with self._lock:
            if len(self._warned[where]) < WARNINGS:
                self._warned[where].add(text)

    def _once(self, exchange: Exchange) -> Answer:
        with mapped(exchange.endpoint, exchange.where, exchange.secrets):
            response = self._clients[exchange.endpoint].send(exchange.request, stream=True)
            try:
                body = self._bounded(response, exchange.where, exchange.limit)
                return Answer(response.status_code, response.headers, body)
            finally:
                response.close()

    def _bounded(self, response: httpx.Response, where: str, limit: int) -> bytes:
        """The body, counted and timed while it arrives.

        Compressed bodies are refused: decoding could make any size of one small chunk.
        """
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise RegistryProtocol(f"{where} sent a compressed answer that nobody asked for")
        parts, size, deadline = [], 0, self._clock.seconds() + BODY_S
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > limit:
                raise RegistryProtocol(f"{where} sent an answer of more than {limit} bytes")
            if self._clock.seconds() > deadline:
                raise RegistryUnreachable(f"{where} did not finish its answer in {BODY_S:.0f} seconds")
            parts.append(chunk)
        return b"".join(parts)


def _judged(clock: Clock, host: _Host, exchange: Exchange, answer: Answer) -> Answer:
    """An answer, unless it says to come back later, or in another way."""
    where = exchange.where
    if answer.status == 429:
        error = _limited(where, answer)
        # a wait that was asked for counts for every thread; without one the retries' own waits do
        if seconds := wait_s(answer.headers, answer.body[:4096].decode("utf-8", "replace"), clock.now()):
            host.turns.close(seconds, error.message)
        raise Passing(error)
    if answer.status >= 500 and answer.status != 501:  # 501 is for ever
        message = f"{where} answered {answer.status}: {answer.message() or 'no reason given'}"
        raise Passing(RegistryUnreachable(message, hint=NEXT_RUN))
    if answer.status == 400 and (hint := spoke_plainly(exchange.endpoint, answer.body)):
        raise RegistryProtocol(f"{where} answered 400: {answer.message()}", hint=hint)
    return answer


def _limited(where: str, answer: Answer) -> RegistryError:
    return RegistryLimited(
        f"{where} limits the rate: {answer.message() or 'no reason given'}",
        hint=f"{NEXT_RUN}; log in for a higher limit",
    )
