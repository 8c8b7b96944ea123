"""The file under the cache: missing, broken, refused, shared by processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from imagebot.registries.cache import Cache
from imagebot.registries.cache_file import VERSION
from tests.registries.test_cache import DIGEST, FILE, fill, is_full

ROOT = Path(__file__).parents[2]


def written(folder: Path) -> Path:
    """A file with one of everything."""
    with closing(Cache(folder)) as cache:
        fill(cache)
    return folder / FILE


def foreign(path: Path) -> None:
    """A database of somebody else, with tables of the same names."""
    path.unlink()
    with closing(sqlite3.connect(path)) as database, database:
        for table in ("meta", "answers", "contents", "seen", "sizes"):
            database.execute(f"CREATE TABLE {table} (other)")


def view(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE VIEW answers AS SELECT 1")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.unlink(), id="deleted"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"junk" * 5000), id="junk"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:50]), id="cut-off-in-the-header"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:4096]), id="cut-off-after-a-page"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-6000]), id="cut-off"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 70_000), id="pages-of-junk"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes().replace(b"CREATE", b"CR\xff\xffTE")), id="tables-of-junk"),
        pytest.param(foreign, id="other-tables"),
        pytest.param(view, id="view"),
        pytest.param(lambda path: path.with_name(f"{path.name}-wal").write_bytes(b"junk" * 5000), id="log-of-junk"),
        pytest.param(lambda path: path.with_name(f"{path.name}-shm").write_bytes(b"junk" * 9000), id="index-of-junk"),
    ],
)  # fmt: skip
def test_a_broken_file_costs_what_it_held_and_no_more(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(written(tmp_path))

    with closing(Cache(tmp_path)) as cache:  # this run may have to do without
        is_full(cache)
        fill(cache)
    with closing(Cache(tmp_path)) as cache:
        fill(cache)
        assert is_full(cache)
    with closing(Cache(tmp_path)) as cache:
        assert is_full(cache)


def blocked_by_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "registries"


def blocked_by_a_folder(folder: Path) -> Path:
    (folder / FILE).mkdir()
    return folder


def without_rights(folder: Path) -> Path:
    folder.chmod(0o500)
    return folder


def read_only(folder: Path) -> Path:
    written(folder).chmod(0o400)
    return folder


not_for_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(blocked_by_a_file, id="no-folder"),
        pytest.param(blocked_by_a_folder, id="folder-in-its-place"),
        pytest.param(lambda folder: Path("/proc/none"), id="folder-that-takes-none"),
        pytest.param(lambda folder: folder / ("x" * 300), id="name-too-long"),
        pytest.param(without_rights, id="no-rights", marks=not_for_root),
        pytest.param(read_only, id="read-only", marks=not_for_root),
    ],
)
def test_where_no_file_can_be_written_memory_will_do(tmp_path: Path, block: Callable[[Path], Path]) -> None:
    with closing(Cache(block(tmp_path))) as cache:
        fill(cache)
        assert is_full(cache)


def test_a_file_that_another_holds_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagebot.registries.cache_file.BUSY_S", 0.01)
    path = written(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(Cache(tmp_path)) as cache:
            assert is_full(cache)  # reading waits for nobody
            cache.keep_size("me", "h/r", 1)
            cache.first_seen("h/new", DIGEST)

    with closing(Cache(tmp_path)) as cache:
        assert is_full(cache)


def test_a_full_disk_is_no_failure(tmp_path: Path) -> None:
    """No file can grow: what SQLite makes of it is what a full disk gives."""
    written(tmp_path)
    program = f"""
import resource, signal
from pathlib import Path
from tests.registries.test_cache import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with closing(Cache(Path({str(tmp_path)!r}))) as cache:
    resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, resource.RLIM_INFINITY))
    for number in range(20):
        body = unique(number)
        cache.keep_content("me", "h/r", digest_of(body), "", body)
    assert cache.content("me", "h/r", digest_of(body)) is None
    assert is_full(cache)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")
    with closing(Cache(tmp_path)) as cache:
        assert is_full(cache)


def test_files_of_other_versions_are_not_touched(tmp_path: Path) -> None:
    others = [tmp_path / f"registries-{version}.sqlite" for version in (VERSION - 1, VERSION + 1)]
    for other in others:
        other.write_bytes(b"not ours")
    written(tmp_path)

    assert [other.read_bytes() for other in others] == [b"not ours"] * 2


def test_a_file_that_is_deleted_meanwhile_is_no_failure(tmp_path: Path) -> None:
    with closing(Cache(tmp_path)) as cache:
        fill(cache)
        for file in tmp_path.iterdir():
            file.unlink()
        fill(cache)
        cache.first_seen("h/r2", DIGEST)

    with closing(Cache(tmp_path)) as cache:
        fill(cache)
        assert is_full(cache)


def test_many_processes_share_it_from_the_first_moment(tmp_path: Path) -> None:
    program = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from imagebot.registries.cache import Cache, Kept
from imagebot.demo.images import digest_of
sys.stdin.readline()
cache = Cache(Path({str(tmp_path)!r}), bound=10**7)
def use(thread):
    for number in range(25):
        body = b"%d" % number
        cache.keep_content(sys.argv[1], f"h/{{thread}}", digest_of(body), "", body)
        cache.keep_answer(sys.argv[1], f"GET {{thread}}/{{number}}", Kept("1", "", body))
        assert cache.content(sys.argv[1], f"h/{{thread}}", digest_of(body)) == ("", body)
        cache.first_seen("h/all", digest_of(body))
with ThreadPoolExecutor(8) as pool:
    list(pool.map(use, range(8)))
print(cache.salt.hex())
cache.close()
"""
    count = 6
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program, f"{number}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for run in runs:  # all of them are up when the first begins
        assert run.stdin
        run.stdin.write("\n")
        run.stdin.flush()
    said = [run.communicate() for run in runs]

    assert {errors for _, errors in said} == {""}
    assert len({salt for salt, _ in said}) == 1
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        counts = [
            database.execute(query).fetchone()[0]
            for query in (
                "SELECT count(*) FROM contents",
                "SELECT count(*) FROM answers",
                "SELECT count(*) FROM seen",
            )
        ]
        assert counts == [count * 8 * 25, count * 8 * 25, 25]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
