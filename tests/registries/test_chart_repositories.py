"""Classic chart repositories: one file, fetched and parsed once, asked for again on a condition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.errors import RegistryDenied, RegistryError, RegistryNotFound, RegistryProtocol
from imagebot.policies.policy import RegistrySettings
from imagebot.references.image import ImageName
from imagebot.registries import charts
from imagebot.registries.cache import Cache
from imagebot.registries.client import RegistryClient
from imagebot.registries.credentials import Credentials
from imagebot.registries.protocol import Listing
from tests.registries.quirk_server import GOOD, Answer, ask, challenge, quirky
from tests.registries.test_conditional import overwrite
from tests.secrets_planted import SECRET

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"


def index(entries: Mapping[str, list[dict[str, Any]]], **headers: str) -> Response:
    """An index; a header's ``-`` is written ``_``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, json.dumps({"apiVersion": "v1", "entries": entries}).encode(), named)


WEB = {"web": [{"version": "1.2.0", "digest": HEX}, {"version": "1.10.0"}, {"version": "latest"}]}


def chart(host: str, path: str = "stable/web") -> ImageName:
    return ImageName(host, path, "http")


def test_versions_and_digests_are_those_of_the_index() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(f"{request.method} {request.path}")
        return index(WEB)

    with quirky(answer) as host, ask(host) as client:
        assert client.tags(chart(host)) == Listing(("1.2.0", "1.10.0"))
        assert client.digest(chart(host), "1.2.0") == DIGEST
        assert client.digest(chart(host), "1.10.0") == ""

    assert asked == ["GET /stable/index.yaml"]


@pytest.mark.parametrize(
    ("path", "version", "reason"),
    [
        pytest.param("stable/other", "1.2.0", "stable/index.yaml lists no chart 'other'", id="chart"),
        pytest.param("stable/web", "9.9.9", "stable/index.yaml lists no version 9.9.9", id="version"),
        pytest.param("stable/web", "latest", "lists no version latest", id="version-that-is-none"),
        pytest.param(
            "stable/web", "1.2.0\x1b[31m" + "x" * 500, "lists no version 1.2.0 \\[31mx", id="hostile"
        ),
    ],
)
def test_what_is_not_listed_is_not_found(path: str, version: str, reason: str) -> None:
    with quirky(lambda r: index(WEB)) as host, ask(host) as client:
        with pytest.raises(RegistryNotFound, match=reason) as missing:
            client.digest(chart(host, path), version)

    assert f"http://{host}/" in missing.value.message
    assert "\x1b" not in missing.value.message
    assert len(missing.value.message) < 250


def test_many_threads_read_the_index_of_a_hundred_charts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"c{number}" for number in range(100)]
    asked, parsed = [], []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return index({name: [{"version": "1.0.0", "digest": HEX}] for name in names})

    def counting(text: bytes) -> charts.Index:
        parsed.append(len(text))
        return charts.read_index(text)

    monkeypatch.setattr("imagebot.registries.chart_repositories.read_index", counting)
    with quirky(answer) as host, ask(host) as client, ThreadPoolExecutor(16) as pool:
        together = Barrier(16)

        def use(number: int) -> tuple[Listing, str]:
            if number < 16:
                together.wait()
            name = chart(host, f"stable/{names[number]}")
            return client.tags(name), client.digest(name, "1.0.0")

        assert set(pool.map(use, range(100))) == {(Listing(("1.0.0",)), DIGEST)}

    assert (len(asked), len(parsed)) == (1, 1)


def test_each_repository_has_an_index_of_its_own() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return index({"web": [{"version": f"{len(request.path)}.0.0"}]})

    with quirky(answer) as host, ask(host) as client:
        found = [client.tags(chart(host, path)).tags for path in ("web", "a/web", "a/b/web", "a/web")]

    assert asked == ["/index.yaml", "/a/index.yaml", "/a/b/index.yaml"]
    assert found == [("11.0.0",), ("13.0.0",), ("15.0.0",), ("13.0.0",)]


