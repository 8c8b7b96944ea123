"""One contract, held by the embedded registry and by Debian's ``docker-registry``: reading.

The two differ where the specification leaves room, or where Distribution 2.8 has a fault of its own; the contract
says nothing about that: 2.8 never pages a tag list, converts Docker's schema 2 for clients that do not accept it,
answers 500 to a path of more than 255 characters, and forgets an upload whose chunk is out of order.
"""

from __future__ import annotations

import httpx
import pytest

from imagebot.demo.images import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    Image,
    build_image,
    digest_of,
)
from tests.registries.conftest import USER
from tests.registries.pushing import NO_TLS, docker_image, push, push_blob, put_manifest
from tests.secrets_planted import PASSWORD

ACCEPT = {"Accept": f"{INDEX}, {MANIFEST}, {DOCKER_LIST}, {DOCKER_MANIFEST}"}
MULTI = build_image(b"layer", platforms=("linux/amd64", "linux/arm64"))
NOWHERE = digest_of(b"pushed by nobody")


def outcome(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return response.status_code, str(response.json()["errors"][0]["code"])


def test_the_base_says_which_protocol_it_speaks(http: httpx.Client) -> None:
    answer = http.get("/v2/")

    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


def test_tags_are_listed_whole(http: httpx.Client, registry_host: str, repository: str) -> None:
    for tag in ("1.0", "latest", "1.1"):
        push(registry_host, repository, tag)

    answer = http.get(f"/v2/{repository}/tags/list").json()

    assert answer["name"] == repository
    assert sorted(answer["tags"]) == ["1.0", "1.1", "latest"]


def test_an_unknown_repository_is_named_as_such(http: httpx.Client, repository: str) -> None:
    answer = http.get(f"/v2/{repository}/tags/list")

    assert outcome(answer) == (404, "NAME_UNKNOWN")
    assert answer.json()["errors"][0]["detail"] == {"name": repository}


def test_a_repository_that_never_had_a_tag_is_unknown_to_the_list(
    http: httpx.Client, repository: str
) -> None:
    image = build_image(b"layer")
    for blob in image.blobs.values():
        push_blob(http, repository, blob)
    assert outcome(http.get(f"/v2/{repository}/tags/list")) == (404, "NAME_UNKNOWN")

    put_manifest(http, repository, image.digest, *image.manifests[image.digest]).raise_for_status()

    assert outcome(http.get(f"/v2/{repository}/tags/list")) == (404, "NAME_UNKNOWN")


def test_the_list_of_a_repository_that_lost_its_last_tag_is_null(
    http: httpx.Client, registry_host: str, repository: str
) -> None:
    digest = push(registry_host, repository, "1.0")
    http.delete(f"/v2/{repository}/manifests/{digest}")

    answer = http.get(f"/v2/{repository}/tags/list")

    assert (answer.status_code, answer.json()["tags"]) == (200, None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("HEAD", "tags/list", id="tags-head"),
        pytest.param("POST", "tags/list", id="tags-post"),
        pytest.param("POST", "manifests/1.0", id="manifest-post"),
        pytest.param("PUT", f"blobs/{NOWHERE}", id="blob-put"),
    ],
)
def test_a_method_that_a_route_does_not_know_is_refused(
    http: httpx.Client, repository: str, method: str, path: str
) -> None:
    answer = http.request(method, f"/v2/{repository}/{path}")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("name", ["a..b", "-a", "a/-b", "a-", "a/_b", "a___b", "Acme/web", "a%20b", "é"])
def test_an_invalid_name_is_refused(http: httpx.Client, name: str) -> None:
    assert http.get(f"/v2/{name}/tags/list").status_code in {400, 404}


@pytest.mark.parametrize("tag", ["a+b", "-a", ".a", "a" * 129, "é"])
def test_a_malformed_tag_is_no_route(http: httpx.Client, repository: str, tag: str) -> None:
    answer = http.get(f"/v2/{repository}/manifests/{tag}", headers=ACCEPT)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(build_image(b"layer"), id="image"),
        pytest.param(MULTI, id="index"),
        pytest.param(docker_image(), id="docker-list"),
    ],
)
def test_head_and_get_by_tag_and_digest_agree(
    http: httpx.Client, registry_host: str, repository: str, image: Image
) -> None:
    push(registry_host, repository, "1.0", image)
    media_type, content = image.manifests[image.digest]

    for reference in ("1.0", image.digest):
        path = f"/v2/{repository}/manifests/{reference}"
        got, headed = http.get(path, headers=ACCEPT), http.head(path, headers=ACCEPT)
        assert (got.content, headed.content) == (content, b"")
        for answer in (got, headed):
            assert answer.status_code == 200
            assert answer.headers["docker-content-digest"] == image.digest
            assert answer.headers["etag"] == f'"{image.digest}"'
            assert answer.headers["content-type"] == media_type
            assert answer.headers["content-length"] == str(len(content))


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param([MANIFEST], id="exact"),
        pytest.param([f"{MANIFEST};q=0.1"], id="weight"),
        pytest.param([f"text/html, {MANIFEST}"], id="among-others"),
        pytest.param(["text/html", MANIFEST], id="on-a-second-line"),
    ],
)
def test_an_oci_manifest_goes_to_who_accepts_it(
    http: httpx.Client, registry_host: str, repository: str, accept: list[str]
) -> None:
    push(registry_host, repository, "1.0")

    answer = http.get(f"/v2/{repository}/manifests/1.0", headers=[("Accept", line) for line in accept])

    assert answer.headers["content-type"] == MANIFEST


