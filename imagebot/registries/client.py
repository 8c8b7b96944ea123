"""The registries of one cycle: every question is asked once, whoever asks it again."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

from imagebot.errors import ConfigError, ImagebotError, RegistryError, RegistryProtocol
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName, is_tag
from imagebot.registries.docker_config import Credentials
from imagebot.registries.hosts import Endpoint, endpoint
from imagebot.registries.http import READ_S, Http
from imagebot.registries.manifests import find_digest
from imagebot.registries.session import Session
from imagebot.registries.tags import list_tags
from imagebot.registries.tokens import Tokens
from imagebot.untrusted import clean

Answer = TypeVar("Answer", bound=str | tuple[str, ...])


class RegistryClient:
    """Implements ``Registries``: answers and failures are kept for the life of the client.

    Args:
        settings: How to speak to hosts.
        credentials: Who asks.
        read: Reads a file of the config repository, for ``ca`` paths that are relative.
        timeout_s: Seconds a host may take for one answer.
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
        self._read = read
        self._http = Http(timeout_s=timeout_s)
        self._session = Session(self._http, Tokens(self._http), credentials)
        self._lock = Lock()
        self._locks: dict[Hashable, Lock] = {}
        self._answers: dict[Hashable, str | tuple[str, ...] | RegistryError] = {}

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
        return self._once(("tags", name), lambda: list_tags(self._session, self._endpoint(name), name))

    def digest(self, name: ImageName, tag: str) -> str:
        """The digest that a tag points to now."""
        if not is_tag(tag):
            raise RegistryProtocol(f"{tag[:140]!r} is no tag")
        return self._once(
            ("digest", name, tag),
            lambda: find_digest(self._session, self._endpoint(name), name, tag),
        )

    def _endpoint(self, name: ImageName) -> Endpoint:
        found = endpoint(name.host, self._settings)
        with self._lock:
            self._http.prepare(found, self._trust(found))
        return found

    def _trust(self, found: Endpoint) -> ssl.SSLContext | None:
        """The system's authorities and the one of the settings; None where the settings name none."""
        if found.ca is None:
            return None
        try:
            if self._read is None or Path(found.ca).is_absolute():
                certificates = Path(found.ca).read_bytes()
            else:
                certificates = self._read(found.ca)
            trust = ssl.create_default_context()
            trust.load_verify_locations(cadata=certificates.decode("ascii"))
        except (OSError, ValueError, ImagebotError) as error:
            raise ConfigError(
                f"cannot use the certificate authority of {found.host}: {clean(found.ca)}",
                hint="registries.<host>.ca is a PEM file, relative to the root of the repository",
                id="settings-ca",
            ) from error
        return trust

    def _once(self, question: Hashable, ask: Callable[[], Answer]) -> Answer:
        """Ask once; a second thread with the same question waits for the first one's answer."""
        with self._lock:
            lock = self._locks.setdefault(question, Lock())
        with lock:
            if question not in self._answers:
                try:
                    self._answers[question] = ask()
                except RegistryError as error:
                    self._answers[question] = error
            answer = self._answers[question]
        if isinstance(answer, RegistryError):
            raise answer
        return answer  # type: ignore[return-value] # the question's first word tells the type
