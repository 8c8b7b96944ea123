"""What images say of themselves, honest and otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.images import (
    CONFIG,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    Image,
    build_image,
    digest_of,
)
from imagebot.errors import RegistryError, RegistryNotFound, RegistryProtocol
from imagebot.evidence import Described
from imagebot.references.image import ImageName
from imagebot.registries.images import CHILDREN, CREATED, LABELS, describe, manifests, platforms
from imagebot.registries.protocol import Manifest
from tests.registries.conftest import USER, Running
from tests.registries.pushing import docker_image, push
from tests.registries.quirk_server import ask
from tests.secrets_planted import PASSWORD

NAME = ImageName("r.example", "a/b")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUILT = "2026-02-01T12:00:00Z"
BUILT_AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}
UNKNOWN = {"os": "unknown", "architecture": "unknown"}


class Store:
    """Content in memory; whatever is put in has its digest."""

    def __init__(self) -> None:
        self.manifests: dict[str, Manifest] = {}
        self.blobs: dict[str, bytes] = {}
        self.asked: list[str] = []

    def manifest(self, name: ImageName, reference: str) -> Manifest:
        self.asked.append("manifest")
        if reference not in self.manifests:
            raise RegistryNotFound(f"{name}@{reference}")
        return self.manifests[reference]

    def blob(self, name: ImageName, digest: str, limit: int) -> bytes:
        self.asked.append("blob")
        if digest not in self.blobs:
            raise RegistryNotFound(f"{name}@{digest}")
        assert len(self.blobs[digest]) <= limit
        return self.blobs[digest]

    def referrers(self, name: ImageName, digest: str) -> tuple[Mapping[str, Any], ...]:
        raise AssertionError("nobody asks for them")

    def put(self, content: object, kind: str = MANIFEST) -> str:
        """Take a manifest in; its digest."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.manifests[digest_of(body)] = Manifest(digest_of(body), kind, body)
        return digest_of(body)

    def config(self, content: object, kind: str = CONFIG) -> dict[str, object]:
        """Take a configuration in; its descriptor."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.blobs[digest_of(body)] = body
        return {"mediaType": kind, "digest": digest_of(body), "size": len(body)}

    def image(
        self, config: object = AMD64, kind: str = MANIFEST, config_kind: str = CONFIG, **more: object
    ) -> str:
        """Take an image in; its digest."""
        return self.put({"schemaVersion": 2, "mediaType": kind, "config": self.config(config, config_kind), "layers": [], **more}, kind)  # fmt: skip

    def child(self, platform: object = AMD64, digest: str = "", kind: str = MANIFEST, **more: object) -> dict[str, object]:  # fmt: skip
        """What an index says of an image."""
        return {"mediaType": kind, "digest": digest or self.image(), "platform": platform, **more}

    def index(self, *children: object, kind: str = INDEX, **more: object) -> str:
        """Take an index in; its digest."""
        return self.put({"schemaVersion": 2, "mediaType": kind, "manifests": children, **more}, kind)


@pytest.fixture
def store() -> Store:
    return Store()


def described(store: Store, digest: str) -> Described:
    return describe(store, NAME, digest, NOW)


class TestManifests:
    def test_a_platform_may_have_several(self, store: Store) -> None:
        one, other = store.image(AMD64), store.image({**AMD64, "os.version": "10.0.1"})
        digest = store.index(store.child(AMD64, one), store.child(AMD64, other), store.child(UNKNOWN, one))

        assert manifests(store, NAME, digest) == {"linux/amd64": {one, other}}

    def test_an_index_that_is_not_read_whole_is_not_compared(self, store: Store) -> None:
        many = [store.child({"os": "linux", "architecture": f"a{n:04}"}) for n in range(CHILDREN)]

        assert len(manifests(store, NAME, store.index(*many[1:]))) == CHILDREN - 1
        assert manifests(store, NAME, store.index(*many)) == {}


class TestPlatforms:
    @pytest.mark.parametrize(
        ("config", "found"),
        [
            pytest.param(AMD64, ("linux/amd64",), id="plain"),
            pytest.param(ARM64, ("linux/arm64/v8",), id="variant"),
            pytest.param({"os": "windows", "architecture": "amd64", "os.version": "10.0.1"}, ("windows/amd64",), id="version-left-out"),
            pytest.param({"os": "linux"}, (), id="no-architecture"),
            pytest.param({"os": "", "architecture": ""}, (), id="empty"),
            pytest.param({"os": "linux", "architecture": ["amd64"]}, (), id="no-text"),
            pytest.param({**ARM64, "variant": 8}, ("linux/arm64",), id="variant-that-is-no-text"),
            pytest.param(UNKNOWN, (), id="unknown"),
            pytest.param({"os": "li\nnux\x1b", "architecture": "a" * 500}, ("li nux /" + "a" * 91 + "…",), id="hostile"),
            pytest.param({}, (), id="nothing"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("config_kind", [CONFIG, DOCKER_CONFIG])
    def test_a_single_image_says_it_in_its_configuration(
        self, store: Store, config: object, config_kind: str, found: tuple[str, ...]
    ) -> None:
        kind = DOCKER_MANIFEST if config_kind == DOCKER_CONFIG else MANIFEST
        digest = store.image(config, kind, config_kind)

        assert platforms(store, NAME, digest) == found
        assert store.asked == ["manifest", "blob"]
        assert described(store, digest).platforms == found

    @pytest.mark.parametrize(
        ("children", "found"),
        [
            pytest.param([AMD64, ARM64], ("linux/amd64", "linux/arm64/v8"), id="several"),
            pytest.param([ARM64, AMD64, ARM64], ("linux/amd64", "linux/arm64/v8"), id="sorted-and-once"),
            pytest.param(
                [AMD64, UNKNOWN, {"os": "linux", "architecture": "unknown"}], ("linux/amd64",), id="unknown"
            ),
            pytest.param([AMD64, None, "linux/arm64", {}, 5], ("linux/amd64",), id="no-platform"),
            pytest.param([UNKNOWN], (), id="attestations-alone"),
            pytest.param([], (), id="nothing"),
        ],
    )
    @pytest.mark.parametrize(
        "kinds", [(INDEX, MANIFEST), (DOCKER_LIST, DOCKER_MANIFEST)], ids=["oci", "docker"]
    )
    def test_an_index_says_it_itself(
        self, store: Store, children: list[object], found: tuple[str, ...], kinds: tuple[str, str]
    ) -> None:
        image = store.image(AMD64, kinds[1])
        digest = store.index(*(store.child(child, image, kinds[1]) for child in children), kind=kinds[0])

        assert platforms(store, NAME, digest) == found
        assert store.asked == ["manifest"]
        assert described(store, digest).platforms == found

    def test_what_is_attached_to_an_image_is_none(self, store: Store) -> None:
        attached = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": "x"}
        digest = store.index(store.child(AMD64), store.child(ARM64, annotations=attached))

        assert platforms(store, NAME, digest) == ("linux/amd64",)

    def test_entries_that_are_none_cost_only_themselves(self, store: Store) -> None:
        good = store.child(AMD64)
        bad: list[object] = [
            None,
            5,
            "x",
            [],
            {},
            {**good, "digest": "sha256:short"},
            {**good, "digest": None},
            {**good, "digest": [good["digest"]]},
            {**good, "mediaType": "application/vnd.cncf.helm.config.v1+json"},
            {**good, "mediaType": [MANIFEST]},
            {**good, "mediaType": None},
        ]

        assert platforms(store, NAME, store.index(*({**e, "platform": ARM64} if isinstance(e, dict) else e for e in bad), good)) == ("linux/amd64",)  # fmt: skip

    @pytest.mark.parametrize("listed", [None, {}, "x", 5])
    def test_an_index_without_a_list_is_empty(self, store: Store, listed: object) -> None:
        digest = store.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}, INDEX)

        assert platforms(store, NAME, digest) == ()
        assert described(store, digest) == Described(digest, ())

    def test_an_index_in_an_index_is_opened_and_no_deeper(self, store: Store) -> None:
        deepest = store.index(store.child({"os": "linux", "architecture": "s390x"}))
        inner = store.index(store.child(ARM64), {"mediaType": INDEX, "digest": deepest})
        outer = store.index(store.child(AMD64), {"mediaType": DOCKER_LIST, "digest": inner})

        assert platforms(store, NAME, outer) == ("linux/amd64", "linux/arm64/v8")
        assert store.asked == ["manifest", "manifest"]

    def test_children_are_counted_without_what_is_attached_to_them(self, store: Store) -> None:
        """A build for 40 platforms has 80 entries, each image with its attestation."""
        image = store.image()
        attached = store.child(
            UNKNOWN, image, annotations={"vnd.docker.reference.type": "attestation-manifest"}
        )
        pairs = [
            (store.child({"os": "linux", "architecture": f"a{n:02}"}, image), attached) for n in range(40)
        ]

        assert len(platforms(store, NAME, store.index(*(entry for pair in pairs for entry in pair)))) == 40

    def test_more_children_than_any_image_has_are_not_looked_at(self, store: Store) -> None:
        image = store.image()
        many = [store.child({"os": "linux", "architecture": f"a{n:04}"}, image) for n in range(5000)]

        assert platforms(store, NAME, store.index(*many)) == tuple(f"linux/a{n:04}" for n in range(CHILDREN))

    @pytest.mark.parametrize("full", [True, False])
    def test_many_indexes_in_an_index_cost_no_more_requests_than_it_may_have_children(
        self, store: Store, full: bool
    ) -> None:
        image = store.image()
        children = [[store.child({"os": f"o{i:03}", "architecture": f"a{n}"}, image) for n in range(3 * full)] for i in range(300)]  # fmt: skip
        inner = [store.index(*own, annotations={"n": f"{n}"}) for n, own in enumerate(children)]
        digest = store.index(*({"mediaType": INDEX, "digest": each} for each in inner))

        assert len(platforms(store, NAME, digest)) == (CHILDREN if full else 0)
        assert len(store.asked) <= 1 + CHILDREN


NO_IMAGE = [
    pytest.param({"config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": digest_of(b"")}}, "helm", id="chart"),
    pytest.param({"config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_of(b"{}")}, "artifactType": "x/y"}, "empty", id="artifact"),
    pytest.param({"config": {"mediaType": "application/vnd.cncf.notary.signature", "digest": digest_of(b"{}")}}, "notary", id="signature"),
    pytest.param({"config": {"mediaType": "\x1b[31m" + "x" * 500, "digest": digest_of(b"{}")}}, "xxx", id="hostile"),
    pytest.param({"config": {"digest": digest_of(b"{}")}}, "without a type", id="no-type"),
    pytest.param({"config": {"mediaType": CONFIG}}, "config", id="no-digest"),
    pytest.param({"config": {"mediaType": CONFIG, "digest": "sha256:../../x"}}, "config", id="malformed-digest"),
    pytest.param({"config": {"mediaType": [CONFIG], "digest": digest_of(b"{}")}}, "config", id="type-in-a-list"),
    pytest.param({"config": None}, "without a type", id="null"),
    pytest.param({}, "without a type", id="nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "shown"), NO_IMAGE)
@pytest.mark.parametrize("within", [False, True], ids=["alone", "in-an-index"])
def test_what_is_no_image_says_so(store: Store, content: dict[str, object], shown: str, within: bool) -> None:
    inner = store.put({"schemaVersion": 2, "mediaType": MANIFEST, **content})
    digest = store.index(store.child(AMD64, inner)) if within else inner

    with pytest.raises(RegistryProtocol, match=f"{NAME}@{inner} is no image, but .*{shown}") as refused:
        described(store, digest)

    assert refused.value.id == "registry-no-image"
    assert "\x1b" not in refused.value.message
    assert len(refused.value.message) < 300
    if not within:
        with pytest.raises(RegistryProtocol, match="is no image"):
            platforms(store, NAME, digest)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(
            {"mediaType": INDEX, "config": {}, "layers": []}, MANIFEST, id="index-served-as-manifest"
        ),
        pytest.param({"mediaType": MANIFEST, "manifests": []}, INDEX, id="manifest-served-as-index"),
        pytest.param({"manifests": [], "config": {}}, MANIFEST, id="both-as-manifest"),
        pytest.param({"manifests": [], "config": {}}, INDEX, id="both-as-index"),
        pytest.param({"manifests": [], "layers": []}, INDEX, id="index-with-layers"),
        pytest.param({"mediaType": DOCKER_MANIFEST, "config": {}}, MANIFEST, id="docker-served-as-oci"),
        pytest.param({"mediaType": None, "config": {}}, MANIFEST, id="null-type"),
    ],
)
def test_what_could_be_read_as_two_things_is_neither(
    store: Store, content: dict[str, object], kind: str
) -> None:
    """CVE-2021-41190."""
    digest = store.put({"schemaVersion": 2, **content}, kind)

    for question in (lambda: platforms(store, NAME, digest), lambda: described(store, digest)):
        with pytest.raises(RegistryProtocol, match=f"{digest} is served as .* something else"):
            question()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"5", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 50_000]
)
@pytest.mark.parametrize("kind", [MANIFEST, INDEX, CONFIG])
def test_what_is_no_json_object_is_refused(store: Store, body: bytes, kind: str) -> None:
    digest = store.image(body) if kind == CONFIG else store.put(body, kind)

    with pytest.raises(RegistryProtocol, match=f"sent no JSON.* for {NAME}"):
        platforms(store, NAME, digest)


@pytest.mark.parametrize("within", [False, True], ids=["alone", "in-an-index"])
def test_a_configuration_that_is_not_there_is_not_found(store: Store, within: bool) -> None:
    digest = store.image()
    store.blobs.clear()
    digest = store.index(store.child(AMD64, digest)) if within else digest

    with pytest.raises(RegistryNotFound):
        described(store, digest)


class TestCreated:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            pytest.param(BUILT, BUILT_AT, id="plain"),
            pytest.param(
                "2026-02-01T14:00:00.123456789+02:00", BUILT_AT.replace(microsecond=123456), id="nanoseconds"
            ),
            pytest.param("1970-01-01T00:00:00Z", None, id="1970"),
            pytest.param("1980-01-01T00:00:00Z", None, id="1980"),
            pytest.param("1980-01-01T00:00:01Z", None, id="just-after-1980"),
            pytest.param("0001-01-01T00:00:00Z", None, id="year-1"),
            pytest.param("0001-01-01T00:00:00+23:59", None, id="before-year-1"),
            pytest.param("2027-01-01T00:00:00Z", None, id="future"),
            pytest.param("2026-02-01T12:00:00", None, id="no-zone"),
            pytest.param("2026-02-30T12:00:00Z", None, id="no-day"),
            pytest.param("yesterday", None, id="no-date"),
            pytest.param("", None, id="empty"),
            pytest.param(None, None, id="null"),
            pytest.param(1769947200, None, id="number"),
            pytest.param([BUILT], None, id="list"),
        ],
    )
    def test_a_date_is_read_or_there_is_none(
        self, store: Store, written: object, read: datetime | None
    ) -> None:
        assert described(store, store.image({**AMD64, "created": written})).created == read
        annotated = store.image(AMD64, annotations={CREATED: written})
        assert described(store, annotated).created == read
        assert described(store, store.index(annotations={CREATED: written})).created == read

    @pytest.mark.parametrize("first", range(4))
    def test_the_outermost_date_that_can_be_counts(self, store: Store, first: int) -> None:
        dates = [f"20{20 + n}-01-01T00:00:00Z" if n >= first else "1970-01-01T00:00:00Z" for n in range(4)]
        image = store.image({**AMD64, "created": dates[3]}, annotations={CREATED: dates[2]})
        child = store.child(AMD64, image, annotations={CREATED: dates[1]})
        digest = store.index(child, annotations={CREATED: dates[0]})

        assert described(store, digest).created == datetime(2020 + first, 1, 1, tzinfo=UTC)


class TestLabels:
    def test_the_outermost_wins(self, store: Store) -> None:
        def layer(*keys: str, value: str) -> dict[str, str]:
            return dict.fromkeys(keys, value)

        labels = layer("a", "b", "c", "d", value="label")
        image = store.image(
            {**AMD64, "config": {"Labels": labels}}, annotations=layer("a", "b", "c", value="manifest")
        )
        child = store.child(AMD64, image, annotations=layer("a", "b", value="descriptor"))
        digest = store.index(child, annotations=layer("a", value="index"))

        assert described(store, digest).labels == {
            "a": "index",
            "b": "descriptor",
            "c": "manifest",
            "d": "label",
        }
        assert described(store, image).labels == {
            "a": "manifest",
            "b": "manifest",
            "c": "manifest",
            "d": "label",
        }

    def test_an_index_without_images_has_its_own(self, store: Store) -> None:
        assert described(store, store.index(annotations={"a": "1"})).labels == {"a": "1"}

    @pytest.mark.parametrize(
        "labels", [None, [], "x", 5, {"a": 1, "b": None, "c": ["x"], "d": {"e": "f"}, "g": True}]
    )
    def test_what_is_no_text_is_none(self, store: Store, labels: object) -> None:
        for config in ({"Labels": labels}, labels):
            assert described(store, store.image({**AMD64, "config": config}, annotations=labels)).labels == {}

    def test_they_are_bounded_and_the_outermost_are_not_what_is_cut_off(self, store: Store) -> None:
        flood = {f"{number:05}": "x" for number in range(10_000)}
        image = store.image({**AMD64, "config": {"Labels": flood}}, annotations={"outer": "1"})

        found = described(store, image).labels

        assert len(found) == LABELS
        assert found["outer"] == "1"
        assert set(found) <= {"outer", *flood}

    def test_long_ones_are_cut(self, store: Store) -> None:
        labels = {"a": "v" * 1_000_000, "k" * 1_000_000: "b"}

        found = described(store, store.image({**AMD64, "config": {"Labels": labels}})).labels

        assert found == {"a": "v" * 4096, "k" * 4096: "b"}

    def test_half_a_character_is_replaced(self, store: Store) -> None:
        """JSON can spell it, and no file or terminal takes it."""
        config = b'{"os":"linux","architecture":"a\\ud800","config":{"Labels":{"a":"\\ud83d","b\\udc00":"\\ud83d\\ude00"}}}'
        digest = store.put({"config": store.config(config)})

        found = described(store, digest)

        assert found.labels == {"a": "?", "b?": "\N{GRINNING FACE}"}
        assert f"{found}".encode()


def test_what_an_index_says_does_not_hang_on_its_order(store: Store) -> None:
    images = [
        store.child(
            platform, store.image({**platform, "config": {"Labels": {"which": platform["architecture"]}}})
        )
        for platform in (AMD64, ARM64, {"os": "linux", "architecture": "386"})
    ]
    there, back = (described(store, store.index(*order)) for order in (images, images[::-1]))

    assert there.labels == back.labels == {"which": "386"}
    assert there.platforms == back.platforms == ("linux/386", "linux/amd64", "linux/arm64/v8")


def test_an_index_costs_one_image_however_many_it_has(store: Store) -> None:
    digest = store.index(*(store.child({"os": "linux", "architecture": f"a{n}"}) for n in range(20)))
    described(store, digest)

    assert store.asked == ["manifest", "manifest", "blob"]


keys = st.sampled_from(["mediaType", "manifests", "config", "layers", "annotations", "platform", "digest", "os", "architecture", "created", "Labels", CREATED, "x"])  # fmt: skip
values = st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from([MANIFEST, INDEX, CONFIG, digest_of(b"{}"), BUILT])  # fmt: skip
junk = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=15,
)


@given(st.dictionaries(keys, junk, max_size=6), st.dictionaries(keys, junk, max_size=4), st.sampled_from([MANIFEST, INDEX, DOCKER_LIST, DOCKER_MANIFEST]))  # fmt: skip
def test_whatever_it_holds_it_is_described_or_refused(document: object, config: object, kind: str) -> None:
    store = Store()
    store.put(b"{}")
    store.blobs[digest_of(b"{}")] = b"{}"
    if isinstance(document, dict) and document.get("config"):
        document["config"] = store.config(config)
    digest = store.put(document, kind)
    try:
        found = described(store, digest)
        assert platforms(store, NAME, digest) == found.platforms
    except RegistryError:
        return
    assert found.created is None or found.created <= NOW + timedelta(days=1)
    assert all(isinstance(text, str) for pair in found.labels.items() for text in pair)


@pytest.mark.parametrize(
    ("image", "found"),
    [
        pytest.param(build_image(b"x", platforms=("linux/arm64/v8",), created=BUILT, labels={"a": "1"}), ("linux/arm64/v8",), id="single"),
        pytest.param(build_image(b"x", platforms=("linux/arm64/v8", "linux/amd64"), created=BUILT, labels={"a": "1"}), ("linux/amd64", "linux/arm64/v8"), id="index"),
    ],
)  # fmt: skip
def test_every_registry_tells_of_an_image(
    running: Running, repository: str, image: Image, found: tuple[str, ...]
) -> None:
    name = ImageName(running.host, repository)
    push(name.host, name.path, "1.0", image, running.auth)

    with ask(name.host, {"username": USER, "password": PASSWORD} if running.auth else None) as client:
        assert client.platforms(name, image.digest) == found
        assert client.describe(name, image.digest) == Described(image.digest, found, BUILT_AT, {"a": "1"})


def test_every_registry_tells_of_docker_s_own_types(running: Running, repository: str) -> None:
    name = ImageName(running.host, repository)
    digest = push(name.host, name.path, "1.0", docker_image(), running.auth)

    with ask(name.host, {"username": USER, "password": PASSWORD} if running.auth else None) as client:
        assert client.describe(name, digest) == Described(digest, ("linux/amd64",))