@pytest.mark.parametrize("accept", ["*/*", "application/json", DOCKER_MANIFEST, MANIFEST.upper()])
@pytest.mark.parametrize("by", ["tag", "digest"])
@pytest.mark.parametrize("image", [build_image(b"layer"), MULTI], ids=["image", "index"])
def test_who_accepts_no_oci_type_sees_nothing(
    http: httpx.Client, registry_host: str, repository: str, image: Image, by: str, accept: str
) -> None:
    push(registry_host, repository, "1.0", image)

    reference = "1.0" if by == "tag" else image.digest
    answer = http.get(f"/v2/{repository}/manifests/{reference}", headers={"Accept": accept})

    assert outcome(answer) == (404, "MANIFEST_UNKNOWN")


def test_who_accepts_no_list_gets_the_child_for_the_commonest_platform(
    http: httpx.Client, registry_host: str, repository: str
) -> None:
    image = docker_image("amd64")
    push(registry_host, repository, "1.0", image)
    old = {"Accept": DOCKER_MANIFEST}

    by_tag = http.get(f"/v2/{repository}/manifests/1.0", headers=old)
    by_digest = http.get(f"/v2/{repository}/manifests/{image.digest}", headers=old)

    assert by_tag.headers["docker-content-digest"] in image.manifests.keys() - {image.digest}
    assert by_digest.headers["docker-content-digest"] == image.digest


def test_who_accepts_no_list_sees_nothing_where_there_is_no_such_child(
    http: httpx.Client, registry_host: str, repository: str
) -> None:
    push(registry_host, repository, "1.0", docker_image("riscv64"))

    answer = http.get(f"/v2/{repository}/manifests/1.0", headers={"Accept": DOCKER_MANIFEST})

    assert outcome(answer) == (404, "MANIFEST_UNKNOWN")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        pytest.param('"{}"', 304, id="quoted"),
        pytest.param("{}", 304, id="bare"),
        pytest.param('W/"{}"', 200, id="weak"),
        pytest.param("*", 200, id="any"),
        pytest.param('"x", "{}"', 200, id="list"),
        pytest.param(f'"{NOWHERE}"', 200, id="other"),
    ],
)
def test_an_unchanged_manifest_is_not_sent_again(
    http: httpx.Client, registry_host: str, repository: str, condition: str, status: int
) -> None:
    digest = push(registry_host, repository, "1.0")
    headers = {**ACCEPT, "If-None-Match": condition.format(digest)}

    for method in ("GET", "HEAD"):
        assert http.request(method, f"/v2/{repository}/manifests/1.0", headers=headers).status_code == status


@pytest.mark.parametrize("reference", ["9.9", NOWHERE], ids=["tag", "digest"])
@pytest.mark.parametrize("known", [True, False], ids=["known-repository", "unknown-repository"])
def test_an_unknown_manifest_is_named_as_such(
    http: httpx.Client, registry_host: str, repository: str, known: bool, reference: str
) -> None:
    if known:
        push(registry_host, repository, "1.0")
    path = f"/v2/{repository}/manifests/{reference}"

    assert outcome(http.get(path, headers=ACCEPT)) == (404, "MANIFEST_UNKNOWN")
    headed = http.head(path, headers=ACCEPT)
    assert (headed.status_code, headed.content) == (404, b"")


def test_a_blob_is_given_back(http: httpx.Client, repository: str) -> None:
    digest = push_blob(http, repository, b"layer")
    path = f"/v2/{repository}/blobs/{digest}"

    got, headed = http.get(path), http.head(path)

    assert (got.content, headed.content) == (b"layer", b"")
    assert headed.headers["content-length"] == "5"
    assert headed.headers["docker-content-digest"] == digest


def test_a_blob_stays_in_its_repository(http: httpx.Client, repository: str) -> None:
    digest = push_blob(http, repository, b"layer")

    assert outcome(http.get(f"/v2/{repository}-other/blobs/{digest}")) == (404, "BLOB_UNKNOWN")


def test_a_malformed_digest_names_no_blob(http: httpx.Client, repository: str) -> None:
    assert outcome(http.get(f"/v2/{repository}/blobs/sha256:abc")) == (400, "DIGEST_INVALID")


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(None, id="nobody"),
        pytest.param((USER, "wrong"), id="wrong-password"),
        pytest.param(("nobody", PASSWORD), id="wrong-user"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
@pytest.mark.parametrize("path", ["", "acme/web/manifests/1.0"], ids=["base", "manifest"])
def test_a_closed_registry_challenges(
    closed_host: str, path: str, method: str, auth: tuple[str, str] | None
) -> None:
    answer = httpx.request(method, f"http://{closed_host}/v2/{path}", auth=auth, verify=NO_TLS)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Registry"'
    assert method == "HEAD" or outcome(answer) == (401, "UNAUTHORIZED")


def test_a_closed_registry_opens_to_who_knows_the_password(closed_host: str, repository: str) -> None:
    url = f"http://{closed_host}/v2/{repository}/tags/list"

    answer = httpx.get(url, auth=(USER, PASSWORD), verify=NO_TLS)

    assert outcome(answer) == (404, "NAME_UNKNOWN")
