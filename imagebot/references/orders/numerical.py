"""Whole numbers of any length, and decimals: compared by value, never rounded."""

from __future__ import annotations

import re
from decimal import Decimal

from imagebot.references.orders.order import Key, Order, Reading

_NUMBER = re.compile(r"[0-9]{1,128}(?:\.[0-9]{1,128})?")


def read(text: str) -> Reading | None:
    """``1718006400``, ``007``, ``1.10`` (which is the number 1.1)."""
    key = further(text)
    return Reading(key) if key else None


def further(text: str) -> Key | None:
    """One more number."""
    if not _NUMBER.fullmatch(text):
        return None
    return (Decimal(text) if "." in text else int(text),)


ORDER = Order("numerical", "not a number", read, further)
