"""Push times from Google's registries."""

from __future__ import annotations

from typing import Any

import pytest

from imagebot.evidence import Pushed
from tests.registries.dates.asked import APRIL, DIGEST, MAY, OTHER, Recorded, content, said

HOST = "europe-docker.pkg.dev"
MAY_MS, APRIL_MS = (str(int(when.timestamp() * 1000)) for when in (MAY, APRIL))


def manifest(uploaded: object, *tags: object) -> dict[str, Any]:
    """A manifest as the list of tags shows it."""
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    return {"tag": list(tags), "timeUploadedMs": uploaded, "timeCreatedMs": "0", "mediaType": kind}


def test_one_answer_tells_all() -> None:
    manifests = {DIGEST: manifest(MAY_MS, "1.1", "latest"), OTHER: manifest(APRIL_MS, "1.0")}
    server = Recorded(lambda r: content({"child": [], "manifest": manifests, "name": "a/b", "tags": ["1.0"]}))

    assert said(HOST, server, "1.1", "latest", "1.0", "9") == {
        "1.1": Pushed(MAY, DIGEST),
        "latest": Pushed(MAY, DIGEST),
        "1.0": Pushed(APRIL, OTHER),
    }
    assert [(request.path, request.raw_query) for request in server.requests] == [("/v2/a/b/tags/list", "")]


@pytest.mark.parametrize(
    "uploaded", [pytest.param(MAY_MS, id="text"), pytest.param(int(MAY_MS), id="number")]
)
def test_both_registries_are_understood(uploaded: object) -> None:
    manifests = {DIGEST: manifest(uploaded, "1.0")}

    assert said(HOST, lambda r: content({"manifest": manifests}), "1.0") == {"1.0": Pushed(MAY, DIGEST)}


def test_of_two_manifests_with_one_tag_the_newer_counts() -> None:
    manifests = {
        DIGEST: manifest(APRIL_MS, "1.0"),
        OTHER: manifest(MAY_MS, "1.0"),
        "c": manifest(APRIL_MS, "1.0"),
    }

    assert said(HOST, lambda r: content({"manifest": manifests}), "1.0") == {"1.0": Pushed(MAY, OTHER)}


def test_a_bad_entry_costs_only_itself() -> None:
    manifests = {
        "no-object": ["1.0"],
        "no-tags": {"tag": "1.0", "timeUploadedMs": MAY_MS},
        "no-tag": manifest(MAY_MS, None, ["1.0"], {"1.0": 1}),
        "no-time": manifest("soon", "1.0"),
        "no-digest": manifest(MAY_MS, "1.1"),
    }

    assert said(HOST, lambda r: content({"manifest": manifests}), "1.0", "1.1") == {"1.1": Pushed(MAY)}
