"""What the embedded registry does beyond the contract that it shares with ``docker-registry``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from imagebot.demo.images import DOCKER_MANIFEST, INDEX, MANIFEST
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.docker_config import DockerConfig
from tests.registries.pushing import NO_TLS, begin_upload, docker_image

ACCEPT = {"Accept": f"{INDEX}, {MANIFEST}"}


@pytest.fixture
def http(registry: EmbeddedRegistry) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{registry.host}", verify=NO_TLS) as client:
        yield client


def pages(host: str, first: str) -> list[list[str] | None]:
    """The pages of a tag list, by their links."""
    found, url = [], first
    with httpx.Client(base_url=f"http://{host}", verify=NO_TLS) as client:
        while url:
            answer = client.get(url)
            found.append(answer.json()["tags"])
            url = answer.links.get("next", {}).get("url", "")
    return found


@pytest.mark.parametrize(
    ("page_size", "asked", "expected"),
    [
        pytest.param(None, "", [["a", "b", "c", "d", "e"]], id="whole"),
        pytest.param(2, "", [["a", "b"], ["c", "d"], ["e"]], id="own-size"),
        pytest.param(None, "?n=3", [["a", "b", "c"], ["d", "e"]], id="size-asked-for"),
        pytest.param(2, "?n=1000", [["a", "b"], ["c", "d"], ["e"]], id="own-size-is-less"),
        pytest.param(4, "?n=3", [["a", "b", "c"], ["d", "e"]], id="size-asked-for-is-less"),
        pytest.param(5, "", [["a", "b", "c", "d", "e"]], id="exactly-one-page"),
        pytest.param(None, "?last=c", [["d", "e"]], id="after-a-tag"),
        pytest.param(None, "?last=bb", [["c", "d", "e"]], id="after-a-tag-that-is-gone"),
        pytest.param(None, "?n=0", [None], id="nothing-asked-for"),
        pytest.param(None, "?last=e", [None], id="after-the-last"),
    ],
)
def test_tags_come_in_pages(page_size: int | None, asked: str, expected: list[list[str] | None]) -> None:
    with EmbeddedRegistry(page_size=page_size) as registry:
        for tag in "ebdca":
            registry.push("acme/web", tag)

        assert pages(registry.host, f"/v2/acme/web/tags/list{asked}") == expected


def test_the_client_follows_the_pages() -> None:
    with (
        EmbeddedRegistry(page_size=2) as registry,
        RegistryClient({}, Credentials(DockerConfig({}, "none"))) as client,
    ):
        for tag in "edcba":
            registry.push("acme/web", tag)

        assert client.tags(ImageName(registry.host, "acme/web")).tags == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("size", ["x", "-1", "1.5"])
def test_a_page_of_no_size_is_refused(registry: EmbeddedRegistry, http: httpx.Client, size: str) -> None:
    registry.push("acme/web", "1")

    answer = http.get("/v2/acme/web/tags/list", params={"n": size})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "PAGINATION_NUMBER_INVALID"


def test_an_image_can_be_walked_from_its_tag_to_its_layers(
    registry: EmbeddedRegistry, http: httpx.Client
) -> None:
    digest = registry.push(
        "acme/web",
        "1.0",
        platforms=("linux/amd64", "linux/arm64/v8"),
        labels={"org.opencontainers.image.revision": "abc"},
        created="2026-01-02T03:04:05Z",
        content=b"layer",
    )

    index = http.get("/v2/acme/web/manifests/1.0", headers=ACCEPT)
    assert index.headers["docker-content-digest"] == digest
    assert [child["platform"] for child in index.json()["manifests"]] == [
        {"os": "linux", "architecture": "amd64"},
        {"os": "linux", "architecture": "arm64", "variant": "v8"},
    ]
    for child in index.json()["manifests"]:
        manifest = http.get(f"/v2/acme/web/manifests/{child['digest']}", headers=ACCEPT)
        assert len(manifest.content) == child["size"]
        config = http.get(f"/v2/acme/web/blobs/{manifest.json()['config']['digest']}").json()
        assert config["architecture"] == child["platform"]["architecture"]
        assert config["config"]["Labels"] == {"org.opencontainers.image.revision": "abc"}
        assert config["created"] == "2026-01-02T03:04:05Z"
        (layer,) = manifest.json()["layers"]
        assert http.get(f"/v2/acme/web/blobs/{layer['digest']}").content == b"layer"


def test_the_content_of_a_tag_follows_from_its_name() -> None:
    digests = []
    for _ in range(2):
        with EmbeddedRegistry() as registry:
            digests.append((registry.push("acme/web", "1"), registry.push("acme/web", "2")))

    assert digests[0] == digests[1]
    assert len(set(digests[0])) == 2


@pytest.mark.parametrize(
    ("repository", "tag"),
    [
        pytest.param("Acme/web", "1", id="upper-case"),
        pytest.param("acme//web", "1", id="empty-component"),
        pytest.param("acme/web:1", "1", id="name-with-tag"),
        pytest.param("a" * 256, "1", id="long-name"),
        pytest.param("acme/web", "-1", id="tag-with-a-dash-first"),
        pytest.param("acme/web", "", id="no-tag"),
    ],
)
def test_what_no_registry_would_take_cannot_be_pushed(
    registry: EmbeddedRegistry, repository: str, tag: str
) -> None:
    with pytest.raises(ValueError, match="is no name of an image"):
        registry.push(repository, tag)


def test_a_name_that_is_too_long_is_refused(http: httpx.Client) -> None:
    answer = http.get(f"/v2/{'a' * 256}/tags/list")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "NAME_INVALID")


def test_a_deleted_tag_is_gone_and_its_digest_stays(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    digest = registry.push("acme/web", "1.0")

    registry.delete_tag("acme/web", "1.0")

    assert registry.tags("acme/web") == ()
    assert http.get("/v2/acme/web/manifests/1.0", headers=ACCEPT).status_code == 404
    assert http.get(f"/v2/acme/web/manifests/{digest}", headers=ACCEPT).status_code == 200


def test_looking_at_a_repository_does_not_make_it(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    registry.delete_tag("acme/web", "1.0")

    assert registry.tags("acme/web") == ()
    assert http.get("/v2/acme/web/tags/list").status_code == 404


def test_schema_2_goes_to_who_accepts_nothing_better(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    registry.store("acme/web", "1.0", docker_image())

    answer = http.get("/v2/acme/web/manifests/1.0", headers={"Accept": "*/*"})

    assert answer.headers["content-type"] == DOCKER_MANIFEST


def test_a_chunk_out_of_order_is_refused_and_the_upload_goes_on(http: httpx.Client) -> None:
    where = begin_upload(http, "acme/web")

    refused = http.patch(where, content=b"abc", headers={"Content-Range": "5-7"})
    taken = http.patch(where, content=b"abc", headers={"Content-Range": "0-2"})

    assert (refused.status_code, refused.headers["range"]) == (416, "0-0")
    assert (taken.status_code, taken.headers["range"]) == (202, "0-2")


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"schemaVersion": 1, "config": {}, "layers": []}, id="another-schema"),
        pytest.param({"schemaVersion": 2, "config": {"digest": "x"}, "layers": []}, id="no-digest"),
        pytest.param({"schemaVersion": 2, "config": [], "layers": {}}, id="other-shapes"),
    ],
)
def test_a_manifest_has_a_shape(http: httpx.Client, manifest: object) -> None:
    headers = {"Content-Type": MANIFEST}

    answer = http.put("/v2/acme/web/manifests/1", content=json.dumps(manifest), headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "MANIFEST_INVALID")


def test_requests_are_recorded_without_secrets(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    registry.push("acme/web", "1.0")
    http.get("/v2/acme/web/tags/list?n=5", headers={"Authorization": "Bearer s3cret"})

    (seen,) = registry.requests
    assert (seen.method, seen.path, seen.query) == ("GET", "/v2/acme/web/tags/list", "n=5")
    assert (seen.status, seen.repository, seen.scheme) == (200, "acme/web", "Bearer")
    assert "s3cret" not in repr(seen)


def test_requests_can_be_forgotten(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    http.get("/v2/")
    registry.reset_requests()
    http.head("/v2/")

    assert [seen.method for seen in registry.requests] == ["HEAD"]


def test_faults_come_in_order_and_end(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    registry.fail("GET /v2/$", 429, headers={"Retry-After": "1"}, body=b"slow down")
    registry.fail("GET /v2/$", 503, times=2)

    limited = http.get("/v2/")

    assert (limited.status_code, limited.headers["retry-after"], limited.text) == (429, "1", "slow down")
    assert [http.get("/v2/").status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_meets_only_what_it_was_ordered_for(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    registry.push("acme/web", "1.0")
    registry.fail("acme/side", 503)

    assert http.get("/v2/acme/web/tags/list").status_code == 200
    assert http.get("/v2/acme/side/tags/list").status_code == 503


def test_a_connection_can_be_broken_off(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    registry.fail("GET /v2/$", 0)

    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/v2/")
    assert http.get("/v2/").status_code == 200


def test_a_closed_registry_refuses_connections() -> None:
    with EmbeddedRegistry() as registry:
        host = registry.host

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{host}/v2/", verify=NO_TLS)


def test_many_may_push_and_read_at_once(registry: EmbeddedRegistry, http: httpx.Client) -> None:
    def push_and_read(number: int) -> bool:
        digest = registry.push("acme/web", f"1.{number}")
        answer = http.head(f"/v2/acme/web/manifests/1.{number}", headers=ACCEPT)
        return bool(answer.headers["docker-content-digest"] == digest)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(push_and_read, range(64)))
    assert len(registry.tags("acme/web")) == len(registry.requests) == 64
