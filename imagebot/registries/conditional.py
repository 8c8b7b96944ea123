"""A question that a server may answer with "as before" (RFC 9110, section 13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from imagebot.errors import RegistryProtocol
from imagebot.registries.answer import Answer
from imagebot.registries.cache import Cache, Kept
from imagebot.untrusted import clean

Value = TypeVar("Value")

SETTLED = timedelta(minutes=1)
"""How long before the answer something must have changed last: in one second it may change twice."""


class Conditional(Generic[Value]):
    """One question, asked on the condition that its answer changed, by whoever asks.

    Args:
        cache: What was answered before.
        key: What tells the question from others: method and URL.
        unpack: Makes of what was kept what it was; a ``ValueError`` if it is junk, which is then not used.
        by_date: Whether ``Last-Modified`` can tell answers apart: a tag that moves back has an older one.
    """

    def __init__(
        self, cache: Cache, key: str, unpack: Callable[[bytes], Value], *, by_date: bool = True
    ) -> None:
        self._cache = cache
        self._key = key
        self._unpack = unpack
        self._by_date = by_date
        self._who = ""
        self._before: Value | None = None

    def conditions(self, who: str) -> Mapping[str, str]:
        """Headers for who asks; called again when credentials turn out to be needed."""
        self._who, self._before = who, None
        kept = self._cache.answer(who, self._key)
        if kept is None:
            return {}
        try:
            self._before = self._unpack(kept.value)
        except (ValueError, RecursionError):
            return {}
        return kept.conditions()

    def before(self, answer: Answer) -> Value | None:
        """What was made of the answer before, if the server says that it still holds.

        Raises:
            RegistryProtocol: If it says so of nothing.
        """
        if answer.status != 304:
            return None
        if self._before is None:
            asked = clean(self._key.partition("?")[0], 200)
            raise RegistryProtocol(f"{asked} is answered as unchanged, to one who knows nothing of it")
        return self._before

    def keep(self, answer: Answer, pack: Callable[[], bytes]) -> None:
        """Keep what was made of an answer, if the server gave something to ask by: for lists few do."""
        etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        validators = Kept(etag, modified if self._by_date and modified and _is_settled(answer) else "", b"")
        if validators.conditions():
            self._cache.keep_answer(self._who, self._key, replace(validators, value=pack()))


def _is_settled(answer: Answer) -> bool:
    """Whether ``Last-Modified`` can tell this answer from the next (RFC 9110, section 8.8.2.2)."""
    try:
        changed, answered = (
            # an HTTP date is UTC, whatever zone is written beside it
            parsedate_to_datetime(answer.headers.get(name, "")).replace(tzinfo=UTC)
            for name in ("last-modified", "date")
        )
    except (ValueError, OverflowError):
        return False
    return answered - changed >= SETTLED
