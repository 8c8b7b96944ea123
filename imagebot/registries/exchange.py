"""A request, and what of its answer may be used."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from imagebot.errors import RegistryProtocol
from imagebot.registries.answer import Answer
from imagebot.registries.confided import hidden, repeats
from imagebot.registries.hosts import Endpoint


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and what must be known to judge its answer.

    Attributes:
        endpoint: The registry on whose behalf it is sent.
        where: The host that is asked, made safe to show.
        limit: Most bytes of a body to read.
        secrets: What its answer must not repeat.
        echo: Whether a good answer may.
    """

    endpoint: Endpoint
    request: httpx.Request
    where: str
    limit: int
    secrets: tuple[bytes, ...] = field(repr=False)
    echo: bool

    def shown(self, answer: Answer) -> Answer:
        """An answer that may be shown and kept.

        Raises:
            RegistryProtocol: If it holds what was told in confidence.
        """
        if answer.status >= 400:
            return hidden(self.secrets, answer)
        if not self.echo and repeats(self.secrets, answer):
            raise RegistryProtocol(
                f"{self.where} sent back what it was told in confidence: nothing of its answer was used",
                hint="its logs may hold the credential too: have it mended, and renew the credential",
            )
        return answer
