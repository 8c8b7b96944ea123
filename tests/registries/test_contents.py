"""Content that a digest names: fetched once, checked always, and never more than is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.images import INDEX, MANIFEST, build_image, digest_of
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryDenied, RegistryNotFound, RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from imagebot.registries.contents import RegistryContents
from imagebot.registries.protocol import Manifest
from tests.registries.conftest import USER, Running
from tests.registries.pushing import push
from tests.registries.quirk_server import GOOD, Answer, ask, challenge, manifest, quirky
from tests.secrets_planted import PASSWORD, SECRET

BODY = b'{"schemaVersion":2,"config":{},"layers":[]}'
DIGEST = digest_of(BODY)
SHA512 = f"sha512:{hashlib.sha512(BODY).hexdigest()}"
ABSENT = digest_of(b"absent")


@contextmanager
def reading(
    host: str, folder: Path | None = None, entry: dict[str, str] | None = None
) -> Iterator[RegistryContents]:
    """One run's way to content."""
    cache = Cache(folder)
    with ask(host, entry, cache=cache) as client:
        yield RegistryContents(client.session, client.locate, cache)


def counted(answer: Answer) -> tuple[Answer, list[str]]:
    """A server, and what it was asked."""
    asked: list[str] = []

    def counting(request: Request) -> Response:
        asked.append(f"{request.method} {request.path}")
        return answer(request)

    return counting, asked


