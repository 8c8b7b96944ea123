"""Google's Artifact Registry and Container Registry: their list of tags tells more than others'.

Source: https://github.com/google/go-containerregistry/blob/main/pkg/v1/google/list.go
"""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.evidence import Pushed
from imagebot.references.image import ImageName
from imagebot.registries.dates.pages import Said, gathered, objects, read, said
from imagebot.registries.dates.parsing import MILLISECOND, parse_unix
from imagebot.registries.dates.protocol import Ask
from imagebot.registries.hosts import Endpoint, hostname


def matches(endpoint: Endpoint) -> bool:
    """Whether a registry is one of Google's."""
    return f".{hostname(endpoint.host)}".endswith((".gcr.io", ".pkg.dev"))


def pushed(ask: Ask, name: ImageName, wanted: frozenset[str]) -> dict[str, Pushed]:
    """What it says, all in one answer: when the manifest behind a tag was uploaded.

    A tag that was moved to an older manifest keeps that one's time; the digest tells which it is.
    """
    page = read(ask, f"/v2/{name.path}/tags/list") or {}
    return gathered([_said(page.get("manifest"))], wanted)


def _said(manifests: object) -> Iterator[Said]:
    for digest, manifest in manifests.items() if isinstance(manifests, dict) else ():
        for entry in objects([manifest]):
            tags = entry.get("tag")
            # text from Container Registry, a number from Artifact Registry
            at = parse_unix(entry.get("timeUploadedMs"), MILLISECOND)
            for tag in tags if isinstance(tags, list) else ():
                yield from said(tag, at, digest)
