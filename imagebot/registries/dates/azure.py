"""Azure Container Registry: its own API beside that of the distribution, with the same credentials.

Source: https://learn.microsoft.com/en-us/rest/api/containerregistry/
"""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.dates.pages import Page, Said, gathered, linked, objects, said
from imagebot.registries.dates.parsing import parse_rfc3339
from imagebot.registries.dates.protocol import Ask
from imagebot.registries.hosts import Endpoint, hostname

_DOMAINS = (".azurecr.io", ".azurecr.cn", ".azurecr.us", ".azurecr.de")


def matches(endpoint: Endpoint) -> bool:
    """Whether a registry is one of Azure's."""
    return hostname(endpoint.host).endswith(_DOMAINS)


def pushed(ask: Ask, name: ImageName, wanted: frozenset[str]) -> dict[str, Pushed]:
    """What it says, newest first."""
    path = f"/acr/v1/{name.path}/_tags?orderby=timedesc&n=100"
    return gathered(map(_said, linked(ask, path)), wanted)


def _said(page: Page) -> Iterator[Said]:
    for entry in objects(page.get("tags")):
        # createdTime stays what it was when a tag is moved
        at = parse_rfc3339(entry.get("lastUpdateTime"))
        yield from said(entry.get("name"), at, entry.get("digest"))
