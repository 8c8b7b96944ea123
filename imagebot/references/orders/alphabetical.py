"""Texts by their characters: ``2024-01-15`` before ``2024-02``, ``B`` before ``a``, ``10`` before ``9``."""

from __future__ import annotations

from imagebot.references.orders.order import Key, Order, Reading


def read(text: str) -> Reading | None:
    """Every text but the empty one."""
    return Reading((text,)) if text else None


def further(text: str) -> Key:
    """One more text."""
    return (text,)


ORDER = Order("alphabetical", "an empty text", read, further)
