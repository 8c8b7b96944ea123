"""The contract of both registries, continued: uploads, manifests and deletions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from imagebot.demo.images import DOCKER_MANIFEST, INDEX, MANIFEST, build_image, digest_of
from tests.registries.pushing import begin_upload, finish_upload, push, push_blob, put_manifest

ACCEPT = {"Accept": f"{INDEX}, {MANIFEST}"}
IMAGE = build_image(b"layer")
NOWHERE = digest_of(b"pushed by nobody")


def outcome(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return response.status_code, str(response.json()["errors"][0]["code"])


def body(change: Callable[[dict[str, Any]], object] = lambda manifest: None) -> bytes:
    """The image's manifest, changed."""
    manifest = json.loads(IMAGE.manifests[IMAGE.digest][1])
    change(manifest)
    return json.dumps(manifest).encode()


@pytest.fixture
def filled(http: httpx.Client, repository: str) -> str:
    """A repository that holds the image's blobs, and no manifest."""
    for blob in IMAGE.blobs.values():
        push_blob(http, repository, blob)
    return repository


def test_a_blob_comes_in_one_piece(http: httpx.Client, repository: str) -> None:
    answer = finish_upload(http, begin_upload(http, repository), digest_of(b"layer"), b"layer")

    assert answer.status_code == 201
    assert answer.headers["docker-content-digest"] == digest_of(b"layer")
    assert http.get(answer.headers["location"]).content == b"layer"


def test_a_blob_comes_in_chunks(http: httpx.Client, repository: str) -> None:
    where = begin_upload(http, repository)
    for begins, chunk in ((0, b"one "), (4, b"two ")):
        headers = {"Content-Range": f"{begins}-{begins + len(chunk) - 1}"}
        answer = http.patch(where, content=chunk, headers=headers)
        assert (answer.status_code, answer.headers["range"]) == (202, f"0-{begins + 3}")
        where = answer.headers["location"]
    assert http.get(where).headers["range"] == "0-7"

    done = finish_upload(http, where, digest_of(b"one two three"), b"three")

    assert http.get(done.headers["location"]).content == b"one two three"


def test_a_blob_may_be_empty(http: httpx.Client, repository: str) -> None:
    digest = push_blob(http, repository, b"")

    assert http.get(f"/v2/{repository}/blobs/{digest}").content == b""


@pytest.mark.parametrize("digest", ["", "sha256:abc", NOWHERE], ids=["none", "malformed", "of-another-text"])
def test_an_upload_ends_with_its_own_digest_or_goes_on(
    http: httpx.Client, repository: str, digest: str
) -> None:
    where = http.patch(begin_upload(http, repository), content=b"layer").headers["location"]

    refused = finish_upload(http, where, digest) if digest else http.put(where)

    assert outcome(refused) == (400, "DIGEST_INVALID")
    assert http.get(where).status_code == 204
    assert finish_upload(http, where, digest_of(b"layer")).status_code == 201


def test_an_upload_that_ended_is_unknown(http: httpx.Client, repository: str) -> None:
    where = begin_upload(http, repository)
    finish_upload(http, where, digest_of(b"layer"), b"layer")

    assert outcome(finish_upload(http, where, digest_of(b"layer"), b"layer")) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_an_upload_can_be_given_up(http: httpx.Client, repository: str) -> None:
    where = begin_upload(http, repository)

    assert http.delete(where).status_code == 204
    assert outcome(http.patch(where, content=b"layer")) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_an_upload_belongs_to_its_repository(http: httpx.Client, repository: str) -> None:
    where = begin_upload(http, repository)

    assert http.patch(where.replace(repository, f"{repository}-other"), content=b"x").status_code == 404


def test_a_manifest_is_stored_under_tag_and_digest(http: httpx.Client, filled: str) -> None:
    answer = put_manifest(http, filled, "1.0", *IMAGE.manifests[IMAGE.digest])

    assert answer.status_code == 201
    assert answer.headers["docker-content-digest"] == IMAGE.digest
    assert answer.headers["location"].endswith(f"/v2/{filled}/manifests/{IMAGE.digest}")
    assert http.get(answer.headers["location"], headers=ACCEPT).content == IMAGE.manifests[IMAGE.digest][1]


