"""Push times from Azure's registries."""

from __future__ import annotations

from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.evidence import Pushed
from tests.registries.dates.asked import APRIL, DIGEST, MAY, Recorded, content, said
from tests.registries.quirk_server import challenge, quirky

HOST = "acme.azurecr.io"


def tag(name: str, at: object = "2024-05-01T12:00:00.0000007Z") -> dict[str, Any]:
    """A tag as the API shows it: made long before it was moved."""
    made = "2020-01-01T00:00:00.1234567Z"
    return {"name": name, "digest": DIGEST, "createdTime": made, "lastUpdateTime": at, "signed": False}


def azure(
    request: Request, link: str = '</acr/v1/a/b/_tags?last=1%261.2&n=100&orderby=timedesc>; rel="next"'
) -> Response:
    """Two pages, newest first."""
    if request.one("last"):
        return content({"imageName": "a/b", "tags": [tag("1.1", "2024-04-01T12:00:00Z")]})
    return content({"imageName": "a/b", "tags": [tag("1.2")]}, Link=link)


def test_the_tags_are_read_until_all_are_found() -> None:
    server = Recorded(azure)

    assert said(HOST, server, "1.2", "1.1") == {"1.2": Pushed(MAY, DIGEST), "1.1": Pushed(APRIL, DIGEST)}
    assert said(HOST, server, "1.2") == {"1.2": Pushed(MAY, DIGEST)}
    assert [(request.path, request.raw_query) for request in server.requests] == [
        ("/acr/v1/a/b/_tags", "orderby=timedesc&n=100"),
        ("/acr/v1/a/b/_tags", "last=1%261.2&n=100&orderby=timedesc"),
        ("/acr/v1/a/b/_tags", "orderby=timedesc&n=100"),
    ]


def test_the_challenge_is_answered() -> None:
    def closed(request: Request) -> Response:
        if request.path == "/oauth2/token":
            return content({"access_token": request.one("scope")})
        if request.headers.get("authorization") == "Bearer repository:a/b:metadata_read":
            return azure(request)
        return challenge('Bearer realm="/oauth2/token",service="acme",scope="repository:a/b:metadata_read"')

    assert said(HOST, closed, "1.2", "1.1").keys() == {"1.2", "1.1"}


@pytest.mark.parametrize(
    "target", ["/acr/v1/other/_tags?last=x", "http://{elsewhere}/acr/v1/a/b/_tags?last=x"]
)
def test_the_next_page_is_never_looked_for_elsewhere(target: str) -> None:
    foreign = Recorded(azure)
    with quirky(foreign) as elsewhere:
        link = f'<{target.format(elsewhere=elsewhere)}>; rel="next"'
        own = Recorded(lambda request: azure(request, link))
        said(HOST, own, "1.2", "9")
    assert not foreign.requests
    assert {request.path for request in own.requests} == {"/acr/v1/a/b/_tags"}


@pytest.mark.parametrize(
    "link",
    [
        pytest.param('<http://[>; rel="next"', id="no-address"),
        pytest.param('<?x=\x7f>; rel="next"', id="control-character"),
        pytest.param('<?last=x>; rel="prev"', id="no-next"),
        pytest.param("<" * 1000, id="no-link"),
    ],
)
def test_a_link_that_leads_nowhere_ends_the_pages(link: str) -> None:
    server = Recorded(lambda request: azure(request, link))

    assert said(HOST, server, "1.2", "1.1") == {"1.2": Pushed(MAY, DIGEST)}
    assert len(server.requests) == 1