class TestManifest:
    @pytest.mark.parametrize("digest", [DIGEST, SHA512], ids=["sha256", "sha512"])
    def test_what_a_digest_names_is_fetched_once(self, tmp_path: Path, digest: str) -> None:
        answer, asked = counted(lambda r: manifest(BODY))
        with quirky(answer) as host:
            for _ in range(2):
                with reading(host, tmp_path) as contents:
                    for _ in range(2):
                        found = contents.manifest(ImageName(host, "a/b"), digest)
                        assert found == Manifest(digest, MANIFEST, BODY)

        assert asked == [f"GET /v2/a/b/manifests/{digest}"]

    def test_a_tag_is_asked_for_and_its_content_is_not(
        self, tmp_path: Path, registry: EmbeddedRegistry
    ) -> None:
        digest = registry.push("a/b", "1.0")
        for _ in range(2):
            with reading(registry.host, tmp_path) as contents:
                assert contents.manifest(ImageName(registry.host, "a/b"), "1.0").digest == digest

        assert [(seen.method, seen.path.rpartition("/")[2]) for seen in registry.requests] == [
            ("HEAD", "1.0"),
            ("GET", digest),
            ("HEAD", "1.0"),
        ]

    def test_other_content_is_refused_and_not_kept(self, tmp_path: Path) -> None:
        answer, asked = counted(lambda r: manifest(b'{"forged":1}', Docker_Content_Digest=DIGEST))
        with quirky(answer) as host, reading(host, tmp_path) as contents:
            for _ in range(2):
                with pytest.raises(RegistryProtocol, match=f"other content .*a/b@{DIGEST}") as refused:
                    contents.manifest(ImageName(host, "a/b"), DIGEST)
        assert refused.value.hint
        assert len(asked) == 2

    @pytest.mark.parametrize(
        ("answer", "kind", "reason"),
        [
            pytest.param(Response(404, b'{"errors":[{"message":"manifest unknown"}]}'), RegistryNotFound, "manifest unknown", id="absent"),
            pytest.param(Response(403), RegistryDenied, "forbidden", id="forbidden"),
            pytest.param(Response(400), RegistryProtocol, "answered 400", id="bad-request"),
            pytest.param(Response(304), RegistryProtocol, "answered 304", id="not-modified"),
            pytest.param(Response(204), RegistryProtocol, "answered 204", id="no-content"),
            pytest.param(manifest(BODY, "text/html"), RegistryProtocol, "is no image", id="html"),
            pytest.param(Response(200, BODY), RegistryProtocol, "is no image", id="no-type"),
            pytest.param(Response(307, b"", {"Location": "http://127.0.0.1:1/x"}), RegistryProtocol, "another host", id="redirect"),
            pytest.param(Response(307, b"", {"Location": "/v2/a/b/manifests/x"}), RegistryProtocol, "in circles", id="circle"),
            pytest.param(manifest(b" " * (4 * 1024 * 1024 + 1)), RegistryProtocol, "more than", id="endless"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_had_is_an_error(
        self, answer: Response, kind: type[Exception], reason: str
    ) -> None:
        with quirky(lambda r: answer) as host, reading(host) as contents:
            with pytest.raises(kind, match=reason):
                contents.manifest(ImageName(host, "a/b"), DIGEST)

    @pytest.mark.parametrize(
        "reference",
        [
            "",
            "..",
            "a/b",
            "1.0\n",
            "sha256:abc",
            "md5:" + "a" * 32,
            DIGEST.upper(),
            f"{DIGEST}/../x",
            "\ud800",
        ],
    )
    def test_what_is_neither_tag_nor_digest_is_never_asked_for(self, registry: EmbeddedRegistry, reference: str) -> None:  # fmt: skip
        with (
            reading(registry.host) as contents,
            pytest.raises(RegistryProtocol, match="neither tag nor digest"),
        ):
            contents.manifest(ImageName(registry.host, "a/b"), reference)

        assert registry.requests == ()

    def test_a_kept_blob_of_the_same_digest_has_no_type_and_is_no_manifest(self, tmp_path: Path) -> None:
        with quirky(lambda r: manifest(BODY, "application/vnd.oci.image.index.v1+json")) as host:
            name = ImageName(host, "a/b")
            with reading(host, tmp_path) as contents:
                assert contents.blob(name, DIGEST, 100) == BODY
                assert contents.manifest(name, DIGEST).media_type == INDEX
                assert contents.blob(name, DIGEST, 100) == BODY

    def test_a_kept_type_that_is_none_is_not_believed(self, tmp_path: Path) -> None:
        with quirky(lambda r: manifest(BODY)) as host:
            cache = Cache(tmp_path)
            cache.keep_content("anonymous", f"{host}/a/b", DIGEST, "text/evil", BODY)
            cache.close()
            with reading(host, tmp_path) as contents:
                assert contents.manifest(ImageName(host, "a/b"), DIGEST).media_type == MANIFEST


class TestBlob:
    @pytest.mark.parametrize("digest", [DIGEST, SHA512], ids=["sha256", "sha512"])
    def test_it_is_fetched_once(self, tmp_path: Path, digest: str) -> None:
        answer, asked = counted(lambda r: Response(200, BODY))
        with quirky(answer) as host:
            for _ in range(2):
                with reading(host, tmp_path) as contents:
                    assert contents.blob(ImageName(host, "a/b"), digest, 1000) == BODY

        assert asked == [f"GET /v2/a/b/blobs/{digest}"]

    def test_nothing_is_a_blob_too(self, tmp_path: Path) -> None:
        answer, asked = counted(lambda r: Response(200))
        with quirky(answer) as host, reading(host, tmp_path) as contents:
            for _ in range(2):
                assert contents.blob(ImageName(host, "a/b"), digest_of(b""), 0) == b""

        assert len(asked) == 1

    def test_one_over_the_limit_is_refused_kept_or_not(self, tmp_path: Path) -> None:
        with quirky(lambda r: Response(200, BODY)) as host, reading(host, tmp_path) as contents:
            name = ImageName(host, "a/b")
            for _ in range(2):
                with pytest.raises(RegistryProtocol, match="more than 42 bytes"):
                    contents.blob(name, DIGEST, len(BODY) - 1)
                assert contents.blob(name, DIGEST, len(BODY)) == BODY

    def test_other_content_is_refused_and_not_kept(self, tmp_path: Path) -> None:
        bodies = iter([b"forged", BODY])
        with quirky(lambda r: Response(200, next(bodies))) as host, reading(host, tmp_path) as contents:
            with pytest.raises(RegistryProtocol, match="other content"):
                contents.blob(ImageName(host, "a/b"), DIGEST, 1000)
            assert contents.blob(ImageName(host, "a/b"), DIGEST, 1000) == BODY

    @pytest.mark.parametrize("digest", ["", "1.0", "../x", "sha256:abc", f"{DIGEST}\n"])
    def test_what_is_no_digest_is_never_asked_for(self, registry: EmbeddedRegistry, digest: str) -> None:
        with reading(registry.host) as contents:
            for question in (lambda: contents.blob(ImageName(registry.host, "a/b"), digest, 1), lambda: contents.referrers(ImageName(registry.host, "a/b"), digest)):  # fmt: skip
                with pytest.raises(RegistryProtocol, match="is no digest"):
                    question()

        assert registry.requests == ()

    def test_it_may_lie_on_another_host_which_is_told_nothing(self, tmp_path: Path) -> None:
        told: list[dict[str, str]] = []

        def content(request: Request) -> Response:
            told.append({**request.headers, "query": request.raw_query})
            return Response(200, BODY)

        with quirky(content) as cdn:

            def registry(request: Request) -> Response:
                if not request.headers.get("authorization"):
                    return challenge('Basic realm="r"')
                return Response(307, b"", {"Location": f"http://{cdn}/signed?token=abc"})

            with quirky(registry) as host:
                for _ in range(2):
                    with reading(host, tmp_path, GOOD) as contents:
                        assert contents.blob(ImageName(host, "a/b"), DIGEST, 1000) == BODY

        # the second run does not know yet that credentials are wanted, and asks as nobody
        assert len(told) == 2
        assert all("authorization" not in headers and "cookie" not in headers for headers in told)
        assert told[0]["query"] == "token=abc"
        kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"token=abc" not in kept
        assert SECRET.encode() not in kept

    def test_the_other_host_is_checked_like_the_first(self) -> None:
        with quirky(lambda r: Response(200, b"forged")) as cdn:
            redirect = Response(307, b"", {"Location": f"http://{cdn}/signed?token=abc"})
            with quirky(lambda r: redirect) as host, reading(host) as contents:
                with pytest.raises(RegistryProtocol, match="other content") as refused:
                    contents.blob(ImageName(host, "a/b"), DIGEST, 1000)

        assert "abc" not in refused.value.message

    @pytest.mark.parametrize(
        "target",
        [
            pytest.param("http://169.254.169.254/latest/meta-data", id="metadata"),
            pytest.param("http://[fd00:ec2::254]/", id="metadata-v6"),
            pytest.param("file:///etc/passwd", id="file"),
            pytest.param("http://user:password@127.0.0.1/", id="userinfo"),
            pytest.param("", id="nowhere"),
        ],
    )
    def test_it_may_not_lie_anywhere(self, target: str) -> None:
        with quirky(lambda r: Response(307, b"", {"Location": target})) as host, reading(host) as contents:
            with pytest.raises(RegistryProtocol, match="redirects"):
                contents.blob(ImageName(host, "a/b"), DIGEST, 1000)


def listed(entries: object, **headers: str) -> Response:
    """A page of referrers."""
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()
    return manifest(body, INDEX, **headers)


class TestReferrers:
    @staticmethod
    def found(answer: Answer) -> tuple[Any, ...]:
        with quirky(answer) as host, reading(host) as contents:
            return contents.referrers(ImageName(host, "a/b"), DIGEST)

    def test_all_pages_are_read(self) -> None:
        def answer(request: Request) -> Response:
            place = int(request.one("page", "0"))
            link = {} if place == 2 else {"Link": f'<{request.path}?page={place + 1}>; rel="next"'}
            return listed([{"n": place}], **link)

        assert self.found(answer) == ({"n": 0}, {"n": 1}, {"n": 2})

    @pytest.mark.parametrize(
        "entries",
        [
            pytest.param([], id="empty"),
            pytest.param(None, id="null"),
            pytest.param({"a": 1}, id="no-list"),
            pytest.param([1, None, "x", []], id="no-descriptors"),
        ],
    )
    def test_there_may_be_none(self, entries: object) -> None:
        assert self.found(lambda r: listed(entries)) == ()

    def test_what_is_no_descriptor_is_left_out(self) -> None:
        assert self.found(lambda r: listed([1, {"digest": 5}, None])) == ({"digest": 5},)

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(Response(404, b"404 page not found\n", {"Content-Type": "text/plain"}), id="404"),
            pytest.param(Response(400), id="400"),
            pytest.param(Response(405), id="405"),
            pytest.param(Response(406), id="406"),
            pytest.param(manifest(b"<html>", "text/html"), id="html"),
            pytest.param(manifest(b'{"manifests":[]}', "text/plain"), id="text"),
            pytest.param(manifest(b'{"manifests":[]}', "application/json"), id="json"),
            pytest.param(Response(200), id="no-type"),
            pytest.param(Response(204), id="no-content"),
        ],
    )
    def test_a_registry_may_keep_no_list(self, answer: Response) -> None:
        with pytest.raises(RegistryNotFound):
            self.found(lambda r: answer)

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            pytest.param(lambda r: manifest(b"<html>", INDEX), "no JSON for the referrers of .*a/b", id="no-json"),
            pytest.param(lambda r: manifest(b"[" * 100_000, INDEX), "no JSON", id="deep"),
            pytest.param(lambda r: manifest(b"\xff\xfe", INDEX), "no JSON", id="no-text"),
            pytest.param(lambda r: manifest(b" " * (4 * 1024 * 1024 + 1), INDEX), "more than", id="endless"),
            pytest.param(lambda r: listed([], Link='<http://evil.example/v2/a/b/referrers/x?n=1>; rel="next"'), "lies elsewhere", id="foreign-link"),
            pytest.param(lambda r: listed([], Link='</v2/other/referrers/x?n=1>; rel="next"'), "lies elsewhere", id="foreign-path"),
            pytest.param(lambda r: listed([], Link='<http://[>; rel="next"'), "lies elsewhere", id="no-address"),
            pytest.param(lambda r: Response(304), "knows nothing", id="not-modified"),
            pytest.param(lambda r: Response(307, b"", {"Location": "http://127.0.0.1:1/x"}), "another host", id="redirect"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_an_error(self, answer: Answer, reason: str) -> None:
        with pytest.raises(RegistryProtocol, match=reason) as refused:
            self.found(answer)

        assert "evil" not in refused.value.message

    def test_what_is_nested_nearly_too_deep_is_read_or_refused(self) -> None:
        """Reading and writing JSON do not give up at the same depth."""
        depths = iter(range(900, 1000))

        def answer(request: Request) -> Response:
            depth = next(depths)
            return manifest(
                b'{"manifests":[{"a":' + b"[" * depth + b"]" * depth + b"}]}", INDEX, ETag=f'"{depth}"'
            )

        outcomes: set[object] = set()
        with quirky(answer) as host, reading(host) as contents:
            for _ in range(100):
                try:
                    outcomes.add(len(contents.referrers(ImageName(host, "a/b"), DIGEST)))
                except RegistryProtocol as error:
                    outcomes.add(error.id)

        assert outcomes
        assert outcomes <= {1, "registry-protocol"}

    @pytest.mark.parametrize(
        ("a_page", "pages"), [pytest.param(400, 3, id="large-pages"), pytest.param(1, 10, id="small-pages")]
    )
    def test_there_is_an_end_to_it(self, a_page: int, pages: int) -> None:
        numbers = iter(range(10_000))
        answer, asked = counted(
            lambda r: listed([{}] * a_page, Link=f'<{r.path}?page={next(numbers)}>; rel="next"')
        )

        assert len(self.found(answer)) == min(1000, a_page * pages)
        assert len(asked) == pages

    def test_a_list_is_asked_for_again_on_a_condition(self, tmp_path: Path) -> None:
        given: list[str] = []

        def answer(request: Request) -> Response:
            given.append(request.headers.get("if-none-match", ""))
            if given[-1]:
                return Response(304)
            second = bool(request.raw_query)
            link = {} if second else {"Link": f'<{request.path}?page=2>; rel="next"'}
            return listed([{"second": second}], ETag='"1"', **link)

        with quirky(answer) as host:
            for _ in range(2):
                with reading(host, tmp_path) as contents:
                    found = contents.referrers(ImageName(host, "a/b"), DIGEST)
                    assert found == ({"second": False}, {"second": True})

        assert given == ["", "", '"1"', '"1"']


OTHER = {"username": "other", "password": "an0ther-s3cret"}


class TestWho:
    """Content of one is never shown to another, though its digest may be known to both."""

    @staticmethod
    def gated(request: Request) -> Response:
        """Lets one user see everything, and others nothing."""
        given = request.headers.get("authorization", "")
        if not given:
            return challenge('Basic realm="r"')
        return manifest(BODY) if given == "Basic Ym90OnBsNG50ZWQtczNjcmV0" else Response(403)

    @pytest.mark.parametrize("entry", [None, OTHER], ids=["nobody", "other"])
    @pytest.mark.parametrize("manifest_first", [True, False])
    def test_what_credentials_opened_opens_for_no_other(
        self, tmp_path: Path, entry: dict[str, str] | None, manifest_first: bool
    ) -> None:
        def read(contents: RegistryContents, host: str) -> None:
            name = ImageName(host, "a/b")
            questions: list[Callable[[], object]] = [
                lambda: contents.manifest(name, DIGEST),
                lambda: contents.blob(name, DIGEST, 1000),
            ]
            for question in questions if manifest_first else questions[::-1]:
                question()

        with quirky(self.gated) as host:
            with reading(host, tmp_path, GOOD) as contents:
                read(contents, host)
            with reading(host, tmp_path, entry) as contents, pytest.raises(RegistryDenied):
                read(contents, host)

    def test_a_second_run_uses_what_the_first_kept_once_it_knows_who_asks(self, tmp_path: Path) -> None:
        credentials = {"bot": SECRET}
        with EmbeddedRegistry(auth="token", credentials=credentials) as registry:
            digest = registry.push("a/b", "1.0")
            name = ImageName(registry.host, "a/b")
            for _ in range(2):
                registry.reset_requests()
                with reading(registry.host, tmp_path, GOOD) as contents:
                    contents.manifest(name, "1.0")
                    contents.manifest(name, digest)

            assert [(seen.method, seen.status) for seen in registry.requests] == [
                ("HEAD", 401),
                ("GET", 200),  # the token
                ("HEAD", 304),
            ]


def test_on_every_registry_content_is_what_was_pushed(
    running: Running, repository: str, tmp_path: Path
) -> None:
    image = build_image(b"layer", platforms=("linux/amd64", "linux/arm64/v8"))
    push(running.host, repository, "1.0", image, running.auth)
    name = ImageName(running.host, repository)
    entry = {"username": USER, "password": PASSWORD} if running.auth else None

    for _ in range(2):
        with reading(running.host, tmp_path, entry) as contents:
            assert contents.manifest(name, "1.0").digest == image.digest
            for digest, (kind, body) in image.manifests.items():
                assert contents.manifest(name, digest) == Manifest(digest, kind, body)
            for digest, body in image.blobs.items():
                assert contents.blob(name, digest, 10_000) == body
            for question in (
                lambda: contents.manifest(name, ABSENT),
                lambda: contents.blob(name, ABSENT, 10_000),
                lambda: contents.referrers(name, image.digest),
            ):
                with pytest.raises(RegistryNotFound):
                    question()
