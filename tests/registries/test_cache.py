"""What is kept between runs, and what is made of a file that somebody else wrote."""

from __future__ import annotations

import os
import sqlite3
import stat
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.demo.images import digest_of
from imagebot.registries.cache import VALUE_LIMIT, Cache, Kept
from imagebot.registries.cache_file import VERSION
from tests.registries.turned_clock import BEGIN, TurnedClock

FILE = f"registries-{VERSION}.sqlite"
BODY = b'{"schemaVersion":2}'
DIGEST = digest_of(BODY)
KEPT = Kept('"1"', "", b"value")
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def cache(tmp_path: Path, clock: TurnedClock) -> Iterator[Cache]:
    with closing(Cache(tmp_path, clock=clock)) as found:
        yield found


def edited(folder: Path, statement: str, *values: object) -> None:
    """Write into the file, past all checks."""
    with closing(sqlite3.connect(folder / FILE)) as database, database:
        assert database.execute(statement, values).rowcount


def read(folder: Path, query: str) -> list[object]:
    """Whatever stands in the file."""
    with closing(sqlite3.connect(folder / FILE)) as database:
        return [value for row in database.execute(query) for value in row]


def fill(cache: Cache) -> None:
    """Keep one of everything."""
    cache.keep_answer("me", "GET u", KEPT)
    cache.keep_content("me", "h/r", DIGEST, "kind", BODY)
    cache.keep_size("me", "h/r", 40)
    cache.first_seen("h/r", DIGEST)


def is_full(cache: Cache) -> bool:
    """Whether all of that is there, and right."""
    return (
        cache.answer("me", "GET u") == KEPT
        and cache.content("me", "h/r", DIGEST) == ("kind", BODY)
        and cache.size("me", "h/r") == (40, None)
    )


@pytest.mark.parametrize("again", [False, True], ids=["same-object", "next-run"])
def test_what_is_kept_is_there(tmp_path: Path, again: bool) -> None:
    cache = Cache(tmp_path)
    fill(cache)
    if again:
        cache.close()
        cache = Cache(tmp_path)
    with closing(cache):
        assert is_full(cache)


def test_without_a_folder_it_lasts_as_long_as_the_object() -> None:
    with closing(Cache()) as cache:
        fill(cache)
        assert is_full(cache)
    with closing(Cache()) as other:
        assert not is_full(other)
        assert other.salt != cache.salt


def test_the_salt_stays_and_is_each_file_s_own(tmp_path: Path) -> None:
    salts = []
    for folder in ("a", "a", "b"):
        with closing(Cache(tmp_path / folder)) as cache:
            salts.append(cache.salt)

    assert salts[0] == salts[1] != salts[2]
    assert {len(salt) for salt in salts} == {16}


def test_what_one_was_shown_is_no_other_s(cache: Cache) -> None:
    fill(cache)

    for who, where in (("anonymous", "h/r"), ("me", "h/other"), ("", "h/r"), ("ME", "h/r")):
        assert cache.content(who, where, DIGEST) is None
        assert cache.size(who, where) is None
    assert cache.answer("anonymous", "GET u") is None
    assert cache.answer("me", "HEAD u") is None


@pytest.mark.parametrize(
    ("kept", "header"),
    [
        pytest.param(Kept('"1"', "", b""), {"If-None-Match": '"1"'}, id="etag"),
        pytest.param(Kept('W/"1"', "", b""), {"If-None-Match": 'W/"1"'}, id="weak-etag"),
        pytest.param(Kept('"1"', "Sun, 01 Mar 2026 12:00:00 GMT", b""), {"If-None-Match": '"1"'}, id="etag-before-date"),
        pytest.param(Kept("", "Sun, 01 Mar 2026 12:00:00 GMT", b""), {"If-Modified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"}, id="date"),
        pytest.param(Kept("é", "Sun, 01 Mar 2026 12:00:00 GMT", b""), {"If-Modified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"}, id="etag-that-cannot-be-sent"),
        pytest.param(Kept("", "", b""), {}, id="nothing"),
        pytest.param(Kept("a\r\nX-Evil: 1", "", b""), {}, id="newline"),
        pytest.param(Kept("x" * 1025, "", b""), {}, id="too-long"),
    ],
)  # fmt: skip
def test_an_answer_is_asked_for_by_what_the_server_gave(
    cache: Cache, kept: Kept, header: dict[str, str]
) -> None:
    cache.keep_answer("me", "GET u", kept)

    found = cache.answer("me", "GET u")

    assert kept.conditions() == header
    assert (found == kept) if header else (found is None)


