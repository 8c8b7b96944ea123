"""A write whose answer was lost: look whether it was carried out, rather than send it twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from imagebot.errors import ForgeError
from imagebot.forges.gitea.failures import UNREACHABLE

T = TypeVar("T")


def settled(write: Callable[[], T], carried_out: Callable[[], T | None]) -> T:
    """What a write gives, or what it is found to have done although its answer was lost.

    Args:
        write: Sends it.
        carried_out: Looks for its effect; None if there is none.

    Raises:
        ForgeError: The write was refused, or was not carried out.
    """
    try:
        return write()
    except ForgeError as error:
        found = carried_out() if error.id == UNREACHABLE else None
        if found is None:
            raise
        return found
