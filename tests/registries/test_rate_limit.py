"""What a server says is left, and what is left for others then."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.http_server import Request, Response
from imagebot.demo.images import MANIFEST
from imagebot.errors import RegistryLimited
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from imagebot.registries.contents import RegistryContents
from imagebot.registries.rate_limit import RateLimit, rate_limit
from tests.registries.quirk_server import ask, quirky

BODY = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        pytest.param({"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "76;w=21600"}, RateLimit(100, 76, 21600), id="docker-hub"),
        pytest.param({"X-RateLimit-Limit": "180", "X-RateLimit-Remaining": "0"}, RateLimit(180, 0), id="web-api"),
        pytest.param({"RateLimit-Remaining": "5"}, RateLimit(None, 5), id="without-a-limit"),
        pytest.param({"RateLimit-Limit": "100 ; w=60", "RateLimit-Remaining": "5"}, RateLimit(100, 5, 60), id="window-at-the-limit"),
        pytest.param({"RateLimit-Limit": "many", "RateLimit-Remaining": "5"}, RateLimit(None, 5), id="limit-that-is-none"),
        pytest.param({"RateLimit-Limit": "100"}, None, id="nothing-of-what-is-left"),
        pytest.param({"RateLimit-Remaining": "-1"}, None, id="negative"),
        pytest.param({"RateLimit-Remaining": ""}, None, id="empty"),
        pytest.param({}, None, id="nothing"),
    ],
)  # fmt: skip
def test_the_budget_is_read(headers: dict[str, str], limit: RateLimit | None) -> None:
    assert rate_limit(httpx.Headers(headers)) == limit


@pytest.mark.parametrize(
    ("limit", "nearly"),
    [
        pytest.param(RateLimit(100, 11), False, id="more-than-a-tenth"),
        pytest.param(RateLimit(100, 10), True, id="a-tenth"),
        pytest.param(RateLimit(100, 0), True, id="nothing"),
        pytest.param(RateLimit(None, 0), False, id="of-nobody-knows-what"),
        pytest.param(RateLimit(0, 0), False, id="no-limit"),
    ],
)
def test_a_tenth_is_little(limit: RateLimit, nearly: bool) -> None:
    assert limit.nearly_used is nearly


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_header_is_read_or_left(remaining: str, limit: str) -> None:
    found = rate_limit({"ratelimit-remaining": remaining, "ratelimit-limit": limit})

    assert found is None or (found.remaining >= 0 and str(found))


class Hub:
    """Tells with each manifest what is left; remembers what was asked."""

    def __init__(self, remaining: int) -> None:
        self.remaining = remaining
        self.methods: list[str] = []

    def __call__(self, request: Request) -> Response:
        self.methods.append(request.method)
        told = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": f"{self.remaining};w=21600"}
        return Response(200, BODY, {"Content-Type": MANIFEST, "Docker-Content-Digest": DIGEST, **told})


def test_no_manifest_is_fetched_when_little_is_left() -> None:
    hub = Hub(remaining=8)
    with quirky(hub) as host, ask(host) as client:
        name, contents = ImageName(host, "a/b"), RegistryContents(client.session, client.locate, Cache())
        with pytest.raises(RegistryLimited) as refused:
            contents.manifest(name, "1.0")

    told = f"{host} has 8 of 100 requests left in 6 h, which are kept for the machines that run its images"
    assert refused.value.message == told
    assert hub.methods == ["HEAD"]


def test_a_manifest_is_fetched_while_enough_is_left() -> None:
    hub = Hub(remaining=11)
    with quirky(hub) as host, ask(host) as client:
        contents = RegistryContents(client.session, client.locate, Cache())
        assert contents.manifest(ImageName(host, "a/b"), "1.0").body == BODY

    assert hub.methods == ["HEAD", "GET"]


def test_a_manifest_that_is_known_costs_nothing_however_little_is_left() -> None:
    hub = Hub(remaining=11)
    with quirky(hub) as host, ask(host) as client:
        contents = RegistryContents(client.session, client.locate, Cache())
        contents.manifest(ImageName(host, "a/b"), "1.0")
        hub.remaining = 0
        assert contents.manifest(ImageName(host, "a/b"), "1.0").body == BODY

    assert hub.methods == ["HEAD", "GET", "HEAD"]


def test_digests_are_still_asked_for_because_that_is_free() -> None:
    hub = Hub(remaining=0)
    with quirky(hub) as host, ask(host) as client:
        assert {client.digest(ImageName(host, "a/b"), tag) for tag in ("1.0", "1.1")} == {DIGEST}
