"""What is asked a second time, on the condition that it changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from imagebot.demo.http_server import Request, Response
from imagebot.demo.images import digest_of as sha256
from imagebot.demo.registry import EmbeddedRegistry
from imagebot.errors import RegistryProtocol
from imagebot.references.image import ImageName
from imagebot.registries.cache import Cache
from tests.registries.quirk_server import GOOD, ask, challenge, listed, manifest, page, quirky
from tests.registries.test_cache import FILE

LONG_AGO = "Sun, 01 Mar 2026 12:00:00 GMT"


@dataclass
class Pages:
    """A server of pages of tags, each with an ETag of its content.

    Attributes:
        form: How the ETag is written.
        asked: Path with query, condition and status of each request since the last look.
    """

    pages: list[list[str]]
    form: str = '"{}"'
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        place = int(request.one("page", "0"))
        tags = self.pages[place]
        etag = self.form.format(f"{place}-{'-'.join(tags)}")
        given = request.headers.get("if-none-match", "")
        link = {"Link": f'<?page={place + 1}>; rel="next"'} if place + 1 < len(self.pages) else {}
        answer = Response(304) if given == etag else page(tags, ETag=etag, **link)
        self.asked.append((f"{place}", given, answer.status))
        return answer

    def statuses(self) -> list[int]:
        """Of the requests since the last look."""
        found = [status for _, _, status in self.asked]
        self.asked.clear()
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def run(host: str, folder: Path, entry: dict[str, str] | None = None) -> tuple[str, ...]:
    """What one run finds."""
    with ask(host, entry, cache=Cache(folder)) as client:
        return listed(client, ImageName(host, "a/b"))


def overwrite(folder: Path, packed: bytes) -> None:
    """Put something else in the place of everything that was kept, under the same validators."""
    with closing(Cache(folder)) as cache, closing(sqlite3.connect(folder / FILE)) as database:
        for who, url in database.execute("SELECT who, url FROM answers").fetchall():
            kept = cache.answer(who, url)
            assert kept
            cache.keep_answer(who, url, replace(kept, value=packed))


@pytest.mark.parametrize(
    "form",
    [
        pytest.param('"{}"', id="strong"),
        pytest.param('W/"{}"', id="weak"),
        pytest.param("{}", id="bare"),
        pytest.param("W/{}, x", id="malformed"),
    ],
)
def test_pages_that_stayed_are_not_sent_again(folder: Path, form: str) -> None:
    server = Pages([["1"], ["2"], ["3"]], form)
    with quirky(server) as host:
        for expected in ([200, 200, 200], [304, 304, 304], [304, 304, 304]):
            assert run(host, folder) == ("1", "2", "3")
            assert server.statuses() == expected


def test_a_page_that_changed_in_the_middle_is_sent_alone(folder: Path) -> None:
    server = Pages([["1"], ["2"], ["3"]])
    with quirky(server) as host:
        run(host, folder)
        server.statuses()
        server.pages[1] = ["2", "2.1"]

        assert run(host, folder) == ("1", "2", "2.1", "3")
        assert server.statuses() == [304, 200, 304]


def test_a_new_last_page_is_found(folder: Path) -> None:
    """The page before it names a next one now: what names it must be part of its ETag, and is here."""
    server = Pages([["1"], ["2"]])
    with quirky(server) as host:
        run(host, folder)
        server.pages[1:] = [["2", "3"], ["4"]]

        assert run(host, folder) == ("1", "2", "3", "4")
        assert run(host, folder) == ("1", "2", "3", "4")


def test_an_etag_that_always_changes_costs_nothing_but_the_saving(folder: Path) -> None:
    numbers = iter(range(100))
    given: list[str] = []

    def answer(request: Request) -> Response:
        given.append(request.headers.get("if-none-match", ""))
        return page(["1"], ETag=f'"{next(numbers)}"')

    with quirky(answer) as host:
        for _ in range(3):
            assert run(host, folder) == ("1",)

    assert given == ["", '"0"', '"1"']


@pytest.mark.parametrize(
    ("headers", "condition"),
    [
        pytest.param({"Last-Modified": LONG_AGO}, LONG_AGO, id="long-ago"),
        pytest.param({"Last-Modified": LONG_AGO, "ETag": '"1"'}, "", id="etag-is-better"),
        pytest.param({"Last-Modified": "yesterday"}, "", id="junk"),
        pytest.param({"Last-Modified": "Sun, 01 Mar 99999999999 12:00:00 GMT"}, "", id="no-year"),
        pytest.param({}, "", id="nothing"),
        pytest.param({"ETag": ""}, "", id="empty-etag"),
        pytest.param({"ETag": '"\xe9"'}, "", id="etag-that-is-no-ascii"),
        pytest.param({"ETag": '"' + "x" * 5000 + '"'}, "", id="endless-etag"),
    ],
)  # fmt: skip
def test_a_date_is_asked_by_where_there_is_no_etag(
    folder: Path, headers: dict[str, str], condition: str
) -> None:
    given: list[str] = []

    def answer(request: Request) -> Response:
        given.append(request.headers.get("if-modified-since", ""))
        return Response(200, b'{"tags":["1"]}', headers)

    with quirky(answer) as host:
        for _ in range(2):
            assert run(host, folder) == ("1",)

    assert given == ["", condition]


@pytest.mark.parametrize(
    ("ago", "asked_by"),
    [
        pytest.param(timedelta(hours=1), True, id="long-ago"),
        pytest.param(timedelta(0), False, id="now"),
        pytest.param(timedelta(hours=-1), False, id="ahead"),
    ],
)
def test_a_date_must_tell_two_lists_apart(folder: Path, ago: timedelta, asked_by: bool) -> None:
    """In the second of a push another may follow, and the server would say that nothing changed since."""
    given: list[str] = []
    written = format_datetime(datetime.now(UTC) - ago, usegmt=True)

    def answer(request: Request) -> Response:
        given.append(request.headers.get("if-modified-since", ""))
        return page(["1"], Last_Modified=written)

    with quirky(answer) as host:
        for _ in range(2):
            assert run(host, folder) == ("1",)

    assert given == ["", written if asked_by else ""]


def test_who_knows_nothing_is_not_told_that_nothing_changed(folder: Path) -> None:
    with (
        quirky(lambda request: Response(304)) as host,
        pytest.raises(RegistryProtocol, match="knows nothing"),
    ):
        run(host, folder)


def test_a_body_behind_a_304_does_not_spoil_the_next_answer(folder: Path) -> None:
    def answer(request: Request) -> Response:
        if request.headers.get("if-none-match"):
            return Response(304, b'{"tags":["666"]}')
        return page(["1"], ETag='"1"')

    with quirky(answer) as host:
        run(host, folder)
        with ask(host, cache=Cache(folder)) as client:
            assert [listed(client, ImageName(host, "a/b")) for _ in range(4)] == [("1",)] * 4


def test_a_lost_cache_asks_for_everything(folder: Path) -> None:
    server = Pages([["1"], ["2"]])
    with quirky(server) as host:
        run(host, folder)
        for file in folder.iterdir():
            file.unlink()
        server.statuses()

        assert run(host, folder) == ("1", "2")
        assert server.statuses() == [200, 200]


def test_a_cache_that_is_lost_meanwhile_changes_nothing(folder: Path) -> None:
    server = Pages([["1"], ["2"]])

    def answer(request: Request) -> Response:
        for file in folder.iterdir():
            file.unlink()
        return server(request)

    with quirky(answer) as host:
        for _ in range(2):
            assert run(host, folder) == ("1", "2")


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"[", id="cut-off"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[]", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"next":"","tags":["666"]}', id="another-form"),
        pytest.param(b'[null,"666"]', id="no-next"),
        pytest.param(b'["",666]', id="numbers"),
        pytest.param(b'["",["666"]]', id="nested"),
        pytest.param(b'["http://evil.example/v2/a/b/tags/list?n=1","666"]', id="next-page-elsewhere"),
        pytest.param(b'["http://{host}/v2/c/d/tags/list?n=1","666"]', id="next-page-of-another"),
        pytest.param(
            b'["http://{host}/v2/a/b/tags/list@evil.example","666"]', id="next-page-that-only-begins-well"
        ),
    ],
)
def test_a_kept_page_that_is_none_is_as_good_as_lost(folder: Path, packed: bytes) -> None:
    server = Pages([["1"], ["2"]])
    with quirky(server) as host:
        run(host, folder)
        overwrite(folder, packed.replace(b"{host}", host.encode()))
        server.statuses()

        assert run(host, folder) == ("1", "2")
        assert server.statuses() == [200, 200]
        assert run(host, folder) == ("1", "2")
        assert server.statuses() == [304, 304]


OTHER = {"username": "other", "password": "an0ther-s3cret"}


class TestWho:
    """What one is shown is no other's: neither the answers nor what to ask by."""

    @pytest.fixture
    def given(self) -> list[tuple[str, str]]:
        return []

    @pytest.fixture
    def host(self, given: list[tuple[str, str]]) -> Iterator[str]:
        """Shows each user a tag of his own, under one and the same ETag."""
        names = {"Basic Ym90OnBsNG50ZWQtczNjcmV0": "bot", "Basic b3RoZXI6YW4wdGhlci1zM2NyZXQ=": "other"}

        def answer(request: Request) -> Response:
            user = names.get(request.headers.get("authorization", ""), "")
            given.append((user, request.headers.get("if-none-match", "")))
            if not user:
                return challenge('Basic realm="r"')
            return Response(304) if given[-1][1] else page([user], ETag='"same"')

        with quirky(answer) as host:
            yield host

    def test_each_has_answers_of_his_own(self, host: str, folder: Path, given: list[tuple[str, str]]) -> None:
        for entry, expected in ((GOOD, "bot"), (OTHER, "other"), (GOOD, "bot"), (OTHER, "other")):
            assert run(host, folder, entry) == (expected,)

        assert [condition for user, condition in given if user] == ["", "", '"same"', '"same"']
        assert {condition for user, condition in given if not user} == {""}

    @pytest.mark.parametrize("secret", [GOOD["password"], OTHER["password"], "Ym90O", "b3RoZX"])
    def test_no_secret_is_written_down(self, host: str, folder: Path, secret: str) -> None:
        for entry in (GOOD, OTHER):
            with ask(host, entry, cache=Cache(folder)) as client:
                listed(client, ImageName(host, "a/b"))
                written = b"".join(file.read_bytes() for file in folder.iterdir())
                assert b"tags/list" in written
                assert secret.encode() not in written


