"""A question that a server may answer with "as before" (RFC 9110, section 13)."""

from __future__ import annotations

from collections.abc import Mapping

from imagebot.errors import RegistryProtocol
from imagebot.registries.answer import Answer
from imagebot.registries.cache import Cache, Kept


class Conditional:
    """One question, asked on the condition that its answer changed, by whoever asks.

    Args:
        cache: What was answered before.
        key: What tells the question from others: method and URL.
    """

    def __init__(self, cache: Cache, key: str) -> None:
        self._cache = cache
        self._key = key
        self._who = ""
        self._kept: Kept | None = None

    def conditions(self, who: str) -> Mapping[str, str]:
        """Headers for who asks; called again when credentials turn out to be needed."""
        self._who, self._kept = who, self._cache.answer(who, self._key)
        return self._kept.conditions() if self._kept else {}

    def before(self, answer: Answer) -> bytes | None:
        """What was made of the answer before, if the server says that it still holds."""
        if answer.status != 304:
            return None
        if self._kept is None:
            raise RegistryProtocol("the registry says that nothing changed to one who knows nothing")
        return self._kept.value

    def keep(self, answer: Answer, value: bytes) -> None:
        """Keep what was made of an answer, if the server gave something to ask by."""
        etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        self._cache.keep_answer(self._who, self._key, Kept(etag[:1024], modified[:128], value))
