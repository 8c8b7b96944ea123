"""A response, read whole within its bound."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from imagebot.untrusted import clean

ERROR_BODY = 64 * 1024


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
