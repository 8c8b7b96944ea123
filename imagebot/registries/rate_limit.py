"""What a server says is left of its rate limit.

Sources: https://docs.docker.com/docker-hub/usage/pulls/ (``ratelimit-remaining: 76;w=21600``), and the
``X-RateLimit-*`` headers of web APIs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_VALUE = re.compile(r"([0-9]{1,9})(?:\s*;\s*w=([0-9]{1,9}))?")
_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A budget of requests.

    Attributes:
        limit: Requests of one window; None if the server does not say.
        remaining: Requests that are left.
        window_s: Seconds of a window; None if the server does not say.
    """

    limit: int | None
    remaining: int
    window_s: int | None = None

    @property
    def nearly_used(self) -> bool:
        """Whether a tenth or less is left: what can be done without is left for later."""
        return bool(self.limit) and self.remaining <= (self.limit or 0) * _SHARE  # a limit of 0 is none

    def __str__(self) -> str:
        of = f" of {self.limit}" if self.limit is not None else ""
        window = f" in {_span(self.window_s)}" if self.window_s else ""
        return f"{self.remaining}{of} requests left{window}"


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """The budget that an answer tells of, or None."""
    for prefix in ("ratelimit", "x-ratelimit"):
        remaining = _VALUE.match(headers.get(f"{prefix}-remaining", "").strip())
        if remaining:
            limit = _VALUE.match(headers.get(f"{prefix}-limit", "").strip())
            window = remaining[2] or (limit[2] if limit else None)
            return RateLimit(
                int(limit[1]) if limit else None, int(remaining[1]), int(window) if window else None
            )
    return None


def _span(seconds: int) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
