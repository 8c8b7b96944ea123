"""Digests from servers that differ, fail and attack."""

from __future__ import annotations

import hashlib

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryDenied, RegistryProtocol
from imagebot.references.image import ImageName
from tests.registries.quirk_server import Answer, ask, digest_of, manifest


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(manifest(), id="no-digest-header"),
        pytest.param(manifest(Docker_Content_Digest="sha256:short"), id="malformed-digest"),
        pytest.param(Response(403), id="head-is-forbidden"),
        pytest.param(Response(404), id="head-is-not-found"),
        pytest.param(Response(405), id="no-head"),
    ],
)
def test_where_a_head_gives_no_digest_the_manifest_is_hashed(head: Response) -> None:
    body = b'{"schemaVersion": 2}'

    found = digest_of(lambda r: head if r.method == "HEAD" else manifest(body))

    assert found == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_a_refusal_says_what_the_server_says_though_a_head_has_no_body() -> None:
    answer = Response(403, b'{"errors":[{"code":"DENIED","message":"the plan has ended"}]}')

    with pytest.raises(RegistryDenied, match="the plan has ended"):
        digest_of(lambda r: answer)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(lambda r: manifest(media_type="application/vnd.docker.distribution.manifest.v1+prettyjws"), "before 2017", id="schema-1"),
        pytest.param(lambda r: manifest(media_type="text/html"), "is no image", id="html"),
        pytest.param(lambda r: Response(405) if r.method == "HEAD" else manifest(b"x" * (5 * 1024 * 1024)), "more than", id="endless"),
    ],
)  # fmt: skip
def test_what_is_no_image_has_no_digest(answer: Answer, reason: str) -> None:
    with pytest.raises(RegistryProtocol, match=reason):
        digest_of(answer)


def test_a_hostile_media_type_is_shown_without_control_characters() -> None:
    with pytest.raises(RegistryProtocol, match="is no image") as refused:
        digest_of(lambda r: manifest(media_type="text/\x9b31mevil" + "x" * 5000))

    assert "\x9b" not in refused.value.message
    assert len(refused.value.message) < 300


def test_a_digest_is_asked_by_head_alone(registry: EmbeddedRegistry) -> None:
    registry.push("a/b", "1.0")
    with ask(registry.host) as client:
        client.digest(ImageName(registry.host, "a/b"), "1.0")

    assert [seen.method for seen in registry.requests] == ["HEAD"]


def test_only_the_four_image_types_are_accepted() -> None:
    """With a wildcard among them a server may convert the manifest, and its digest is another one."""
    accepted: list[str] = []

    def answer(request: Request) -> Response:
        accepted.append(request.headers["accept"])
        return manifest()

    digest_of(answer)

    assert set(accepted[0].split(", ")) == {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    }


@pytest.mark.parametrize("tag", ["../../secret", "a b", "", "1.0\n"])
def test_what_is_no_tag_is_never_asked_for(registry: EmbeddedRegistry, tag: str) -> None:
    with ask(registry.host) as client, pytest.raises(RegistryProtocol, match="is no tag"):
        client.digest(ImageName(registry.host, "a/b"), tag)

    assert registry.requests == ()
