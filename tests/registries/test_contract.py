"""One contract, held by the embedded registry and by Debian's ``docker-registry``.

First the protocol as any client sees it, then imagebot's own client on both.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from imagebot.demo.images import INDEX, MANIFEST, build_image
from imagebot.errors import RegistryNotFound
from imagebot.references.image import ImageName
from imagebot.registries.client import RegistryClient
from imagebot.registries.docker_config import Credentials
from tests.registries.pushing import push

ACCEPT = {"Accept": f"{INDEX}, {MANIFEST}"}


@pytest.fixture
def http(registry_host: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{registry_host}") as client:
        yield client


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    with RegistryClient({}, Credentials({}, "no file")) as opened:
        yield opened


def code(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["code"])


def test_the_base_answers(http: httpx.Client) -> None:
    assert http.get("/v2/").status_code == 200


def test_tags_are_listed_whole(http: httpx.Client, registry_host: str) -> None:
    for tag in ("1.0", "latest", "1.1"):
        push(registry_host, "acme/web", tag)

    answer = http.get("/v2/acme/web/tags/list").json()

    assert answer["name"] == "acme/web"
    assert sorted(answer["tags"]) == ["1.0", "1.1", "latest"]


def test_an_unknown_repository_has_a_name_for_it(http: httpx.Client) -> None:
    answer = http.get("/v2/acme/nothing/tags/list")

    assert (answer.status_code, code(answer)) == (404, "NAME_UNKNOWN")


def test_a_head_gives_the_digest(http: httpx.Client, registry_host: str) -> None:
    digest = push(registry_host, "acme/web", "1.0")

    answer = http.head("/v2/acme/web/manifests/1.0", headers=ACCEPT)

    assert answer.status_code == 200
    assert answer.headers["docker-content-digest"] == digest
    assert answer.headers["content-type"] == MANIFEST
    assert answer.content == b""


def test_a_get_gives_the_bytes_that_were_pushed(http: httpx.Client, registry_host: str) -> None:
    image = build_image(b"layer", platforms=("linux/amd64", "linux/arm64"))
    push(registry_host, "acme/web", "1.0", image)

    for name in ("1.0", image.digest):
        answer = http.get(f"/v2/acme/web/manifests/{name}", headers=ACCEPT)
        assert answer.content == image.manifests[image.digest][1]
        assert answer.headers["content-type"] == INDEX


def test_a_client_that_accepts_no_oci_type_sees_nothing(http: httpx.Client, registry_host: str) -> None:
    push(registry_host, "acme/web", "1.0")

    answer = http.get("/v2/acme/web/manifests/1.0", headers={"Accept": "application/json"})

    assert (answer.status_code, code(answer)) == (404, "MANIFEST_UNKNOWN")


def test_an_unchanged_manifest_is_not_sent_again(http: httpx.Client, registry_host: str) -> None:
    digest = push(registry_host, "acme/web", "1.0")

    answer = http.get("/v2/acme/web/manifests/1.0", headers={**ACCEPT, "If-None-Match": f'"{digest}"'})

    assert answer.status_code == 304


def test_an_unknown_tag_has_a_name_for_it(http: httpx.Client, registry_host: str) -> None:
    push(registry_host, "acme/web", "1.0")

    answer = http.get("/v2/acme/web/manifests/9.9", headers=ACCEPT)

    assert (answer.status_code, code(answer)) == (404, "MANIFEST_UNKNOWN")


def test_a_manifest_without_its_blobs_is_refused(http: httpx.Client) -> None:
    image = build_image(b"never pushed")
    media_type, content = image.manifests[image.digest]

    answer = http.put("/v2/acme/web/manifests/1.0", content=content, headers={"Content-Type": media_type})

    assert (answer.status_code, code(answer)) == (400, "MANIFEST_BLOB_UNKNOWN")


def test_a_tag_can_move(http: httpx.Client, registry_host: str) -> None:
    push(registry_host, "acme/web", "latest")
    moved = push(registry_host, "acme/web", "latest", build_image(b"new content"))

    answer = http.head("/v2/acme/web/manifests/latest", headers=ACCEPT)

    assert answer.headers["docker-content-digest"] == moved
    assert http.get("/v2/acme/web/tags/list").json()["tags"] == ["latest"]


def test_deleting_a_digest_takes_its_tags(http: httpx.Client, registry_host: str) -> None:
    digest = push(registry_host, "acme/web", "1.0")

    assert http.delete(f"/v2/acme/web/manifests/{digest}").status_code == 202
    assert http.get("/v2/acme/web/manifests/1.0", headers=ACCEPT).status_code == 404


def test_a_malformed_tag_is_no_route(http: httpx.Client) -> None:
    assert http.get("/v2/acme/web/manifests/a+b", headers=ACCEPT).status_code == 404


def test_a_blob_is_given_back(http: httpx.Client, registry_host: str) -> None:
    image = build_image(b"layer")
    push(registry_host, "acme/web", "1.0", image)

    for digest, content in image.blobs.items():
        assert http.get(f"/v2/acme/web/blobs/{digest}").content == content


def test_the_client_lists_and_resolves(client: RegistryClient, registry_host: str) -> None:
    digests = {tag: push(registry_host, "acme/web", tag) for tag in ("1.0", "1.1")}
    name = ImageName(registry_host, "acme/web")

    assert client.tags(name) == ("1.0", "1.1")
    assert {tag: client.digest(name, tag) for tag in digests} == digests


def test_the_client_pins_the_index_and_no_child(client: RegistryClient, registry_host: str) -> None:
    image = build_image(b"layer", platforms=("linux/amd64", "linux/arm64"))
    push(registry_host, "acme/web", "1.0", image)

    assert client.digest(ImageName(registry_host, "acme/web"), "1.0") == image.digest


def test_the_client_says_what_it_cannot_see(client: RegistryClient, registry_host: str) -> None:
    push(registry_host, "acme/web", "1.0")

    with pytest.raises(RegistryNotFound, match=f"{registry_host} does not show {registry_host}/acme/none"):
        client.tags(ImageName(registry_host, "acme/none"))
    with pytest.raises(RegistryNotFound):
        client.digest(ImageName(registry_host, "acme/web"), "9.9")


def test_an_empty_repository_has_no_tags(
    client: RegistryClient, http: httpx.Client, registry_host: str
) -> None:
    digest = push(registry_host, "acme/web", "1.0")
    http.delete(f"/v2/acme/web/manifests/{digest}")

    assert client.tags(ImageName(registry_host, "acme/web")) == ()