def test_a_failure_is_that_of_all_charts_and_asked_for_once() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response(404)

    with quirky(answer) as host, ask(host) as client:
        for path in ("stable/web", "stable/other"):
            with pytest.raises(RegistryNotFound, match="stable/index.yaml") as missing:
                client.tags(chart(host, path))
            assert missing.value.hint

    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        pytest.param(Response(200, b"<!doctype html><html><body>Log in</body></html>", {"Content-Type": "text/html"}), RegistryProtocol, "no index of charts", id="login-page"),
        pytest.param(Response(200), RegistryProtocol, "no index of charts", id="empty"),
        pytest.param(Response(204), RegistryProtocol, "answered 204", id="no-content"),
        pytest.param(Response(304), RegistryProtocol, "knows nothing", id="not-modified"),
        pytest.param(Response(403), RegistryDenied, "forbidden", id="forbidden"),
        pytest.param(Response(200, b"x" * 1001), RegistryProtocol, "more than 1000 bytes", id="too-large"),
        pytest.param(Response(200, b"x", {"Content-Encoding": "gzip"}), RegistryProtocol, "compressed", id="compressed"),
        pytest.param(Response(302, b"", {"Location": "http://169.254.169.254/latest"}), RegistryProtocol, "an address it cannot have", id="metadata"),
        pytest.param(Response(302, b"", {"Location": "ftp://x.example/"}), RegistryProtocol, "to no address", id="scheme"),
    ],
)  # fmt: skip
def test_what_is_no_index_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, answer: Response, kind: type[RegistryError], reason: str
) -> None:
    monkeypatch.setattr("imagebot.registries.chart_repositories.INDEX_BYTES", 1000)  # there are 64 MiB
    with quirky(lambda r: answer) as host, ask(host) as client:
        with pytest.raises(kind, match=reason) as failed:
            client.tags(chart(host))

    assert host in failed.value.message


@pytest.mark.parametrize("host", ["charts.example", "10.0.0.1", "charts.example:80", "[2001:db8::1]"])
def test_plain_http_is_for_this_machine_alone(host: str) -> None:
    with ask(host) as client, pytest.raises(RegistryProtocol, match="over plain HTTP") as refused:
        client.tags(chart(host))

    assert "plain-http" in refused.value.hint


class TestCredentials:
    @staticmethod
    def gated(request: Request) -> Response:
        if request.headers.get("authorization") == "Basic Ym90OnBsNG50ZWQtczNjcmV0":
            return index(WEB)
        return challenge('Basic realm="charts"')

    def test_basic_is_answered(self) -> None:
        with quirky(self.gated) as host, ask(host, GOOD) as client:
            assert client.tags(chart(host)).tags == ("1.2.0", "1.10.0")

    @pytest.mark.parametrize("entry", [None, {"username": "bot", "password": "another-s3cret"}])
    def test_who_has_none_that_open_is_denied(self, entry: dict[str, str] | None) -> None:
        with quirky(self.gated) as host, ask(host, entry) as client:
            with pytest.raises(RegistryDenied, match="index.yaml") as denied:
                client.tags(chart(host))

        assert "another-s3cret" not in f"{denied.value.message}{denied.value.hint}"

    def test_another_host_is_told_nothing(self) -> None:
        told: list[Mapping[str, str]] = []

        def content(request: Request) -> Response:
            told.append(request.headers)
            return index(WEB)

        with quirky(content) as cdn:

            def answer(request: Request) -> Response:
                found = self.gated(request)
                return Response(302, b"", {"Location": f"http://{cdn}/x"}) if found.status == 200 else found

            with quirky(answer) as host, ask(host, GOOD) as client:
                assert client.tags(chart(host)).tags == ("1.2.0", "1.10.0")

        assert [headers.get("authorization") for headers in told] == [None]

    def test_another_host_that_asks_gets_none(self) -> None:
        """Its challenge is answered to the repository's own host again, never to it."""
        told: list[str | None] = []

        def content(request: Request) -> Response:
            told.append(request.headers.get("authorization"))
            return challenge('Basic realm="cdn"')

        with quirky(content) as cdn:
            redirect = Response(302, b"", {"Location": f"http://{cdn}/x"})
            with quirky(lambda r: redirect) as host, ask(host, GOOD) as client:
                with pytest.raises(RegistryDenied) as denied:
                    client.tags(chart(host))

        assert set(told) == {None}
        assert SECRET not in denied.value.message


