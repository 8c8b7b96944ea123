"""Push times from Docker Hub."""

from __future__ import annotations

from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.evidence import Pushed
from tests.registries.dates.asked import APRIL, DIGEST, MAY, Recorded, content, said
from tests.registries.quirk_server import quirky

HOST = "docker.io"


def tag(name: str, at: str | None = "2024-05-01T12:00:00Z", **more: Any) -> dict[str, Any]:
    """A tag as the API shows it."""
    images = [{"architecture": "amd64", "os": "linux", "digest": "sha256:" + "c" * 64}]
    return {"name": name, "tag_last_pushed": at, "last_updated": at, "images": images, **more}


def hub(request: Request) -> Response:
    """Three pages, newest first."""
    place = int(request.one("page"))
    following = f"https://hub.docker.com{request.raw_path}?page={place + 1}&page_size=100"
    found = {1: [tag("1.2", digest=DIGEST)], 2: [tag("1.1", "2024-04-01T12:00:00.000000Z")], 3: [tag("1.0")]}
    return content(
        {"count": 3, "next": following if place < 3 else None, "previous": None, "results": found[place]}
    )


def test_the_tags_are_read_until_all_are_found() -> None:
    server = Recorded(hub)

    assert said(HOST, server, "1.2", "1.1") == {"1.2": Pushed(MAY, DIGEST), "1.1": Pushed(APRIL)}
    assert [request.one("page") for request in server.requests] == ["1", "2"]


def test_a_tag_that_is_not_there_ends_with_the_last_page() -> None:
    server = Recorded(hub)

    assert said(HOST, server, "1.2", "9") == {"1.2": Pushed(MAY, DIGEST)}
    assert len(server.requests) == 3


def test_the_api_is_asked_as_documented_and_by_nobody() -> None:
    server = Recorded(hub)
    said(HOST, server, "1.2")

    assert [(request.path, request.raw_query) for request in server.requests] == [
        ("/v2/namespaces/a/repositories/b/tags", "page_size=100&ordering=last_updated&page=1")
    ]
    assert "authorization" not in server.requests[0].headers


def test_the_next_page_is_never_looked_for_elsewhere() -> None:
    foreign = Recorded(lambda r: content({"results": [tag("1.0")]}))
    with quirky(foreign) as elsewhere:
        own = Recorded(lambda r: content({"next": f"http://{elsewhere}/?page=2", "results": []}))

        assert said(HOST, own, "1.0") == {}
    assert not foreign.requests
    assert {request.path for request in own.requests} == {"/v2/namespaces/a/repositories/b/tags"}


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(tag("1.0", None, last_updated="2024-05-01T12:00:00Z"), id="null"),
        pytest.param({"name": "1.0", "last_updated": "2024-05-01T12:00:00Z"}, id="missing"),
        pytest.param(tag("1.0", "soon", last_updated="2024-05-01T12:00:00Z"), id="no-date"),
    ],
)
def test_without_a_push_the_last_update_counts(entry: dict[str, Any]) -> None:
    assert said(HOST, lambda r: content({"results": [entry]}), "1.0") == {"1.0": Pushed(MAY)}
