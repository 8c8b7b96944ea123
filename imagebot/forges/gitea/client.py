"""Bounded HTTP to one Gitea: sizes counted, redirects on its own host only, reads sent again."""

from __future__ import annotations

import re
import time
import weakref
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx
import stamina

from imagebot import __version__
from imagebot.errors import ForgeDenied, ForgeError
from imagebot.forges.gitea.answer import Answer
from imagebot.forges.gitea.failures import Asked, limited, refused, unreachable
from imagebot.repository.authentication import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_S = 10.0
READ_S = 30.0
WRITE_S = 60.0
"""Seconds without a byte; a write runs hooks before it is answered."""

ANSWER_LIMIT = 32 * 1024 * 1024
"""Bytes of one answer: fifty pull requests with bodies of 200,000 characters each."""

ANSWER_S = 120.0
"""Seconds for a whole answer, so that one that trickles ends."""

ATTEMPTS = 3
REDIRECTS = 3
LONGEST_WAIT_S = 20.0
"""A server that asks to wait longer is left for the next run."""

stamina.instrumentation.set_on_retry_hooks([])  # it would log every retry with its error to stderr


class _Passing(Exception):  # noqa: N818 - steers the retries
    """A failure that may be gone at the next attempt."""

    def __init__(self, error: ForgeError) -> None:
        super().__init__(str(error))
        self.error = error


class Client:
    """Sends requests of one token to one server.

    Args:
        api: Base URL, such as ``https://git.example.com/api/v1``.
        token: Goes to this server alone, in the ``Authorization`` header.
        token_source: Where the token came from, for messages; never its value.
        polite: Wait where the server asks to; off only for a server on this machine.
    """

    def __init__(self, api: str, token: str, *, token_source: str, polite: bool = True) -> None:
        parts = urlsplit(api)
        self.api = api.rstrip("/")
        self.host = parts.netloc.rpartition("@")[2]
        self.token_source = token_source
        if not re.fullmatch("[!-~]+", token):
            raise ForgeDenied(
                f"the token from {token_source} holds characters that no token has",
                hint="set it again, without spaces and line breaks",
            )
        self._token = token
        self._pause: Callable[[float], None] = time.sleep if polite else lambda _: None
        self._http = httpx.Client(
            headers={
                "Authorization": f"token {token}",
                "Accept": "application/json",
                "User-Agent": f"imagebot/{__version__}",
                "Accept-Encoding": "identity",  # a compressed answer could be of any size
            },
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=parts.hostname not in LOOPBACK,  # a proxy cannot reach this machine's loopback
        )
        weakref.finalize(self, self._http.close)  # nobody closes a forge: its connections go with it

    def pause(self, seconds: float) -> None:
        """Wait, if this client is polite."""
        self._pause(seconds)

    def get(
        self,
        path: str,
        doing: str,
        *,
        query: Mapping[str, str | int] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """Read; again after a passing failure.

        Args:
            path: Below the API's base, quoted.
            doing: What is tried, for messages: "list pull requests".
            query: Parameters.
            also: Statuses that are answers too, beside those below 300.

        Raises:
            ForgeDenied: The token is refused, or what is asked for is not shown to it.
            ForgeError: Anything else.
        """
        asked = Asked("GET", f"{self.api}{path}", doing)
        request = self._http.build_request("GET", asked.url, params=dict(query or {}))
        try:
            for attempt in stamina.retry_context(on=_Passing, attempts=ATTEMPTS, timeout=None, wait_max=5.0):
                with attempt:
                    return self._judged(asked, self._followed(asked, request), also)
        except _Passing as failure:
            raise failure.error from failure.error.__cause__
        raise AssertionError("the retries end with an answer or an error")

    def write(
        self,
        method: str,
        path: str,
        doing: str,
        content: Mapping[str, object] | None = None,
        *,
        also: Collection[int] = (),
    ) -> Answer:
        """Send a write, once: one that was carried out although its answer was lost is not carried out twice.

        Raises:
            ForgeError: With the id ``forge-unreachable`` where nobody knows whether it was carried out.
        """
        asked = Asked(method, f"{self.api}{path}", doing)
        request = self._http.build_request(
            method, asked.url, json=None if content is None else dict(content), timeout=WRITE_S
        )
        try:
            return self._judged(asked, self._followed(asked, request), also)
        except _Passing as failure:
            raise failure.error from failure.error.__cause__

    def _followed(self, asked: Asked, request: httpx.Request) -> Answer:
        """The answer, where a renamed repository or a moved server leads to; never to another host."""
        for _ in range(REDIRECTS + 1):
            answer = self._once(asked, request)
            if answer.status not in {301, 302, 303, 307, 308}:
                return answer
            if request.method != "GET" and answer.status not in {307, 308}:
                break  # would turn into a GET
            request = self._redirected(asked, request, answer.headers.get("location", ""))
        raise ForgeError(
            f"cannot {asked.doing}: {self.host} sends the request elsewhere, and back or nowhere",
            hint="check the address in the `forge` settings",
            id="forge-redirect",
        )

    def _redirected(self, asked: Asked, request: httpx.Request, location: str) -> httpx.Request:
        try:
            target = urljoin(str(request.url), location)
            old, new = urlsplit(asked.url), urlsplit(target)
            same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
        except ValueError:
            same = False
        if not same or not location:
            raise ForgeError(
                f"cannot {asked.doing}: {self.host} sends it to another host, where the token does not go",
                hint="name the address it has now in the `forge` settings",
                id="forge-redirect",
            )
        return self._http.build_request(
            request.method, target, content=request.content, headers=_typed(request), timeout=WRITE_S
        )

    def _once(self, asked: Asked, request: httpx.Request) -> Answer:
        try:
            response = self._http.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, self._bounded(asked, response))
            finally:
                response.close()
        except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
            # the cause would quote the header that could not be sent
            raise ForgeError(f"cannot {asked.doing}: no such request can be sent to {self.host}") from None
        except httpx.HTTPError as error:
            raise _Passing(unreachable(asked, self.host, self._safe(str(error)))) from None

    def _bounded(self, asked: Asked, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise ForgeError(
                f"cannot {asked.doing}: {self.host} sent a compressed answer that nobody asked for"
            )
        parts, size, deadline = [], 0, time.monotonic() + ANSWER_S
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > ANSWER_LIMIT or time.monotonic() > deadline:
                raise ForgeError(
                    f"cannot {asked.doing}: the answer of {self.host} is over {ANSWER_LIMIT} bytes, "
                    f"or takes over {ANSWER_S:.0f} seconds",
                    id="forge-answer-too-large",
                )
            parts.append(chunk)
        return b"".join(parts)

    def _judged(self, asked: Asked, answer: Answer, also: Collection[int]) -> Answer:
        if answer.status < 300 or answer.status in also:
            return answer
        said = self._safe(answer.message())
        if answer.status == 429:
            error, wait_s = limited(asked, self.host, answer.headers, said)
            if wait_s <= LONGEST_WAIT_S:
                self._pause(wait_s)
                raise _Passing(error)
            raise error
        if answer.status >= 500:
            raise _Passing(unreachable(asked, self.host, f"it answered {answer.status}: {said}"))
        raise refused(asked, self.host, answer.status, said, self.token_source)

    def _safe(self, text: str) -> str:
        """A text of the server's, without the token: a gateway may echo what it was sent."""
        return text.replace(self._token, "…") if self._token else text


def _typed(request: httpx.Request) -> Mapping[str, str]:
    kind = request.headers.get("content-type")
    return {"Content-Type": kind} if kind else {}
