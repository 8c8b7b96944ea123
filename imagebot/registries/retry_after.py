"""How long a server asks to be left alone, in every form that has been seen.

Sources: RFC 9110, section 10.2.3 (``Retry-After``); Docker Hub's web API (``X-Retry-After``, a unix time);
GHCR, which writes ``retry-after: 985.86µs`` into the body.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime

SHORTEST_S = 1.0
"""A wait of microseconds is a bucket that other clients empty too."""

_BODY_S = {
    "ns": 1e-9,
    "us": 1e-6,
    "\u00b5s": 1e-6,  # Go writes the micro sign; others write the Greek letter
    "\u03bcs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,12})?"
_UNIT = "|".join(_BODY_S)
_PART = re.compile(rf"({_NUMBER})({_UNIT})")  # as Go writes them; in any case, "\u017f" would be an "s" too
_IN_BODY = re.compile(rf"(?i:retry-after):?\s*((?:{_NUMBER}(?:{_UNIT}))+)")


def wait_s(headers: Mapping[str, str], body: str, now: datetime) -> float | None:
    """Seconds to wait, at least one; None if the answer does not say.

    Args:
        headers: Of the answer; names in any case if the mapping does not mind.
        body: The answer's text.
        now: The time, with zone. A date in the past says nothing.
    """
    for seconds in (
        _header(headers.get("retry-after", "").strip(), now),
        _unix(headers.get("x-retry-after", "").strip(), now),
        _body(body),
    ):
        if seconds is not None:
            return max(seconds, SHORTEST_S)
    return None


def _header(text: str, now: datetime) -> float | None:
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # an HTTP date is UTC, whatever zone is written beside it
    seconds = (when.replace(tzinfo=UTC) - now).total_seconds()
    return seconds if seconds > 0 else None


def _unix(text: str, now: datetime) -> float | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    seconds = float(text[:12]) - now.timestamp()
    return seconds if seconds > 0 else None


def _body(body: str) -> float | None:
    """A duration as Go prints it, such as ``985.86µs`` or ``1m3.5s``."""
    found = _IN_BODY.search(body)
    if found is None:
        return None
    return sum(float(number) * _BODY_S[unit] for number, unit in _PART.findall(found[1]))
