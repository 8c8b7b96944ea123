"""Registries whose content is not what it should be: other bytes, other kinds, other digests, and too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from imagebot.demo.http_server import Response
from imagebot.demo.images import MANIFEST
from imagebot.errors import RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.contents import RegistryContents
from tests.registries.content_store import (
    BLOB,
    CONFIG,
    INDEX,
    Store,
    child,
    contents_of,
    described,
    digest_of,
)
from tests.registries.quirk_server import ask, quirky


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda c, n: c.manifest(n, digest_of(BLOB)), id="manifest"),
        pytest.param(lambda c, n: c.blob(n, digest_of(BLOB), 1000), id="blob"),
        pytest.param(lambda c, n: c.blob(n, "sha512:" + "0" * 128, 1000), id="sha512"),
    ],
)
def test_ghsa_qv35_3gw6_8q4j_other_content_than_a_digest_names_is_not_used(
    act: Callable[[RegistryContents, ImageName], object],
) -> None:
    """regclient: a pinned digest was not compared with what was served."""
    answer = lambda r: Response(200, b'{"other": 1}', {"Content-Type": MANIFEST})  # noqa: E731 - a table's row

    with quirky(answer) as host, ask(host) as client:
        with pytest.raises(RegistryProtocol, match="other content .* than the digest names"):
            act(contents_of(client), ImageName(host, "a/b"))


DIGESTS = [
    "sha256:../../../../etc/passwd", "sha256:" + "a" * 63, "sha256:" + "a" * 65, "sha256:" + "A" * 64, "md5:" + "a" * 32,
    "sha256:" + "a" * 63 + "/", "../tags/list", "sha256:" + "a" * 64 + "?x=1", "sha256:" + "a" * 64 + "\n", "", "sha256:",
    "shake_128:" + "a" * 64, "sha1:" + "a" * 40, "SHA256:" + "a" * 64, "sha256%3a" + "a" * 64,
]  # fmt: skip


@pytest.mark.parametrize("digest", DIGESTS)
def test_cve_2024_3727_what_is_no_digest_never_becomes_a_path(digest: str) -> None:
    """containers/image: digests of a manifest were put into paths unread."""
    store = Store()
    with quirky(store) as host, ask(host) as client:
        contents, name = contents_of(client), ImageName(host, "a/b")
        for act in (partial(contents.blob, limit=1000), contents.referrers):
            with pytest.raises(RegistryProtocol, match="is no digest"):
                act(name, digest)

    assert store.asked == []


@pytest.mark.parametrize("digest", [*DIGESTS, 5, None, ["sha256"], {"a": 1}])
def test_cve_2024_3727_nor_does_one_that_a_manifest_names(digest: object) -> None:
    store = Store()
    with pytest.raises(RegistryProtocol, match="is no image"):
        described(store, {"config": {"mediaType": CONFIG, "digest": digest}})
    assert described(store, {"manifests": [child(digest)]}, INDEX).platforms == ()  # type: ignore[arg-type] # hostile

    assert all("/manifests/sha256:" in path for path in store.asked)
    assert len(store.asked) == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param({"manifests": [], "config": {}, "layers": []}, INDEX, id="both-as-index"),
        pytest.param({"manifests": [], "layers": []}, INDEX, id="layers-in-an-index"),
        pytest.param({"manifests": [], "config": {}}, MANIFEST, id="both-as-manifest"),
        pytest.param({"mediaType": INDEX, "manifests": []}, MANIFEST, id="index-served-as-manifest"),
        pytest.param({"mediaType": MANIFEST, "config": {}}, INDEX, id="manifest-served-as-index"),
        pytest.param({"mediaType": None, "config": {}}, MANIFEST, id="type-that-is-none"),
        pytest.param({"mediaType": f"{MANIFEST}; x=1", "config": {}}, MANIFEST, id="type-with-parameters"),
    ],
)
def test_cve_2021_41190_a_manifest_that_is_an_index_too_is_neither(content: object, kind: str) -> None:
    """OCI: one digest, and two readers that take it for two images."""
    with pytest.raises(RegistryProtocol, match="says that it is something else"):
        described(Store(), content, kind)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"config": ' + b"9" * 10_000 + b"}", id="long-number"),
        pytest.param(b"\xff\xfe", id="no-utf-8"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"config": []}', id="config-that-is-a-list"),
        pytest.param(b'{"config": {"mediaType": 5, "digest": 5}}', id="config-of-numbers"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_manifest_of_any_bytes_is_an_error_of_the_registry(content: bytes) -> None:
    with pytest.raises(RegistryProtocol):
        described(Store(), content)


def nested(store: Store, children: Iterator[str]) -> str:
    return store.put({"manifests": [child(digest, INDEX) for digest in children]}, INDEX)


def test_a_thousand_children_are_not_all_looked_at() -> None:
    store = Store()
    inner = [store.put({"manifests": [], "annotations": {"n": str(n)}}, INDEX) for n in range(1000)]

    assert described(store, {"manifests": [child(digest, INDEX) for digest in inner]}, INDEX).platforms == ()

    assert len(store.asked) <= 1 + 64


def test_indexes_within_indexes_are_not_followed_for_ever() -> None:
    store = Store()
    digest = store.put({"manifests": []}, INDEX)
    for _ in range(20):
        digest = nested(store, iter([digest]))

    assert described(store, {"manifests": [child(digest, INDEX)]}, INDEX).platforms == ()
    assert len(store.asked) <= 3


def test_labels_have_bounds() -> None:
    store = Store()
    labels: dict[str, Any] = {f"label{n}": "x" * 10_000 for n in range(300)} | {"n": 5, "list": ["x"]}
    config = {"os": "linux", "architecture": "amd64", "config": {"Labels": labels}}

    found = described(store, {"config": {"mediaType": CONFIG, "digest": store.blob(config)}}).labels

    assert len(found) <= 256
    assert {len(value) for value in found.values()} == {4096}
