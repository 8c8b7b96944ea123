"""Docker Hub: its web API, on a host of its own.

Source: https://docs.docker.com/reference/api/hub/latest/operations/ListRepositoryTags/
"""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.dates.pages import Page, Said, gathered, numbered, objects, said
from imagebot.registries.dates.parsing import parse_rfc3339
from imagebot.registries.dates.protocol import Ask
from imagebot.registries.hosts import DOCKER_HUB, Endpoint

API = "hub.docker.com"


def matches(endpoint: Endpoint) -> bool:
    """Whether a registry is Docker Hub."""
    return endpoint.host == DOCKER_HUB


def pushed(ask: Ask, name: ImageName, wanted: frozenset[str]) -> dict[str, Pushed]:
    """What it says of public repositories, newest first: ``-last_updated`` would give the oldest."""
    namespace, _, repository = name.path.partition("/")
    path = f"/v2/namespaces/{namespace}/repositories/{repository}/tags?page_size=100&ordering=last_updated"
    return gathered(map(_said, numbered(ask, path, more="next")), wanted)


def _said(page: Page) -> Iterator[Said]:
    for entry in objects(page.get("results")):
        # an update is a push or later, so it makes no image older than it is
        times = map(parse_rfc3339, (entry.get("tag_last_pushed"), entry.get("last_updated")))
        yield from said(entry.get("name"), next(filter(None, times), None), entry.get("digest"))
