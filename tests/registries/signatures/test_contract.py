"""Signatures that were pushed to a registry and are read from it: no lists of referrers, so by tags."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imagebot.evidence import Signature
from imagebot.registries.signatures.check import check
from tests.registries.pushing import push
from tests.registries.signatures.signing import beside, bundle, claim, signer, statement
from tests.registries.signatures.stores import NAME, OverHttp, attach_bundles, attach_simple, client


@pytest.fixture
def digest(registry_host: str, repository: str) -> str:
    """An image that was pushed."""
    return push(registry_host, repository, "1.0")


@pytest.fixture
def store(registry_host: str, repository: str) -> Iterator[OverHttp]:
    with client(registry_host) as http:
        yield OverHttp(http, repository)


def asked(store: OverHttp, digest: str) -> Signature:
    return check(store, NAME, digest, [signer("p256").public()], [])


def test_an_image_is_unsigned_until_it_is_signed(store: OverHttp, digest: str) -> None:
    assert asked(store, digest).state == "unsigned"

    attach_bundles(store, bundle(signer("p256").sign, statement(digest)), digest=digest)

    assert asked(store, digest) == Signature("verified", "cosign bundle by key keys/cosign.pub")


def test_the_old_layout_is_read_behind_a_bad_bundle(store: OverHttp, digest: str) -> None:
    payload = claim(digest)
    attach_bundles(store, bundle(signer("ed25519").sign, statement(digest)), digest=digest)
    attach_simple(store, (b"bad", {}), (payload, beside(signer("p256").sign, payload)), digest=digest)

    found = asked(store, digest)

    assert found.state == "verified"
    assert found.how.startswith("cosign simple signing by key keys/cosign.pub; passed over")


def test_a_signature_of_another_image_that_was_moved_here_is_refused(store: OverHttp, digest: str) -> None:
    attach_bundles(store, bundle(signer("p256").sign), digest=digest)

    assert asked(store, digest) == Signature("refused", "no good signature: signed for another digest")
