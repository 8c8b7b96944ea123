"""The HTTP session below python-gitlab: bounded waits, bounded answers."""

from __future__ import annotations

from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError

if TYPE_CHECKING:
    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

LONGEST_WAIT_S = 120.0
"""A limit can be far from its end; a run rather fails and the next one goes on."""

ANSWER_LIMIT = 128 * 1024 * 1024
"""Bytes of one answer: a page of 100 descriptions of a million characters each, and some more."""

_GATEWAY = frozenset({502, 503, 504})
_SENT_AGAIN = frozenset({"GET", "HEAD", "PUT"})
"""Never POST: what was carried out although its answer was lost would be carried out twice."""


class AnswerTooLarge(requests.RequestException):
    """An answer goes over the bound."""


def open_session(*, polite: bool) -> requests.Session:
    """A session that sends again what may be sent again.

    Args:
        polite: Wait longer from try to try; off only for a server on this machine.
    """
    session = requests.Session()
    adapter = _BoundedAdapter(max_retries=_retry(polite=polite))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _retry(*, polite: bool) -> Retry:
    return _BoundedRetry(
        total=3 if polite else 1,
        backoff_factor=1 if polite else 0,
        status_forcelist=_GATEWAY,
        allowed_methods=_SENT_AGAIN,
        redirect=False,
        raise_on_status=False,
    )


class _BoundedRetry(Retry):
    """Waits as long as the server says, but not for ever."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002 - urllib3's
        """Whether to send again; what was refused by a rate limit was not carried out, whatever it was."""
        return status_code == 429 or super().is_retry(method, status_code, has_retry_after)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Count a try; give up where the wait would be too long, so that the answer itself is handed on."""
        if response is not None and _pool is not None and self._wait(response) > LONGEST_WAIT_S:
            raise MaxRetryError(_pool, url or "", ResponseError("the wait would be too long"))
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def _wait(self, response: BaseHTTPResponse) -> float:
        try:
            return self.get_retry_after(response) or 0.0
        except InvalidHeader:
            return LONGEST_WAIT_S + 1


class _BoundedAdapter(HTTPAdapter):
    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Read the whole answer, up to the bound."""
        response = super().build_response(req, resp)
        content = resp.read(ANSWER_LIMIT + 1, decode_content=True)
        if len(content) > ANSWER_LIMIT:
            resp.close()
            raise AnswerTooLarge(request=req)
        resp.release_conn()
        response.raw = BytesIO(content)
        return response