def test_a_media_type_may_have_parameters(http: httpx.Client, filled: str) -> None:
    assert put_manifest(http, filled, "1.0", f"{MANIFEST}; charset=utf-8", body()).status_code == 201


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        pytest.param(MANIFEST, b"", id="empty"),
        pytest.param(MANIFEST, b"{", id="no-json"),
        pytest.param(MANIFEST, b"[]", id="no-object"),
        pytest.param(MANIFEST, body() + b" " * 4 * 1024 * 1024, id="more-than-4-MiB"),
        pytest.param(DOCKER_MANIFEST, body(), id="another-type"),
        pytest.param("application/json", body(), id="unknown-type"),
        pytest.param(MANIFEST, body(lambda m: m.update(manifests=[])), id="image-and-index"),
        pytest.param(
            INDEX, body(lambda m: m.update(mediaType=INDEX, manifests=[])), id="index-with-config-and-layers"
        ),
    ],
)
def test_what_is_no_manifest_of_its_type_is_refused(
    http: httpx.Client, filled: str, media_type: str, content: bytes
) -> None:
    assert outcome(put_manifest(http, filled, "1.0", media_type, content)) == (400, "MANIFEST_INVALID")
    assert outcome(http.get(f"/v2/{filled}/tags/list")) == (404, "NAME_UNKNOWN")


def test_a_manifest_without_its_blobs_is_refused(http: httpx.Client, repository: str) -> None:
    answer = put_manifest(http, repository, "1.0", *IMAGE.manifests[IMAGE.digest])

    assert outcome(answer) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert outcome(http.get(f"/v2/{repository}/tags/list")) == (404, "NAME_UNKNOWN")


def test_an_index_without_its_children_is_refused(http: httpx.Client, filled: str) -> None:
    index = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [{"mediaType": MANIFEST, "digest": NOWHERE, "size": 1}],
    }

    answer = put_manifest(http, filled, "1.0", INDEX, json.dumps(index).encode())

    assert outcome(answer) == (400, "MANIFEST_BLOB_UNKNOWN")


def test_a_manifest_under_the_digest_of_another_is_refused(http: httpx.Client, filled: str) -> None:
    assert outcome(put_manifest(http, filled, NOWHERE, MANIFEST, body())) == (400, "DIGEST_INVALID")


def test_a_tag_can_move(http: httpx.Client, registry_host: str, repository: str) -> None:
    left = push(registry_host, repository, "latest")
    moved = push(registry_host, repository, "latest", build_image(b"new content"))

    answer = http.head(f"/v2/{repository}/manifests/latest", headers=ACCEPT)

    assert answer.headers["docker-content-digest"] == moved
    assert http.get(f"/v2/{repository}/tags/list").json()["tags"] == ["latest"]
    assert http.head(f"/v2/{repository}/manifests/{left}", headers=ACCEPT).status_code == 200


def test_deleting_a_digest_takes_its_tags(http: httpx.Client, registry_host: str, repository: str) -> None:
    for tag in ("1.0", "1.0.0"):
        digest = push(registry_host, repository, tag, IMAGE)
    push(registry_host, repository, "1.1")

    assert http.delete(f"/v2/{repository}/manifests/{digest}").status_code == 202

    assert http.get(f"/v2/{repository}/tags/list").json()["tags"] == ["1.1"]
    assert outcome(http.delete(f"/v2/{repository}/manifests/{digest}")) == (404, "MANIFEST_UNKNOWN")


def test_a_tag_cannot_be_deleted_alone(http: httpx.Client, registry_host: str, repository: str) -> None:
    push(registry_host, repository, "1.0")

    assert outcome(http.delete(f"/v2/{repository}/manifests/1.0")) == (400, "DIGEST_INVALID")
    assert http.get(f"/v2/{repository}/tags/list").json()["tags"] == ["1.0"]