def test_an_answer_is_replaced_by_the_next(cache: Cache) -> None:
    for number in range(3):
        cache.keep_answer("me", "GET u", Kept(f'"{number}"', "", b"%d" % number))

    assert cache.answer("me", "GET u") == Kept('"2"', "", b"2")


@pytest.mark.parametrize("size", [0, VALUE_LIMIT, VALUE_LIMIT + 1])
def test_what_is_too_large_is_not_kept(cache: Cache, size: int) -> None:
    body = bytes(size)
    cache.keep_answer("me", "GET u", Kept('"1"', "", body))
    cache.keep_content("me", "h/r", digest_of(body), "kind", body)

    kept = size <= VALUE_LIMIT
    assert (cache.answer("me", "GET u") is not None) is kept
    assert (cache.content("me", "h/r", digest_of(body)) is not None) is kept


def test_a_digest_may_be_a_sha512(cache: Cache) -> None:
    digest = (
        "sha512:"
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    )
    cache.keep_content("me", "h/r", digest, "", b"")

    assert cache.content("me", "h/r", digest) == ("", b"")


def test_other_content_than_the_digest_names_is_not_given(cache: Cache) -> None:
    cache.keep_content("me", "h/r", DIGEST, "kind", b"forged")

    assert cache.content("me", "h/r", DIGEST) is None


class TestFirstSeen:
    def test_it_stays_the_first_time(self, cache: Cache, clock: TurnedClock) -> None:
        assert cache.first_seen("h/r", DIGEST) == BEGIN
        clock.turn(3600)
        assert cache.first_seen("h/r", DIGEST) == BEGIN
        assert cache.first_seen("h/other", DIGEST) == BEGIN + timedelta(hours=1)

    def test_it_stays_over_runs(self, tmp_path: Path, clock: TurnedClock) -> None:
        for _ in range(3):
            with closing(Cache(tmp_path, clock=clock)) as cache:
                assert cache.first_seen("h/r", DIGEST) == BEGIN
            clock.turn(DAY.total_seconds() * 40)

    def test_a_clock_that_was_ahead_once_does_not_hold_it_back(
        self, cache: Cache, clock: TurnedClock
    ) -> None:
        clock.turn(DAY.total_seconds() * 365)
        cache.first_seen("h/r", DIGEST)
        clock.turn(-DAY.total_seconds() * 365)

        assert cache.first_seen("h/r", DIGEST) == BEGIN
        clock.turn(3600)
        assert cache.first_seen("h/r", DIGEST) == BEGIN


class TestSize:
    def test_doubt_begins_with_the_first_short_list_and_ends_with_a_good_one(
        self, cache: Cache, clock: TurnedClock
    ) -> None:
        cache.doubt_size("me", "h/r")
        assert cache.size("me", "h/r") is None
        cache.keep_size("me", "h/r", 40)
        for hours in range(3):
            cache.doubt_size("me", "h/r")
            assert cache.size("me", "h/r") == (40, BEGIN), hours
            clock.turn(3600)
        cache.keep_size("me", "h/r", 41)
        assert cache.size("me", "h/r") == (41, None)

    def test_a_clock_that_was_ahead_once_does_not_prolong_it(self, cache: Cache, clock: TurnedClock) -> None:
        cache.keep_size("me", "h/r", 40)
        clock.turn(DAY.total_seconds() * 365)
        cache.doubt_size("me", "h/r")
        clock.turn(-DAY.total_seconds() * 365)
        cache.doubt_size("me", "h/r")

        assert cache.size("me", "h/r") == (40, BEGIN)


