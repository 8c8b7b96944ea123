"""When a request to GitHub is sent again, and after which pause.

PyGithub's own retries sleep as long as a header says, send a POST twice whose answer was lost, and a PATCH
never; so they are off, and these take their place.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import requests
from github import GithubException

from imagebot.forges.github.errors import Failure, is_limited, is_lost, words

LONGEST_WAIT_S = 120.0
"""A primary limit can be an hour away; a run rather fails and the next one goes on."""

SECONDARY_WAIT_S = 60.0
"""What GitHub asks for where it names no time."""

PAUSES_S = (1.0, 2.0, 4.0)
"""Before a request is sent again whose answer was lost, or that GitHub was not ready for yet."""

NOT_YET = re.compile(
    r"Could not resolve to a node|Tree SHA does not exist|Reference update failed|Object does not exist"
    r"|Base branch was modified|field head invalid|head invalid|No commits between",
    re.IGNORECASE,
)
"""What GitHub says for a moment of what was written a moment ago."""

_REFUSED = frozenset({400, 405, 409, 422})
"""Statuses that such words come with; 400 stands for GraphQL."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Patience:
    """Sends requests, again where that is right.

    Attributes:
        wait: Sleeps, in seconds.
        now: Seconds since the epoch.
    """

    wait: Callable[[float], None]
    now: Callable[[], float]

    def send(self, request: Callable[[], Answer], *, again: bool) -> Answer:
        """Send a request, and again after a limit, or when GitHub is not ready for it yet.

        Args:
            request: Raises what PyGithub raises.
            again: Whether to send it again if its answer was lost: where doing it twice is doing it once.

        Raises:
            GithubException: What GitHub said last.
            RequestException: There was no answer.
        """
        for pause in PAUSES_S:
            try:
                return request()
            except (GithubException, requests.RequestException) as error:
                after = self._pause(error, pause, again=again)
                if after is None:
                    raise
            self.wait(after)
        return request()

    def _pause(self, error: Failure, pause: float, *, again: bool) -> float | None:
        if is_lost(error):
            return pause if again else None
        if not isinstance(error, GithubException):  # pragma: no cover - what is no answer is lost
            return None
        if is_limited(error):
            after = self._until_reset(error)
            return after if after <= LONGEST_WAIT_S else None
        return pause if error.status in _REFUSED and NOT_YET.search(words(error)) else None

    def _until_reset(self, error: GithubException) -> float:
        headers = error.headers or {}
        if (after := headers.get("retry-after", "")).isdecimal():
            return float(after)
        reset = headers.get("x-ratelimit-reset", "")
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return max(float(reset) - self.now(), 0) + 1
        return SECONDARY_WAIT_S
