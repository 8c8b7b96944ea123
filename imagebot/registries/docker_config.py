"""Registry credentials from Docker's configuration file, entry by entry.

docker-py's own loader gives up the whole file for one bad entry and knows neither ``username`` with
``password`` nor keys with a path; so the file is read here, and docker-py speaks the protocol of
credential helpers.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagebot.errors import ConfigError
from imagebot.references.image import ImageName
from imagebot.registries.helpers import HelperFailed, ask_helper
from imagebot.registries.hosts import DOCKER_HUB
from imagebot.registries.once import Once

HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io")
IDENTITY_USER = "<token>"
"""User name with which a helper marks its secret as an identity token."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a host is told about who asks; secrets never show in a repr.

    Attributes:
        source: Where it came from, for messages.

    Raises:
        ValueError: If no header can carry a value; without the value.
    """

    source: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        text = self.username + self.password + self.identity_token
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError("a value is no text")
        if not (self.registry_token.isascii() and self.registry_token.isprintable()):
            raise ValueError("`registrytoken` holds characters that no token has")


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a look-up: a credential, or why there is none."""

    credential: Credential | None
    reason: str


class Credentials:
    """The credentials of one configuration file.

    Args:
        content: The parsed file. A helper that it names is asked once for each server.
        source: Its path, for messages.
    """

    def __init__(self, content: Mapping[str, Any], source: str) -> None:
        self._content = content
        self._source = source
        self._helped: Once[tuple[str, str], tuple[str, str] | None] = Once(HelperFailed)

    @classmethod
    def load(cls, path: Path | None, *, environ: Mapping[str, str], home: Path) -> Credentials:
        """Read the configuration file.

        Args:
            path: A file that was named; it must exist.
            environ: Environment; ``DOCKER_CONFIG`` names a folder.
            home: Home folder, for the default ``.docker/config.json``.

        Raises:
            ConfigError: If a named file is missing, or the file is no JSON object.
        """
        folder = Path(environ["DOCKER_CONFIG"]) if environ.get("DOCKER_CONFIG") else home / ".docker"
        file = path or folder / "config.json"
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            if path is None:  # nobody asked for this file: without it, imagebot is anonymous and says why
                missing = isinstance(error, FileNotFoundError | NotADirectoryError)
                return cls({}, str(file) if missing else f"{file}, which cannot be read: {error.strerror}")
            raise ConfigError(
                f"cannot read registry credentials from {file}: {error.strerror}",
                id="docker-config",
            ) from error
        except (ValueError, RecursionError) as error:
            raise _broken(file) from error
        if not isinstance(content, dict):
            raise _broken(file)
        return cls(content, str(file))

    def find(self, name: ImageName) -> Found:
        """The credential for a repository: the most specific key, then the host's helper, then its store.

        A key with a path counts for repositories below that path only.
        """
        problems: list[str] = []
        for candidate in self._candidates(name, problems):
            return Found(candidate, f"credentials from {candidate.source}")
        note = f" ({'; '.join(problems)})" if problems else ""
        return Found(None, f"no credentials for {name.host} in {self._source}{note}")

    def _candidates(self, name: ImageName, problems: list[str]) -> Iterator[Credential]:
        helpers, entries = _mapping(self._content, "credHelpers"), self._entries()
        for key in _keys(name):
            if isinstance(helper := helpers.get(key), str):
                yield from self._ask(helper, key, "credHelpers", problems)
        for key in _keys(name):
            for written, entry in entries.get(key, ()):
                source = f"{self._source}, auths[{written!r}]"
                try:
                    credential = _credential(entry, source)
                except ValueError as error:
                    problems.append(f"the entry {written!r} is unusable: {error}")
                    continue
                if credential:
                    yield credential
        if isinstance(store := self._content.get("credsStore"), str):
            for key in HUB_KEYS[:1] if name.host == DOCKER_HUB else (name.host,):
                yield from self._ask(store, key, "credsStore", problems)

    def _entries(self) -> dict[str, list[tuple[str, Any]]]:
        """Entries by normalised key: scheme, ``/v1/`` and ``/v2/`` are dropped."""
        found: dict[str, list[tuple[str, Any]]] = {}
        for written, entry in _mapping(self._content, "auths").items():
            key = written.partition("://")[2] or written
            key = key.rstrip("/").removesuffix("/v1").removesuffix("/v2")
            found.setdefault(key, []).append((written, entry))
        return found

    def _ask(self, helper: str, key: str, where: str, problems: list[str]) -> Iterator[Credential]:
        try:
            answer = self._helped((helper, key), lambda: ask_helper(helper, key))
        except HelperFailed as error:
            problems.append(str(error))
            return
        if answer is None:
            return
        source = f"{self._source}, {where}: docker-credential-{helper}"
        username, secret = answer
        try:
            if username == IDENTITY_USER:
                yield Credential(source, identity_token=secret)
            else:
                yield Credential(source, username=username, password=secret)
        except ValueError as error:
            problems.append(f"docker-credential-{helper} gave no credential: {error}")


def _keys(name: ImageName) -> list[str]:
    """Keys from the most specific to the host; Docker Hub's own spellings last."""
    parts = name.path.split("/")
    below = ["/".join([name.host, *parts[:depth]]) for depth in range(len(parts), 0, -1)]
    hosts = [key.partition("://")[2].rstrip("/").removesuffix("/v1") or key for key in HUB_KEYS]
    return [
        *below,
        *(dict.fromkeys([*HUB_KEYS, *hosts]) if name.host == DOCKER_HUB else [name.host]),
    ]


def _credential(entry: object, source: str) -> Credential | None:
    """The credential of an entry; None if it is empty, as Docker leaves it beside a store.

    Raises:
        ValueError: If it holds something that is no credential; without its content.
    """
    if not isinstance(entry, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - one kind of error for the caller
    username, password = entry.get("username"), entry.get("password")
    if auth := entry.get("auth"):
        username, password = _decoded(auth)
    identity, registry = entry.get("identitytoken"), entry.get("registrytoken")
    if not all(isinstance(value, str | None) for value in (username, password, identity, registry)):
        raise ValueError("a value is no text")
    if not (identity or registry or (username and password)):
        return None
    return Credential(source, username or "", password or "", identity or "", registry or "")


def _decoded(auth: object) -> tuple[str, str]:
    """User and password of ``auth``; missing padding and a trailing NUL are forgiven, as Docker does."""
    if not isinstance(auth, str):
        raise ValueError("`auth` is no text")  # noqa: TRY004 - one kind of error for the caller
    try:
        text = base64.b64decode(auth + "=" * (-len(auth) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("`auth` is no base64") from error
    username, colon, password = text.partition(":")
    if not colon:
        raise ValueError("`auth` holds no user and password")
    return username, password.strip("\0")


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}


def _broken(file: Path) -> ConfigError:
    return ConfigError(
        f"{file} is no JSON object", hint="write it anew with `docker login`", id="docker-config"
    )
