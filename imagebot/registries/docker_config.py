"""The credentials of one configuration file in Docker's format, entry by entry.

docker-py's own loader gives up the whole file for one bad entry and knows neither ``username`` with
``password`` nor keys with a path; so the file is read here, and docker-py speaks the protocol of
credential helpers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagebot.references.image import ImageName
from imagebot.registries.credential import Credential
from imagebot.registries.credential_entries import entry_credential
from imagebot.registries.credential_keys import HUB_KEY, matching
from imagebot.registries.helpers import HelperFailed, ask_helper
from imagebot.registries.hosts import DOCKER_HUB
from imagebot.registries.once import Once

IDENTITY_USER = "<token>"
"""User name with which a helper marks its secret as an identity token."""


class DockerConfig:
    """What one file knows.

    Args:
        content: The parsed file: ``config.json``, containers' ``auth.json``, or the older ``.dockercfg``,
            which is ``auths`` alone. A helper that it names is asked once for each server.
        source: Its path, for messages.
    """

    def __init__(self, content: Mapping[str, Any], source: str) -> None:
        self._content = {"auths": content} if _is_dockercfg(content) else content
        self._helped: Once[tuple[str, str], tuple[str, str] | None] = Once(HelperFailed)
        self.source = source

    def candidates(self, name: ImageName, problems: list[str]) -> Iterator[Credential]:
        """Credentials for a repository: the host's helper, then the most specific key, then the store.

        Args:
            name: The repository.
            problems: Receives what stood in the way, for messages.
        """
        helpers, entries = self._mapping("credHelpers"), self._mapping("auths")
        for key in matching(helpers, name):
            yield from self._ask(helpers[key], name, "credHelpers", problems)
        for key in matching(entries, name):
            try:
                credential = entry_credential(entries[key], f"{self.source}, auths[{key!r}]")
            except ValueError as error:
                problems.append(f"the entry {key!r} of {self.source} is unusable: {error}")
                continue
            if credential:
                yield credential
        yield from self._ask(self._content.get("credsStore"), name, "credsStore", problems)

    def _mapping(self, key: str) -> Mapping[str, Any]:
        value = self._content.get(key)
        return value if isinstance(value, dict) else {}

    def _ask(self, helper: object, name: ImageName, where: str, problems: list[str]) -> Iterator[Credential]:
        """What a helper keeps for a host; for Docker Hub under Docker's key, or podman's."""
        if not isinstance(helper, str) or not helper:
            return
        for server in (HUB_KEY, DOCKER_HUB) if name.host == DOCKER_HUB else (name.host,):
            try:
                answer = self._helped((helper, server), lambda: ask_helper(helper, server))  # noqa: B023 - called at once
                if answer:
                    yield _given(answer, f"{self.source}, {where}: docker-credential-{helper}")
            except HelperFailed as error:
                problems.append(str(error))
            except ValueError as error:
                problems.append(f"docker-credential-{helper} gave no credential: {error}")


def _given(answer: tuple[str, str], source: str) -> Credential:
    username, secret = answer
    if username == IDENTITY_USER:
        return Credential(source, identity_token=secret, helper=True)
    return Credential(source, username=username, password=secret, helper=True)


def _is_dockercfg(content: Mapping[str, Any]) -> bool:
    """Whether hosts stand at the top, as in the file that Docker wrote before version 1.7."""
    return "auths" not in content and any(
        isinstance(entry, dict) and not entry.keys().isdisjoint({"auth", "username", "password"})
        for entry in content.values()
    )
