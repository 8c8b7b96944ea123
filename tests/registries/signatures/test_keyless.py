"""Signatures by identity: with the real ``sigstore`` where it is installed, which believes a Sigstore of our own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from imagebot.errors import RegistryError
from imagebot.evidence import Signature
from imagebot.policies.policy import Keyless
from imagebot.registries.signatures import keyless
from imagebot.registries.signatures.check import check
from tests.registries.signatures.signing import DIGEST, OTHER, b64, bundle, encoded, signer, statement
from tests.registries.signatures.sigstore_stand_in import SigstoreStandIn
from tests.registries.signatures.stores import NAME, InMemory, attach_bundles

ISSUER = "https://token.actions.example"
WORKFLOW = "https://github.com/acme/web/.github/workflows/release.yaml@refs/heads/main"
SOMEBODY = Keyless(WORKFLOW, ISSUER)
MISSING = "sigstore is not installed: signatures by identity were not checked (pip install -e '.[sigstore]')"


@pytest.fixture(autouse=True)
def _started_anew() -> Iterator[None]:
    keyless._public_verifier.cache_clear()
    yield
    keyless._public_verifier.cache_clear()


@pytest.fixture
def sigstore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SigstoreStandIn:
    """A Sigstore that the package believes: its root lies where the package keeps the root it trusts."""
    if find_spec("sigstore") is None:
        if os.environ.get("IMAGEBOT_REQUIRE_SIGSTORE") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    stand_in = SigstoreStandIn()
    kept = tmp_path / "sigstore-python" / "tuf" / quote("https://tuf-repo-cdn.sigstore.dev", safe="")
    kept.mkdir(parents=True)
    (kept / "trusted_root.json").write_bytes(stand_in.trusted_root())
    return stand_in


def asked(*bundles: bytes, by: tuple[Keyless, ...] = (SOMEBODY,)) -> Signature:
    store = InMemory()
    attach_bundles(store, *bundles)
    return check(store, NAME, DIGEST, [], by)


def test_the_identity_of_a_policy_has_signed(sigstore: SigstoreStandIn) -> None:
    good = sigstore.bundle(statement(), WORKFLOW, ISSUER)

    assert asked(good) == Signature("verified", f"cosign bundle by {WORKFLOW} ({ISSUER})")
    assert asked(good, by=(Keyless("me@acme.example", ISSUER), SOMEBODY)).state == "verified"


def test_an_identity_may_be_an_address(sigstore: SigstoreStandIn) -> None:
    good = sigstore.bundle(statement(), "me@acme.example", ISSUER)

    assert asked(good, by=(Keyless("me@acme.example", ISSUER),)).state == "verified"


@pytest.mark.parametrize(
    ("identity", "issuer", "payload", "payload_type", "reason"),
    [
        pytest.param(WORKFLOW + "x", ISSUER, statement(), None, "not signed by", id="other-identity"),
        pytest.param(WORKFLOW, ISSUER + "x", statement(), None, "not signed by", id="other-issuer"),
        pytest.param(WORKFLOW, ISSUER, statement(OTHER), None, "signed for another digest", id="replay"),
        pytest.param(WORKFLOW, ISSUER, statement(predicate="https://slsa.dev/provenance/v1"), None, "attestation", id="predicate"),
        pytest.param(WORKFLOW, ISSUER, statement(), "application/json", "unknown type", id="payload-type"),
    ],
)  # fmt: skip
def test_what_the_identity_did_not_sign_is_refused(
    sigstore: SigstoreStandIn,
    identity: str,
    issuer: str,
    payload: bytes,
    payload_type: str | None,
    reason: str,
) -> None:
    kind = {} if payload_type is None else {"payload_type": payload_type}

    found = asked(sigstore.bundle(payload, identity, issuer, **kind))

    assert found.state == "refused"
    assert reason in found.how


def tampered(content: bytes, what: str) -> bytes:
    document: dict[str, Any] = json.loads(content)
    material, envelope = document["verificationMaterial"], document["dsseEnvelope"]
    match what:
        case "payload":
            envelope["payload"] = b64(statement(DIGEST, OTHER))
        case "signature":
            envelope["signatures"][0]["sig"] = b64(signer("p256").sign(encoded(statement())))
        case "no-log":
            material["tlogEntries"] = []
        case "log":
            material["tlogEntries"][0]["canonicalizedBody"] = b64(b"{}")
        case "time":
            material["tlogEntries"][0]["integratedTime"] = "1"
        case "certificate":
            material["certificate"] = {"rawBytes": b64(b"x")}
    return json.dumps(document).encode()


@pytest.mark.parametrize("what", ["payload", "signature", "no-log", "log", "time", "certificate"])
def test_a_bundle_that_was_tampered_with_is_refused(sigstore: SigstoreStandIn, what: str) -> None:
    good = sigstore.bundle(statement(), WORKFLOW, ISSUER)

    assert asked(tampered(good, what)).state == "refused"
    assert asked(tampered(good, what), good).state == "verified"


def test_another_sigstore_is_not_believed(sigstore: SigstoreStandIn) -> None:
    found = asked(SigstoreStandIn().bundle(statement(), WORKFLOW, ISSUER))

    assert found.state == "refused"
    assert found.how.startswith(f"no good signature: not signed by {WORKFLOW[:60]}")


def test_the_root_that_the_package_ships_starts_and_believes_no_stand_in(
    tmp_path: Path, sigstore: SigstoreStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))

    assert asked(sigstore.bundle(statement(), WORKFLOW, ISSUER)).state == "refused"


def test_a_root_that_cannot_be_read_is_said(sigstore: SigstoreStandIn, tmp_path: Path) -> None:
    (kept,) = tmp_path.rglob("trusted_root.json")
    kept.write_bytes(b"{}")

    with pytest.raises(RegistryError, match="sigstore does not start") as failed:
        asked(sigstore.bundle(statement(), WORKFLOW, ISSUER))

    assert failed.value.id == "sigstore-start"


def test_without_the_package_the_image_fails_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sigstore", "sigstore.verify"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(RegistryError, match="sigstore is not installed") as failed:
        asked(SigstoreStandIn().bundle(statement(), WORKFLOW, ISSUER))

    assert "pip install 'imagebot[sigstore]'" in failed.value.hint


def test_the_package_is_not_asked_about_what_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sigstore.verify", None)

    assert asked(bundle(signer("p256").sign)).state == "refused"
