"""Charts of classic chart repositories: a file over HTTP that lists every version."""

from __future__ import annotations

import json

from imagebot.errors import RegistryError, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from imagebot.registries.charts import Index, chart_name, index_url, read_index
from imagebot.registries.conditional import Conditional
from imagebot.registries.hosts import Endpoint
from imagebot.registries.once import Once
from imagebot.registries.session import Question, Session
from imagebot.untrusted import clean

INDEX_BYTES = 64 * 1024 * 1024


class ChartRepositories:
    """Indexes, each fetched and parsed once in the life of this object; safe to use from several threads.

    Args:
        session: Sends the questions; credentials go to the repository's own host alone.
        cache: What was read before, if a server says that it still holds.
    """

    def __init__(self, session: Session, cache: Cache) -> None:
        self._session = session
        self._cache = cache
        self._indexes: Once[str, Index] = Once(RegistryError)

    def versions(self, endpoint: Endpoint, name: ImageName) -> tuple[str, ...]:
        """The versions of a chart that can be used.

        Raises:
            RegistryError: If the index cannot be had, or does not list the chart.
        """
        return tuple(self._versions(endpoint, name))

    def digest(self, endpoint: Endpoint, name: ImageName, version: str) -> str:
        """The digest of a version's archive, as the index says it; empty where it says none.

        Raises:
            RegistryError: If the index cannot be had, or does not list the version.
        """
        versions = self._versions(endpoint, name)
        if version not in versions:
            raise RegistryNotFound(f"{index_url(name)} lists no version {clean(version, 80)}")
        return versions[version] or ""

    def _versions(self, endpoint: Endpoint, name: ImageName) -> dict[str, str | None]:
        index = self._indexes(index_url(name), lambda: self._read(endpoint, name))
        chart = chart_name(name)
        if chart not in index:
            hint = "check the chart's name and the repository's address"
            raise RegistryNotFound(f"{index_url(name)} lists no chart {clean(chart, 80)!r}", hint=hint)
        return dict(index[chart])

    def _read(self, endpoint: Endpoint, name: ImageName) -> Index:
        url = index_url(name)
        known = Conditional(self._cache, f"GET {url}", _unpacked)
        question = Question(
            endpoint, name, "GET", url, {}, INDEX_BYTES, url, conditions=known.conditions, abroad=True
        )
        answer = self._session.send(question)
        if (before := known.before(answer)) is not None:
            return before
        if answer.status != 200:
            raise RegistryProtocol(f"{endpoint.host} answered {answer.status} for {url}")
        try:
            index = read_index(answer.body)
        except RegistryProtocol as error:
            raise RegistryProtocol(f"{url}: {error.message}", hint=error.hint) from error
        known.keep(answer, lambda: json.dumps(index).encode())
        return index


def _unpacked(packed: bytes) -> Index:
    """An index that was kept; a ValueError if it is none."""
    index: Index = json.loads(packed)
    charts = list(index.values()) if isinstance(index, dict) else [None]
    if not all(isinstance(versions, dict) for versions in charts):
        raise ValueError
    if not all(
        isinstance(digest, str | None) for versions in charts if versions for digest in versions.values()
    ):
        raise ValueError
    return index