JUNK = [
    pytest.param(None, id="null"),
    pytest.param(5, id="number"),
    pytest.param(-(2**63), id="large-number"),
    pytest.param(1.5, id="real"),
    pytest.param("\x00junk", id="text"),
    pytest.param(b"\x00junk", id="bytes"),
    pytest.param(b"", id="no-bytes"),
]
COLUMNS = [
    *(("answers", column) for column in ("etag", "modified", "value", "used")),
    *(("contents", column) for column in ("kind", "body", "used")),
    *(("seen", column) for column in ("at", "used")),
    *(("sizes", column) for column in ("size", "short", "used")),
    ("meta", "value"),
]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_tampered_row_is_no_failure_and_is_never_believed(
    tmp_path: Path, clock: TurnedClock, table: str, column: str, junk: object
) -> None:
    with closing(Cache(tmp_path, clock=clock)) as cache:
        fill(cache)
    edited(tmp_path, f"UPDATE {table} SET {column} = ?", junk)  # noqa: S608 - the tables of this test

    with closing(Cache(tmp_path, clock=clock)) as cache:
        answer, content = cache.answer("me", "GET u"), cache.content("me", "h/r", DIGEST)
        assert cache.first_seen("h/r", DIGEST) <= BEGIN
        cache.size("me", "h/r")
        assert answer is None or answer.value == KEPT.value
        assert content is None or content[1] == BODY
        assert len(cache.salt) == 16
        salt = cache.salt
        fill(cache)
        assert is_full(cache)
    with closing(Cache(tmp_path, clock=clock)) as cache:
        assert is_full(cache)  # what was tampered with has been replaced
        assert cache.salt == salt


def test_a_zlib_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(64 * 1024 * 1024), 9)
    with closing(Cache(tmp_path)) as cache:
        fill(cache)
    edited(tmp_path, "UPDATE answers SET value = ?", bomb)
    edited(tmp_path, "UPDATE contents SET body = ?", bomb)

    with closing(Cache(tmp_path)) as cache:
        assert cache.answer("me", "GET u") is None
        assert cache.content("me", "h/r", DIGEST) is None


text = st.text(max_size=8) | st.sampled_from(["me", "GET u", DIGEST, "\ud800", "\x00"])


@given(text, text, text, st.binary(max_size=200))
def test_whatever_is_kept_comes_back_or_is_not_there(
    who: str, where: str, validator: str, value: bytes
) -> None:
    cache = Cache(clock=TurnedClock())
    kept = Kept(validator, "", value)
    cache.keep_answer(who, where, kept)
    cache.keep_content(who, where, digest_of(value), validator, value)
    cache.first_seen(who, where)
    cache.keep_size(who, where, len(value))

    assert cache.answer(who, where) in {kept, None}
    assert cache.content(who, where, digest_of(value)) in {(validator, value), None}
    assert cache.first_seen(who, where) == BEGIN
    cache.close()


def test_using_is_written_down_once_a_day(cache: Cache, clock: TurnedClock, tmp_path: Path) -> None:
    fill(cache)
    tables = ("answers", "contents", "seen", "sizes")
    query = " UNION ALL ".join(f"SELECT used FROM {table}" for table in tables)  # noqa: S608 - names of this test
    hours = []
    for _ in range(3):
        clock.turn(17 * 3600)
        cache.answer("me", "GET u")
        cache.content("me", "h/r", DIGEST)
        cache.first_seen("h/r", DIGEST)
        cache.size("me", "h/r")
        hours.append([(float(str(used)) - BEGIN.timestamp()) / 3600 for used in read(tmp_path, query)])

    assert hours == [[0] * 4, [34] * 4, [34] * 4]


def unique(number: int) -> bytes:
    return b"%d" % number + os.urandom(20_000)


