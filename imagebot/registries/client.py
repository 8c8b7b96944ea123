"""The registries of one cycle: every question is asked once, whoever asks it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from types import TracebackType
from typing import Self

from imagebot.errors import RegistryError, RegistryProtocol
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName, is_tag
from imagebot.registries.docker_config import Credentials
from imagebot.registries.hosts import Endpoint, endpoint
from imagebot.registries.http import READ_S, Http
from imagebot.registries.manifests import find_digest
from imagebot.registries.once import Once
from imagebot.registries.session import Session
from imagebot.registries.tags import list_tags
from imagebot.registries.tokens import Tokens
from imagebot.registries.trust import Authorities


class RegistryClient:
    """Implements ``Registries``: answers and failures are kept for the life of the client.

    Args:
        settings: How to speak to hosts.
        credentials: Who asks.
        read: Reads a file of the config repository, for ``ca`` paths that are relative.
        timeout_s: Seconds a host may be silent.
    """

    def __init__(
        self,
        settings: Mapping[str, RegistrySettings],
        credentials: Credentials,
        *,
        read: Callable[[str], bytes] | None = None,
        timeout_s: float = READ_S,
    ) -> None:
        self._settings = settings
        self._authorities = Authorities(read)
        self._http = Http(timeout_s=timeout_s)
        self._session = Session(self._http, Tokens(self._http), credentials)
        self._lock = Lock()
        self._tags: Once[ImageName, tuple[str, ...]] = Once(RegistryError)
        self._digests: Once[tuple[ImageName, str], str] = Once(RegistryError)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def tags(self, name: ImageName) -> tuple[str, ...]:
        """All tags of a repository."""
        return self._tags(name, lambda: list_tags(self._session, self._endpoint(name), name))

    def digest(self, name: ImageName, tag: str) -> str:
        """The digest that a tag points to now."""
        if not is_tag(tag):
            raise RegistryProtocol(f"{tag[:140]!r} is no tag")
        return self._digests((name, tag), lambda: find_digest(self._session, self._endpoint(name), name, tag))

    def _endpoint(self, name: ImageName) -> Endpoint:
        found = endpoint(name.host, self._settings)
        with self._lock:
            if not self._http.knows(found):
                self._http.prepare(found, self._authorities.of(found))
        return found
