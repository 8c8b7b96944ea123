"""The sources of push times: one module each, registered here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.answer import Answer
from imagebot.registries.dates import azure, docker_hub, google, quay
from imagebot.registries.dates.parsing import plausible
from imagebot.registries.dates.protocol import Ask, Source
from imagebot.registries.hosts import Endpoint

LONGEST_S = 60.0
"""Seconds after which no further page is asked for: nobody waits long for what is optional."""

SOURCES = (
    Source(docker_hub.matches, docker_hub.pushed, docker_hub.API),
    Source(quay.matches, quay.pushed, quay.API),
    Source(google.matches, google.pushed),
    Source(azure.matches, azure.pushed),
)


def source_of(endpoint: Endpoint) -> Source | None:
    """The source that tells the push times of a registry, if there is one."""
    return next((source for source in SOURCES if source.matches(endpoint)), None)


def pushed(
    source: Source,
    ask: Ask,
    name: ImageName,
    wanted: frozenset[str],
    now: datetime,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Mapping[str, Pushed]:
    """When tags were pushed, as far as a source says it and it can be: by tag, empty if it says nothing.

    Args:
        source: Whom to believe.
        ask: Asks ``source.api``, or the registry.
        name: The repository.
        wanted: The tags that matter.
        now: With time zone; what lies more than a day ahead of it is no push time.
        clock: Seconds that only grow.
    """
    if not wanted:
        return {}
    said = source.pushed(_within(ask, clock), name, wanted)
    return {tag: it for tag, it in said.items() if plausible(it.at, now)}


def _within(ask: Ask, clock: Callable[[], float]) -> Ask:
    """The same until the time is up."""
    end = clock() + LONGEST_S

    def bounded(path: str, *, limit: int) -> Answer | None:
        return ask(path, limit=limit) if clock() < end else None

    return bounded