class TestBound:
    def test_what_was_used_longest_ago_goes_first(self, tmp_path: Path, clock: TurnedClock) -> None:
        bodies = [unique(number) for number in range(40)]
        bound = 500_000
        with closing(Cache(tmp_path, clock=clock, bound=bound)) as cache:
            for body in bodies:
                cache.keep_content("me", "h/r", digest_of(body), "", body)
            clock.turn(2 * DAY.total_seconds())
            assert cache.content("me", "h/r", digest_of(bodies[0]))

        left = sum(file.stat().st_size for file in tmp_path.iterdir())
        assert bound // 3 < left <= bound * 3 // 4
        with closing(Cache(tmp_path, clock=clock, bound=bound)) as cache:
            there = [cache.content("me", "h/r", digest_of(body)) is not None for body in bodies]
        assert there[0]
        assert there[1:] == sorted(there[1:])

    def test_what_was_seen_first_stays_when_content_is_too_much(
        self, tmp_path: Path, clock: TurnedClock
    ) -> None:
        """It cannot be had again: without it nothing ever grows old enough."""
        with closing(Cache(tmp_path, clock=clock, bound=200_000)) as cache:
            cache.first_seen("h/r", DIGEST)
            cache.keep_size("me", "h/r", 40)
            clock.turn(3 * DAY.total_seconds())
            for number in range(15):
                body = unique(number)
                cache.keep_content("me", "h/r", digest_of(body), "", body)

        with closing(Cache(tmp_path, clock=clock)) as cache:
            assert cache.first_seen("h/r", DIGEST) == BEGIN
            assert cache.size("me", "h/r") == (40, None)

    @pytest.mark.parametrize(
        "keep",
        [
            pytest.param(lambda cache, n: cache.first_seen(f"h/r{n}", DIGEST), id="seen"),
            pytest.param(lambda cache, n: cache.keep_size(f"who{n}", "h/r", 1), id="sizes"),
            pytest.param(lambda cache, n: cache.keep_answer("me", f"GET {n}", Kept('"1"', "", os.urandom(100))), id="answers"),
            pytest.param(lambda cache, n: cache.keep_content("me", f"h/r{n}", DIGEST, "", BODY), id="contents"),
        ],
    )  # fmt: skip
    def test_nothing_grows_for_ever(
        self, tmp_path: Path, clock: TurnedClock, keep: Callable[[Cache, int], object]
    ) -> None:
        sizes = []
        for run in range(4):
            with closing(Cache(tmp_path, clock=clock, bound=200_000)) as cache:
                for number in range(1500):
                    keep(cache, run * 1500 + number)
            sizes.append(sum(file.stat().st_size for file in tmp_path.iterdir()))

        assert max(sizes) <= 200_000

    @pytest.mark.parametrize("folder", [True, False], ids=["file", "memory"])
    def test_one_long_run_does_not_fill_the_disk(self, tmp_path: Path, folder: bool) -> None:
        with closing(Cache(tmp_path if folder else None, bound=200_000)) as cache:
            bodies = [unique(number) for number in range(100)]
            for body in bodies:
                cache.keep_content("me", "h/r", digest_of(body), "", body)
            there = [cache.content("me", "h/r", digest_of(body)) is not None for body in bodies]

            assert 10 <= sum(there) <= 20
            assert cache.content("me", "h/r", digest_of(bodies[0]))  # a full file can still be read

    def test_what_nobody_used_for_a_season_goes_first_of_all(
        self, tmp_path: Path, clock: TurnedClock
    ) -> None:
        with closing(Cache(tmp_path, clock=clock, bound=200_000)) as cache:
            cache.first_seen("h/old", DIGEST)
            clock.turn(91 * DAY.total_seconds())
            for number in range(15):
                body = unique(number)
                cache.keep_content("me", "h/r", digest_of(body), "", body)

        assert read(tmp_path, "SELECT repository FROM seen") == []


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "registries"
    with closing(Cache(folder)) as cache:
        fill(cache)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == dict.fromkeys((FILE, f"{FILE}-wal", f"{FILE}-shm"), 0o600)
    assert [file.name for file in folder.iterdir()] == [FILE]


def test_many_threads_share_it(tmp_path: Path) -> None:
    bodies = [b"%d" % number for number in range(50)]

    def use(thread: int) -> None:
        for body in bodies:
            shared.keep_content(f"{thread % 4}", "h/r", digest_of(body), "", body)
            assert shared.content(f"{thread % 4}", "h/r", digest_of(body)) == ("", body)
            shared.first_seen(f"h/r{thread}", digest_of(body))

    with closing(Cache(tmp_path)) as shared, ThreadPoolExecutor(32) as pool:
        list(pool.map(use, range(32)))

    assert read(tmp_path, "SELECT count(*) FROM contents") == [4 * 50]
    assert read(tmp_path, "SELECT count(*) FROM seen") == [32 * 50]


def test_after_the_end_it_is_empty_and_no_failure(cache: Cache) -> None:
    fill(cache)
    cache.close()

    assert cache.content("me", "h/r", DIGEST) is None
    fill(cache)
