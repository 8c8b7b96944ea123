"""What is made of the signatures of a digest: every layout, and what attackers put in their place."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.images import INDEX, MANIFEST
from imagebot.errors import (
    RegistryDenied,
    RegistryError,
    RegistryLimited,
    RegistryProtocol,
    RegistryUnreachable,
)
from imagebot.evidence import Signature
from imagebot.policies.policy import Keyless
from imagebot.registries.signatures.check import CANDIDATE_BYTES, CANDIDATES, check
from tests.registries.signatures.signing import (
    BUNDLE,
    DIGEST,
    OTHER,
    SIMPLE,
    b64,
    beside,
    bundle,
    claim,
    signer,
    statement,
)
from tests.registries.signatures.stores import (
    NAME,
    InMemory,
    attach_bundles,
    attach_simple,
    layer_of,
    push_artifact,
    tag_of,
)

KEY = "p256"
KINDS = [
    "p256",
    "p384/sha384",
    "p384/sha256",
    "p521/sha512",
    "p521/sha256",
    "rsa2048/pkcs1",
    "rsa2048/pss",
    "ed25519",
]
SOMEBODY = Keyless("build@acme.example", "https://accounts.example")
LEGACY_TAG = f"{tag_of(DIGEST)}.sig"
NOTATION = "application/vnd.cncf.notary.signature"


def asked(store: InMemory, *kinds: str, digest: str = DIGEST, keyless: tuple[Keyless, ...] = ()) -> Signature:
    """What a policy with some keys makes of a digest."""
    keys = [signer(kind).public(f"keys/{kind.replace('/', '-')}.pub") for kind in kinds or [KEY]]
    return check(store, NAME, digest, keys, keyless)


def simple_store(payload: bytes, notes: dict[str, str] | None) -> InMemory:
    store = InMemory()
    attach_simple(store, (payload, notes))
    return store


def bundle_store(*bundles: bytes, predicate: str | None = None) -> InMemory:
    store = InMemory()
    attach_bundles(store, *bundles, predicate=predicate)
    return store


def sign(message: bytes) -> bytes:
    return signer(KEY).sign(message)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lists", [True, False])
def test_a_signature_of_each_layout_and_key_is_good(kind: str, lists: bool) -> None:
    made = signer(kind)
    simple, modern = InMemory(lists=lists), InMemory(lists=lists)
    attach_simple(simple, (claim(), beside(made.sign, claim())))
    attach_bundles(modern, bundle(made.sign))
    source = f"keys/{kind.replace('/', '-')}.pub"

    assert asked(simple, kind) == Signature("verified", f"cosign simple signing by key {source}")
    assert asked(modern, kind) == Signature("verified", f"cosign bundle by key {source}")


def test_any_key_of_the_policy_will_do() -> None:
    assert asked(bundle_store(bundle(sign)), "ed25519", "rsa2048/pss", KEY).state == "verified"


def test_one_statement_may_be_about_several_digests() -> None:
    both = bundle(sign, statement(OTHER, DIGEST))

    assert asked(bundle_store(both)).state == "verified"
    assert asked(bundle_store(both), digest="sha256:" + "f" * 64).state == "refused"


def test_a_digest_in_sha512_is_signed_like_any_other() -> None:
    digest = "sha512:" + "c" * 128
    for store in (InMemory(), InMemory(lists=False)):
        attach_bundles(store, bundle(sign, statement(digest)), digest=digest)

        assert asked(store, digest=digest).state == "verified"
        assert asked(store, digest="sha512:" + "c" * 64 + "d" * 64).state == "refused"


def changed(**parts: Any) -> bytes:
    """A good bundle with parts of its envelope replaced."""
    document = json.loads(bundle(sign))
    document["dsseEnvelope"].update(parts)
    return json.dumps(document).encode()


GOOD_SIG = {"sig": b64(sign(b"x")), "keyid": ""}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(bundle(sign, statement(OTHER)), "signed for another digest", id="replay"),
        pytest.param(bundle(signer("p384").sign), "by none of the keys", id="other-curve"),
        pytest.param(bundle(signer("ed25519").sign), "by none of the keys", id="other-key"),
        pytest.param(bundle(sign, statement(predicate="https://slsa.dev/provenance/v1")), "attestation", id="other-predicate"),
        pytest.param(bundle(sign, statement(kind="https://in-toto.io/Statement/v0.1")), "no in-toto statement", id="other-statement"),
        pytest.param(bundle(sign, claim()), "no in-toto statement", id="payload-of-the-other-layout"),
        pytest.param(bundle(sign, statement(), "application/json"), "unknown type", id="other-payload-type"),
        pytest.param(bundle(sign, b"{}"), "no in-toto statement", id="empty-statement"),
        pytest.param(bundle(sign, b"not json"), "no sound JSON", id="no-statement"),
        pytest.param(bundle(sign, statement()[:-1] + b', "predicateType": "x"}'), "no sound JSON", id="duplicate-key-in-statement"),
        pytest.param(bundle(sign, b'{"a":' * 10_000 + b"1" + b"}" * 10_000), "no sound JSON", id="deep-statement"),
        pytest.param(bundle(lambda message: sign(message.split(b" ", 4)[4])), "by none of the keys", id="payload-signed-bare"),
        pytest.param(changed(payload=b64(statement(OTHER))), "by none of the keys", id="payload-exchanged"),
        pytest.param(changed(payload=b64(statement() + b" ")), "by none of the keys", id="payload-touched"),
        pytest.param(changed(payload="!"), "payload is no base64", id="payload-garbage"),
        pytest.param(changed(payload=None), "payload is missing", id="no-payload"),
        pytest.param(changed(signatures=[]), "exactly one", id="no-signature"),
        pytest.param(changed(signatures=[GOOD_SIG] * 2), "exactly one", id="two-signatures"),
        pytest.param(changed(signatures={"sig": "YQ=="}), "exactly one", id="signatures-no-list"),
        pytest.param(changed(signatures=["YQ=="]), "signature is missing or malformed", id="signature-no-object"),
        pytest.param(changed(signatures=[{"sig": 7}]), "signature is missing or malformed", id="signature-a-number"),
        pytest.param(changed(signatures=[{"sig": "%%%"}]), "signature is no base64", id="signature-garbage"),
        pytest.param(bundle(sign, mediaType="application/json"), "bundle is of an unknown type", id="no-bundle"),
        pytest.param(bundle(sign, mediaType=["x"]), "bundle is of an unknown type", id="type-a-list"),
        pytest.param(bundle(sign, dsseEnvelope=None, messageSignature={"signature": b64(sign(b"x"))}), "envelope is missing", id="bare-message"),
        pytest.param(b"", "no sound JSON", id="empty"),
        pytest.param(b"[" * 10_000, "no sound JSON", id="deep"),
        pytest.param(b'{"mediaType": NaN}', "no sound JSON", id="nan"),
        pytest.param(b'{"mediaType": ' + b"1" * 50_000 + b"}", "no sound JSON", id="huge-number"),
        pytest.param(b'"text"', "missing or malformed", id="text"),
        pytest.param(bundle(sign) + b" " * CANDIDATE_BYTES, "more than 1048576 bytes", id="too-large"),
    ],
)  # fmt: skip
def test_a_bad_bundle_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    found = asked(bundle_store(content))

    assert found.state == "refused"
    assert reason in found.how


def subject(value: object) -> bytes:
    return bundle(sign, json.dumps({**json.loads(statement()), "subject": value}).encode())


HEX = DIGEST.removeprefix("sha256:")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="empty"),
        pytest.param({"digest": {"sha256": HEX}}, id="no-list"),
        pytest.param([HEX, None, 3], id="no-objects"),
        pytest.param([{"digest": HEX}], id="digest-no-object"),
        pytest.param([{"digest": {"sha512": HEX}}], id="other-algorithm"),
        pytest.param([{"digest": {"sha256": DIGEST}}], id="algorithm-repeated"),
        pytest.param([{"digest": {"sha256": HEX.upper()}}], id="upper-case"),
        pytest.param([{"digest": {"sha256": [HEX]}}], id="digest-in-a-list"),
        pytest.param([{"name": DIGEST, "digest": {}}], id="digest-as-a-name"),
    ],
)
def test_a_subject_that_is_not_exactly_the_digest_is_another(value: object) -> None:
    assert asked(bundle_store(subject(value))) == Signature(
        "refused", "no good signature: signed for another digest"
    )


@pytest.mark.parametrize(
    ("payload", "notes", "reason"),
    [
        pytest.param(claim(OTHER), beside(sign, claim(OTHER)), "signed for another digest", id="replay"),
        pytest.param(claim(), beside(signer("ed25519").sign, claim()), "by none of the keys", id="other-key"),
        pytest.param(claim(), beside(sign, claim(OTHER)), "by none of the keys", id="signature-of-another"),
        pytest.param(claim() + b"\n", beside(sign, claim()), "by none of the keys", id="payload-touched"),
        pytest.param(claim(kind="atomic container signature"), beside(sign, claim(kind="atomic container signature")), "no cosign signature of an image", id="other-type"),
        pytest.param(statement(), beside(sign, statement()), "signed payload is missing", id="payload-of-the-other-layout"),
        pytest.param(b"[]", beside(sign, b"[]"), "signed payload is missing", id="list"),
        pytest.param(b"\x00", beside(sign, b"\x00"), "no sound JSON", id="no-json"),
        pytest.param(b'{"critical":{"type":"cosign container image signature","image":3}}', beside(sign, b'{"critical":{"type":"cosign container image signature","image":3}}'), "malformed", id="image-a-number"),
        pytest.param(claim(), None, "beside the payload is missing", id="no-annotations"),
        pytest.param(claim(), {}, "beside the payload is missing", id="no-signature"),
        pytest.param(claim(), {"dev.cosignproject.cosign/signature": "not base64"}, "no base64", id="garbage"),
        pytest.param(claim(), {"dev.cosignproject.cosign/signature": "YQ==", "dev.sigstore.cosign/certificate": "x"}, "by key only", id="certificate"),
        pytest.param(b" " * (CANDIDATE_BYTES + 1), {"dev.cosignproject.cosign/signature": "YQ=="}, "more than 1048576 bytes", id="too-large"),
    ],
)  # fmt: skip
def test_a_bad_simple_signature_is_refused_with_its_reason(
    payload: bytes, notes: dict[str, str] | None, reason: str
) -> None:
    found = asked(simple_store(payload, notes))

    assert found.state == "refused"
    assert reason in found.how


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_is_no_proof_of_a_digest_for_keys_of_other_algorithms(kind: str) -> None:
    others = [other for other in KINDS if other.partition("/")[0] != kind.partition("/")[0]]

    assert asked(bundle_store(bundle(signer(kind).sign)), *others).state == "refused"


def test_a_public_key_inside_the_bundle_is_not_believed() -> None:
    """The oldest trick: the attacker brings signature, key and algorithm."""
    own = signer("p384")
    material = {"publicKey": {"hint": "x", "rawBytes": base64.b64encode(own.pem).decode()}}

    assert asked(bundle_store(bundle(own.sign, verificationMaterial=material))).state == "refused"


def test_bad_signatures_are_passed_over_and_named() -> None:
    bad = bundle(sign, statement(OTHER))
    store = bundle_store(bad, bundle(signer("ed25519").sign), bundle(sign))

    assert asked(store) == Signature(
        "verified",
        "cosign bundle by key keys/p256.pub; passed over: signed for another digest; signed by none of the keys",
    )


def test_a_good_signature_of_the_old_layout_counts_behind_bad_bundles() -> None:
    store = bundle_store(b"{}", b"{ }")
    attach_simple(store, (claim(), beside(sign, claim())))

    found = asked(store)

    assert found.state == "verified"
    assert "the bundle is of an unknown type (2 times)" in found.how


@pytest.mark.parametrize("layout", ["simple", "bundles"])
def test_only_so_many_are_looked_at_and_that_is_said(layout: str) -> None:
    def filled(bad: int) -> InMemory:
        store = InMemory()
        if layout == "simple":
            attach_simple(
                store,
                *[(b"%d" % n, beside(sign, b"x")) for n in range(bad)],
                (claim(), beside(sign, claim())),
            )
        else:
            attach_bundles(store, *[b"%d" % n for n in range(bad)], bundle(sign))
        return store

    assert asked(filled(CANDIDATES - 1)).state == "verified"
    found = asked(filled(CANDIDATES))
    assert found.state == "refused"
    assert "among the first 32, and no more are looked at" in found.how


def test_the_first_good_one_ends_the_search() -> None:
    store = bundle_store(bundle(sign), bundle(sign, statement(OTHER)))
    attach_simple(store, (claim(), beside(sign, claim())))

    asked(store)

    assert len(store.asked) == 3, "the list, a manifest, its layer"


def test_attestations_that_say_so_are_not_even_fetched() -> None:
    store = bundle_store(
        bundle(sign, statement(predicate="https://spdx.dev/Document")), predicate="https://spdx.dev/Document"
    )

    assert asked(store) == Signature("unsigned", "no signature found")
    assert store.asked == ["referrers", LEGACY_TAG]


def test_other_referrers_are_not_fetched() -> None:
    store = InMemory()
    odd = {"artifactType": BUNDLE, "annotations": {"dev.sigstore.bundle.predicateType": ["x"]}}
    store.refer(
        DIGEST,
        [
            {"artifactType": "application/spdx+json", "digest": OTHER},
            "text",
            None,
            {"artifactType": [3]},
            odd,
        ],
    )

    assert asked(store).state == "unsigned"
    assert store.asked == ["referrers", LEGACY_TAG]


def test_a_referrer_without_a_type_is_looked_into() -> None:
    store = InMemory()
    store.refer(DIGEST, [push_artifact(store, [layer_of(store, bundle(sign), BUNDLE)])])

    assert asked(store).state == "verified"


def test_the_old_layout_may_be_a_referrer() -> None:
    store = InMemory()
    layer = layer_of(store, claim(), SIMPLE, annotations=beside(sign, claim()))
    store.refer(
        DIGEST,
        [
            {
                **push_artifact(store, [layer]),
                "artifactType": "application/vnd.dev.cosign.artifact.sig.v1+json",
            }
        ],
    )

    assert asked(store).state == "verified"


def test_nothing_at_all_is_unsigned() -> None:
    store = InMemory(lists=False)

    assert asked(store) == check(store, NAME, DIGEST, [], []) == Signature("unsigned", "no signature found")
    assert store.asked == ["referrers", tag_of(DIGEST), LEGACY_TAG] * 2


def refer_itself(store: InMemory) -> None:
    """What no hash allows, as a store would serve it that does not check."""
    content = json.dumps({"manifests": [{"artifactType": BUNDLE, "digest": OTHER}]}).encode()
    store.push_manifest(content, INDEX, OTHER)
    store.push_manifest(content, INDEX, tag_of(DIGEST))


def malformed(member: str, value: object, tag: str) -> Callable[[InMemory], object]:
    return lambda store: store.push_manifest(json.dumps({member: value}).encode(), MANIFEST, tag)


def referring(descriptor: object) -> Callable[[InMemory], object]:
    return malformed("manifests", [descriptor], tag_of(DIGEST))


def with_layers(*layers: object) -> Callable[[InMemory], object]:
    def fill(store: InMemory) -> None:
        described = push_artifact(
            store, [layer if isinstance(layer, dict) else {"x": layer} for layer in layers]
        )
        store.refer(DIGEST, [{**described, "artifactType": BUNDLE}])

    return fill


@pytest.mark.parametrize(
    ("fill", "reason"),
    [
        pytest.param(refer_itself, "exactly one layer", id="index-of-itself"),
        pytest.param(malformed("manifests", {}, tag_of(DIGEST)), "lists no signatures", id="index-without-list"),
        pytest.param(malformed("layers", [3], LEGACY_TAG), f"a layer of {LEGACY_TAG} is malformed", id="layer-a-number"),
        pytest.param(malformed("layers", [{}], LEGACY_TAG), "layer is of an unknown type", id="layer-empty"),
        pytest.param(malformed("layers", [{"mediaType": SIMPLE, "digest": "latest"}], LEGACY_TAG), "malformed digest", id="layer-by-tag"),
        pytest.param(malformed("manifests", [], LEGACY_TAG), "lists no signatures", id="index-under-the-old-tag"),
        pytest.param(lambda store: store.push_manifest(b"[" * 10_000, MANIFEST, LEGACY_TAG), "no sound JSON", id="deep-manifest"),
        pytest.param(referring({"artifactType": BUNDLE, "digest": "latest"}), "malformed digest", id="manifest-by-tag"),
        pytest.param(referring({"artifactType": BUNDLE, "digest": "../../x"}), "malformed digest", id="path"),
        pytest.param(referring({"artifactType": BUNDLE}), "malformed digest", id="no-digest"),
        pytest.param(referring({"artifactType": BUNDLE, "digest": OTHER}), "listed and not there", id="manifest-missing"),
        pytest.param(with_layers({"mediaType": BUNDLE, "digest": OTHER}), "listed and not there", id="layer-missing"),
        pytest.param(referring({"artifactType": BUNDLE, "annotations": ["x"], "digest": OTHER}), "listed and not there", id="annotations-a-list"),
        pytest.param(with_layers(), "exactly one layer", id="no-layers"),
        pytest.param(with_layers(1, 2), "exactly one layer", id="two-layers"),
        pytest.param(with_layers({"mediaType": "text/plain", "digest": OTHER}), "unknown type", id="text-layer"),
    ],
)  # fmt: skip
def test_what_stands_in_the_place_of_a_signature_and_is_none_is_refused(
    fill: Callable[[InMemory], object], reason: str
) -> None:
    store = InMemory(lists=False)
    fill(store)

    found = asked(store)

    assert found.state == "refused"
    assert reason in found.how


OUTAGES = [RegistryUnreachable, RegistryLimited, RegistryDenied, RegistryError]


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("where", ["referrers", tag_of(DIGEST), LEGACY_TAG])
@pytest.mark.parametrize("keys", [[], [KEY]])
def test_an_outage_is_never_taken_for_unsigned(
    outage: type[RegistryError], where: str, keys: list[str]
) -> None:
    store = InMemory(lists=False)
    store.failures[where] = outage("down")

    with pytest.raises(outage, match="down"):
        check(store, NAME, DIGEST, [signer(kind).public() for kind in keys], [])


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_at_a_candidate_is_no_refusal(outage: type[RegistryError]) -> None:
    for place in (1, 2):
        store = bundle_store(bundle(sign))
        asked(store)
        store.failures[store.asked[place]] = outage("down")

        with pytest.raises(outage, match="down"):
            asked(store)


def test_a_blob_that_is_not_what_its_digest_says_is_passed_over() -> None:
    store = bundle_store(bundle(sign), bundle(sign, statement(DIGEST, OTHER)))
    asked(store)
    store.failures[store.asked[2]] = RegistryProtocol("the blob has another digest\x1b[31m")

    found = asked(store)

    assert found.state == "verified"
    assert found.how.endswith("passed over: the blob has another digest [31m")


@pytest.mark.parametrize("where", ["referrers", tag_of(DIGEST), LEGACY_TAG])
def test_a_list_that_cannot_be_read_hides_no_good_signature_and_is_not_unsigned(where: str) -> None:
    broken, good = InMemory(lists=False), InMemory(lists=False)
    broken.failures[where] = good.failures[where] = RegistryProtocol("answered 418")
    if where == LEGACY_TAG:
        attach_bundles(good, bundle(sign))
    else:
        attach_simple(good, (claim(), beside(sign, claim())))

    assert asked(good).state == "verified"
    assert asked(broken) == Signature(
        "refused", "no good signature: the signatures cannot be listed: answered 418"
    )
    assert check(broken, NAME, DIGEST, [], []).state == "unchecked"


def test_signatures_that_nobody_asked_to_check_are_only_seen() -> None:
    modern, simple, plain, untyped = (InMemory() for _ in range(4))
    attach_bundles(modern, b"whatever")
    attach_simple(simple, (b"whatever", {}))
    attach_bundles(plain, b"whatever", predicate=None)
    untyped.refer(DIGEST, [{"digest": OTHER}])

    seen = {
        store: check(store, NAME, DIGEST, [], []).how.removesuffix(" present, not checked")
        for store in (modern, simple, plain, untyped)
    }

    assert seen == {
        modern: "cosign signature",
        simple: "cosign signature",
        plain: "Sigstore bundle",
        untyped: "artifact of unknown type",
    }
    assert modern.asked == ["referrers"]


def notation_store(*, typed: bool) -> InMemory:
    store = InMemory()
    config = {"mediaType": NOTATION, "digest": OTHER, "size": 2}
    described = push_artifact(store, [layer_of(store, b"{}", "application/jose+json")], config=config)
    store.refer(DIGEST, [{**described, **({"artifactType": NOTATION} if typed else {})}])
    return store


@pytest.mark.parametrize("typed", [True, False])
def test_a_notation_signature_is_seen_and_satisfies_nobody(typed: bool) -> None:
    store = notation_store(typed=typed)

    assert asked(store) == Signature("refused", "no good signature: Notation signature present, not checked")
    attach_simple(store, (claim(), beside(sign, claim())))
    assert asked(store).state == "verified"


def test_a_notation_signature_is_named_where_nobody_asks_for_keys() -> None:
    found = check(notation_store(typed=True), NAME, DIGEST, [], [])

    assert found == Signature("unchecked", "Notation signature present, not checked")


def test_without_a_certificate_no_identity_has_signed() -> None:
    found = check(bundle_store(bundle(sign)), NAME, DIGEST, [], [SOMEBODY])

    assert found == Signature(
        "refused", "no good signature: it carries no certificate, so it names no identity"
    )


def test_a_key_will_do_where_an_identity_would_too() -> None:
    assert asked(bundle_store(bundle(sign)), keyless=(SOMEBODY,)).state == "verified"


def test_reasons_are_short_and_fit_to_be_shown() -> None:
    hostile = "\x1b[31m\u202e" + "x" * 5000
    store = bundle_store(*[bundle(sign, statement(predicate=hostile)), b"{}", b"[]", changed(payload=None)])
    store.failures["referrers"] = RegistryProtocol(hostile)
    store.failures[LEGACY_TAG] = RegistryProtocol(hostile)

    found = asked(store)

    assert found.how.isprintable()
    assert len(found.how) <= 300


@given(st.binary(), st.binary(), st.text())
def test_no_bytes_are_a_signature_by_chance(content: bytes, payload: bytes, signature: str) -> None:
    store = bundle_store(content, bundle(lambda message: payload, content))
    attach_simple(store, (payload, {"dev.cosignproject.cosign/signature": signature}))

    assert asked(store, "p256", "ed25519").state == "refused"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([BUNDLE, OTHER, NOTATION]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["manifests", "layers", "digest", "mediaType", "artifactType", "annotations", "config"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(JSON, JSON)
def test_no_manifest_crashes_the_search(index: object, manifest: object) -> None:
    store = InMemory(lists=False)
    store.push_manifest(json.dumps({"manifests": index, "layers": index}).encode(), INDEX, tag_of(DIGEST))
    store.push_manifest(json.dumps({"manifests": index, "layers": index}).encode(), INDEX, LEGACY_TAG)
    store.push_manifest(json.dumps(manifest).encode(), MANIFEST, OTHER)

    assert asked(store).state in {"unsigned", "refused"}
    check(store, NAME, DIGEST, [], [])
