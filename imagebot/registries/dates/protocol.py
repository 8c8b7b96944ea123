"""What the caller gives to a source of push times, and what a source is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.answer import Answer
from imagebot.registries.hosts import Endpoint


class Ask(Protocol):
    """Sends a GET to the one host that a source asks."""

    def __call__(self, path: str, *, limit: int) -> Answer | None:
        """The answer, of any status; None if nothing more is asked.

        Args:
            path: Begins with a slash; with query.
            limit: Most bytes of a body to read.

        Raises:
            RegistryError: If there is no answer, or a larger one.
        """
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """An API that tells push times.

    Attributes:
        matches: Whether it tells those of a registry; judged by the host's name alone.
        pushed: What it says of the wanted tags of a repository: none of them, some or all. What fails, is
            malformed or goes over a bound says nothing, and raises nothing.
        api: The host to ask, without credentials; None if the registry itself answers whoever may pull.
    """

    matches: Callable[[Endpoint], bool]
    pushed: Callable[[Ask, ImageName, frozenset[str]], Mapping[str, Pushed]]
    api: str | None = None
