from __future__ import annotations

import httpx

from imagebot.demo.registry import EmbeddedRegistry


def test_pages_are_given_as_asked_and_as_configured() -> None:
    with (
        EmbeddedRegistry(page_size=2) as registry,
        httpx.Client(base_url=f"http://{registry.host}") as client,
    ):
        for tag in ("a", "b", "c"):
            registry.push("acme/web", tag)

        first = client.get("/v2/acme/web/tags/list")
        assert first.json()["tags"] == ["a", "b"]
        assert first.headers["link"] == '</v2/acme/web/tags/list?last=b&n=2>; rel="next"'
        last = client.get("/v2/acme/web/tags/list?last=b&n=2")
        assert last.json()["tags"] == ["c"]
        assert "link" not in last.headers
        assert client.get("/v2/acme/web/tags/list?n=x").status_code == 400


def test_requests_are_recorded_without_secrets(registry: EmbeddedRegistry) -> None:
    with httpx.Client(base_url=f"http://{registry.host}") as client:
        client.get("/v2/", headers={"Authorization": "Bearer s3cret"})

    (seen,) = registry.requests
    assert (seen.method, seen.path, seen.status, seen.scheme) == ("GET", "/v2/", 200, "Bearer")
    assert "s3cret" not in repr(seen)


def test_the_content_of_a_tag_follows_from_its_name() -> None:
    digests = []
    for _ in range(2):
        with EmbeddedRegistry() as registry:
            digests.append((registry.push("acme/web", "1"), registry.push("acme/web", "2")))

    assert digests[0] == digests[1]
    assert len(set(digests[0])) == 2


def test_faults_come_in_order_and_end(registry: EmbeddedRegistry) -> None:
    registry.fail("GET /v2/$", 503, times=2)
    with httpx.Client(base_url=f"http://{registry.host}") as client:
        assert [client.get("/v2/").status_code for _ in range(3)] == [503, 503, 200]
