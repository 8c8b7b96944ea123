"""Push times from Quay.io."""

from __future__ import annotations

from typing import Any

from imagebot.demo.http_server import Request, Response
from imagebot.evidence import Pushed
from tests.registries.dates.asked import APRIL, DIGEST, MAY, Recorded, content, said
from tests.registries.quirk_server import challenge

HOST = "quay.io"


def tag(name: str, at: int = int(MAY.timestamp()), **more: Any) -> dict[str, Any]:
    """A tag as the API shows it."""
    shown = {"name": name, "reversion": False, "start_ts": at, "manifest_digest": DIGEST}
    return {**shown, "is_manifest_list": True, "last_modified": "Wed, 01 May 2024 12:00:00 -0000", **more}


def quay(request: Request) -> Response:
    """Three pages, newest first; or the one tag that is asked for."""
    place = int(request.one("page"))
    found = {1: [tag("1.2")], 2: [tag("1.1", int(APRIL.timestamp()))], 3: [tag("1.0")]}
    if wanted := request.one("specificTag"):
        found = {1: [tag for page in found.values() for tag in page if tag["name"] == wanted]}
    return content({"tags": found[place], "page": place, "has_additional": place < len(found)})


def test_the_tags_are_read_until_all_are_found() -> None:
    server = Recorded(quay)

    assert said(HOST, server, "1.2", "1.1") == {"1.2": Pushed(MAY, DIGEST), "1.1": Pushed(APRIL, DIGEST)}
    assert [(request.path, request.raw_query) for request in server.requests] == [
        ("/api/v1/repository/a/b/tag/", "limit=100&onlyActiveTags=true&page=1"),
        ("/api/v1/repository/a/b/tag/", "limit=100&onlyActiveTags=true&page=2"),
    ]


def test_a_single_tag_is_asked_for_by_its_name() -> None:
    server = Recorded(quay)

    assert said(HOST, server, "1.1") == {"1.1": Pushed(APRIL, DIGEST)}
    assert [request.one("specificTag") for request in server.requests] == ["1.1"]


def test_no_credentials_are_sent_for_a_private_repository() -> None:
    server = Recorded(lambda r: challenge('Basic realm="quay"'))

    assert said(HOST, server, "1.2") == {}
    assert [request.headers.get("authorization") for request in server.requests] == [None]
