"""What the cache writes of its own use: little, and still enough to let the right rows go."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from imagebot.registries.cache import BELIEVED_S, USED_S, Cache, Kept
from tests.registries.turned_clock import BEGIN, TurnedClock

KEPT = Kept('"1"', "", b"value")
DIGEST = "sha256:230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"  # of b"body"

Use = Callable[[Cache], object]
USES = [
    pytest.param(lambda cache: cache.answer("who", "url"), id="an answer"),
    pytest.param(lambda cache: cache.content("who", "repository", DIGEST), id="content"),
    pytest.param(lambda cache: cache.first_seen("repository", DIGEST), id="a digest"),
    pytest.param(lambda cache: cache.keep_size("who", "repository", 3), id="an unchanged size"),
]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def cache(tmp_path: Path, clock: TurnedClock) -> Iterator[Cache]:
    filled = Cache(tmp_path, clock=clock)
    filled.keep_answer("who", "url", KEPT)
    filled.keep_content("who", "repository", DIGEST, "kind", b"body")
    filled.first_seen("repository", DIGEST)
    filled.keep_size("who", "repository", 3)
    yield filled
    filled.close()


def _noted(folder: Path) -> int:
    """All times of use in the file, added up."""
    (file,) = folder.glob("*.sqlite")
    columns = (("answers", "used"), ("contents", "used"), ("seen", "used"), ("sizes", "at"))
    with closing(sqlite3.connect(file)) as connection:
        sums = [connection.execute(f"SELECT sum({column}) FROM {table}") for table, column in columns]  # noqa: S608
        return sum(one.fetchone()[0] for one in sums)


@pytest.mark.parametrize("use", USES)
def test_what_is_used_again_soon_is_not_written_again(
    cache: Cache, clock: TurnedClock, tmp_path: Path, use: Use
) -> None:
    before = _noted(tmp_path)
    clock.turn(BELIEVED_S - 60)
    use(cache)
    assert _noted(tmp_path) == before


@pytest.mark.parametrize("use", USES)
def test_what_is_used_after_a_day_is_noted(
    cache: Cache, clock: TurnedClock, tmp_path: Path, use: Use
) -> None:
    before = _noted(tmp_path)
    clock.turn(USED_S)
    use(cache)
    assert _noted(tmp_path) == before + USED_S


def test_what_was_used_yesterday_goes_before_what_was_used_today(tmp_path: Path, clock: TurnedClock) -> None:
    content = Random(1).randbytes(4096)  # noqa: S311 - it only must not be packed
    with closing(Cache(tmp_path, clock=clock, bound=64 * 4096)) as small:
        for number in range(100):
            small.keep_answer("who", f"url{number}", Kept('"1"', "", content))
        clock.turn(USED_S)
        assert small.answer("who", "url0") is not None
    with closing(Cache(tmp_path, clock=clock)) as again:
        assert again.answer("who", "url0") is not None
        assert again.answer("who", "url1") is None


def test_another_size_is_kept_at_once(cache: Cache, clock: TurnedClock) -> None:
    clock.turn(1)
    cache.keep_size("who", "repository", 4)
    assert cache.size("who", "repository") == (4, BEGIN + timedelta(seconds=1))