def test_what_was_public_is_not_shown_once_it_is_private(folder: Path) -> None:
    private = False

    def answer(request: Request) -> Response:
        if private and not request.headers.get("authorization"):
            return challenge('Basic realm="r"')
        return Response(304) if request.headers.get("if-none-match") else page(["1"], ETag='"1"')

    with quirky(answer) as host:
        run(host, folder, GOOD)
        private = True
        # the condition of one who asked without credentials is not sent with them
        assert run(host, folder, GOOD) == ("1",)


class TestDigest:
    @pytest.mark.parametrize("auth", ["none", "basic", "token"])
    def test_a_tag_that_moved_is_found_where_it_is(self, folder: Path, auth: str) -> None:
        statuses = []
        with EmbeddedRegistry(auth=auth, credentials={"bot": GOOD["password"]}) as registry:  # type: ignore[arg-type] # a table
            name = ImageName(registry.host, "a/b")
            for content in (b"one", b"one", b"two", b"one"):
                pushed = registry.push("a/b", "1.0", content=content)
                with ask(registry.host, GOOD, cache=Cache(folder)) as client:
                    assert client.digest(name, "1.0") == pushed
                statuses.append(registry.requests[-1].status)

        assert statuses == [200, 304, 200, 200]

    @pytest.mark.parametrize("packed", [b"", b"1.0", b"sha256:abc", b"\xff", sha256(b"").upper().encode(), sha256(b"").encode() + b"\n"])  # fmt: skip
    def test_a_kept_digest_that_is_none_is_as_good_as_lost(
        self, folder: Path, registry: EmbeddedRegistry, packed: bytes
    ) -> None:
        pushed = registry.push("a/b", "1.0")
        name = ImageName(registry.host, "a/b")
        with ask(registry.host, cache=Cache(folder)) as client:
            client.digest(name, "1.0")
        overwrite(folder, packed)

        with ask(registry.host, cache=Cache(folder)) as client:
            assert client.digest(name, "1.0") == pushed
        assert [seen.status for seen in registry.requests] == [200, 200]

    def test_who_knows_nothing_is_not_told_that_it_stayed(self, folder: Path) -> None:
        with quirky(lambda request: Response(304)) as host, ask(host, cache=Cache(folder)) as client:
            with pytest.raises(RegistryProtocol, match=f"{host}/v2/a/b/manifests/1.0 .*knows nothing"):
                client.digest(ImageName(host, "a/b"), "1.0")


REFERRERS = "application/vnd.oci.image.index.v1+json"


class TestReferrers:
    def served(self, entries: Sequence[object], given: list[str]) -> Callable[[Request], Response]:
        body = b'{"schemaVersion":2,"manifests":[{"digest":"x"}]}'

        def answer(request: Request) -> Response:
            given.append(request.headers.get("if-none-match", ""))
            if given[-1]:
                return Response(304)
            return manifest(body, REFERRERS, ETag='"1"')

        return answer

    @pytest.mark.parametrize("packed", [b"", b"[]", b'[[1],""]', b"[[],1]", b'["",[]]', b"[" * 100_000])
    def test_a_kept_list_that_is_none_is_as_good_as_lost(self, folder: Path, packed: bytes) -> None:
        given: list[str] = []
        with quirky(self.served([], given)) as host:
            name = ImageName(host, "a/b")
            for expected in ("", '"1"', ""):
                if len(given) == 2:
                    overwrite(folder, packed)
                with ask(host, cache=Cache(folder)) as client:
                    assert client._contents.referrers(name, sha256(b"")) == ({"digest": "x"},)
                assert given[-1] == expected