class TestSecondRun:
    @staticmethod
    def run(host: str, folder: Path) -> tuple[str, ...]:
        with ask(host, cache=Cache(folder)) as client:
            client.digest(chart(host), "1.2.0")
            return client.tags(chart(host)).tags

    @staticmethod
    def server(given: list[str], header: str, **headers: str) -> Answer:
        def answer(request: Request) -> Response:
            given.append(request.headers.get(header, ""))
            return Response(304) if given[-1] else index(WEB, **headers)

        return answer

    @pytest.mark.parametrize(
        ("header", "name", "value"),
        [
            pytest.param("if-none-match", "ETag", 'W/"1"', id="etag"),
            pytest.param("if-modified-since", "Last_Modified", "Sun, 01 Mar 2026 12:00:00 GMT", id="date"),
        ],
    )
    def test_an_index_that_stayed_is_neither_sent_nor_parsed_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, name: str, value: str
    ) -> None:
        given: list[str] = []
        with quirky(self.server(given, header, **{name: value})) as host:
            first = self.run(host, tmp_path)
            monkeypatch.delattr("imagebot.registries.chart_repositories.read_index")
            assert [self.run(host, tmp_path) for _ in range(2)] == [first] * 2 == [("1.2.0", "1.10.0")] * 2

        assert given == ["", value, value]

    @pytest.mark.parametrize(
        "packed",
        [b"", b"null", b"[]", b"5", b'{"web":[]}', b'{"web":null}', b'{"web":{"1.2.0":5}}', b'{"web":{"1.2.0":["x"]}}', b"[" * 100_000, b"\xff"],
    )  # fmt: skip
    def test_a_kept_index_that_is_none_is_as_good_as_lost(self, tmp_path: Path, packed: bytes) -> None:
        given: list[str] = []
        with quirky(self.server(given, "if-none-match", ETag='"1"')) as host:
            self.run(host, tmp_path)
            overwrite(tmp_path, packed)
            assert self.run(host, tmp_path) == ("1.2.0", "1.10.0")

        assert given == ["", ""]

    def test_what_is_no_index_is_not_kept(self, tmp_path: Path) -> None:
        answers = iter([Response(200, b"<html>", {"ETag": '"1"'}), index(WEB, ETag='"1"')])
        given: list[str] = []

        def answer(request: Request) -> Response:
            given.append(request.headers.get("if-none-match", ""))
            return next(answers)

        with quirky(answer) as host:
            with pytest.raises(RegistryProtocol):
                self.run(host, tmp_path)
            assert self.run(host, tmp_path) == ("1.2.0", "1.10.0")

        assert given == ["", ""]


def test_a_mirror_of_the_host_is_none_of_its_charts() -> None:
    with quirky(lambda r: index(WEB)) as host:
        settings = {host: RegistrySettings(mirror="mirror.example/hub")}
        with RegistryClient(settings, Credentials()) as client:
            assert client.tags(chart(host)).tags == ("1.2.0", "1.10.0")


def test_a_chart_is_no_image() -> None:
    with ask("charts.example") as client:
        name = ImageName("charts.example", "stable/web", "https")
        for question in (client.platforms, client.describe, lambda n, d: client.signature(n, d, None)):
            with pytest.raises(RegistryProtocol, match="is a chart, and no image") as refused:
                question(name, DIGEST)
            assert refused.value.id == "registry-no-image"
        assert client.pushed(name, frozenset({"1.0.0"})) == {}
