"""Quay.io: its own API, which takes no credentials of those who pull.

A self-hosted Quay cannot be told by its name.
Source: https://docs.redhat.com/en/documentation/red_hat_quay/3/html/red_hat_quay_api_reference/listrepotags
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.dates.pages import Page, Said, gathered, numbered, objects, said
from imagebot.registries.dates.parsing import SECOND, parse_unix
from imagebot.registries.dates.protocol import Ask
from imagebot.registries.hosts import Endpoint

API = "quay.io"


def matches(endpoint: Endpoint) -> bool:
    """Whether a registry is Quay.io."""
    return endpoint.host == API


def pushed(ask: Ask, name: ImageName, wanted: frozenset[str]) -> dict[str, Pushed]:
    """What it says of public repositories, newest first."""
    path = f"/api/v1/repository/{name.path}/tag/?limit=100&onlyActiveTags=true"
    if len(wanted) == 1:
        path += "".join(f"&specificTag={quote(tag, safe='')}" for tag in wanted)
    return gathered(map(_said, numbered(ask, path, more="has_additional")), wanted)


def _said(page: Page) -> Iterator[Said]:
    for entry in objects(page.get("tags")):
        # last_modified says the same, as text
        at = parse_unix(entry.get("start_ts"), SECOND)
        yield from said(entry.get("name"), at, entry.get("manifest_digest"))
