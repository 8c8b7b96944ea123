"""The SQLite file under the cache: bounded, shared by threads and processes, and never a reason to fail."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

BUSY_S = 5.0
VERSION = 1

STALE_S = 90 * 24 * 3600
"""What was used before that goes first."""

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS answers (
  who TEXT, url TEXT, used INTEGER, etag TEXT, modified TEXT, value BLOB, PRIMARY KEY (who, url));
CREATE TABLE IF NOT EXISTS contents (
  who TEXT, repository TEXT, digest TEXT, used INTEGER, kind TEXT, body BLOB,
  PRIMARY KEY (who, repository, digest));
CREATE TABLE IF NOT EXISTS seen (
  repository TEXT, digest TEXT, used INTEGER, at INTEGER, PRIMARY KEY (repository, digest));
CREATE TABLE IF NOT EXISTS sizes (
  who TEXT, repository TEXT, used INTEGER, size INTEGER, short INTEGER, PRIMARY KEY (who, repository));
"""
"""``used`` stands before what is long, so that a search for the oldest rows reads no more than it must."""

_LARGE, _SMALL = ("answers", "contents"), ("seen", "sizes")
_UNUSABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""The last is how SQLite calls statements that do not fit the tables: those of somebody else."""


class CacheFile:
    """Runs statements; one that fails gave nothing, and changed nothing.

    One connection with one lock: a statement takes microseconds, and whoever waits for it waits for the
    network a thousand times as long.

    Args:
        folder: Where the file lies; None keeps everything in memory for the life of this object.
        bound: Most bytes that it leaves behind; while it is open there may be twice as many.
    """

    def __init__(self, folder: Path | None, bound: int) -> None:
        self._path = folder / f"registries-{VERSION}.sqlite" if folder else None
        self._bound = bound
        self._lock = Lock()
        self._unusable = False
        self._database = _opened(self._path) if self._path else _connected(":memory:")
        self.run(f"PRAGMA max_page_count = {2 * bound // self._number('page_size')}")

    def run(self, statement: str, *values: object) -> tuple[object, ...] | None:
        """Run a statement; the first row of what it finds."""
        try:
            with self._lock:
                found: tuple[object, ...] | None = self._database.execute(statement, values).fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._unusable |= _is_unusable(error)
            return None
        except (OverflowError, ValueError):  # a number or text that SQLite cannot hold
            return None
        return found

    def close(self, now: int) -> None:
        """Keep within the bound, and let go of the file; one that is broken makes room for a new one."""
        with contextlib.suppress(sqlite3.Error), self._lock:
            self._shrink(now)
        with self._lock:
            self._database.close()
        if self._unusable and self._path:
            with contextlib.suppress(OSError), _alone(self._path.parent):
                _remove(self._path)

    def _shrink(self, now: int) -> None:
        """Down to three quarters of the bound; the rows that are small and cannot be had again go last."""
        if self._number("page_count") * self._number("page_size") <= self._bound:
            return
        for table in (*_LARGE, *_SMALL):
            self._database.execute(f"DELETE FROM {table} WHERE used < ?", (now - STALE_S,))  # noqa: S608 - a constant
        for tables in (_LARGE, _SMALL):
            while self._filled() > self._bound * 3 // 4 and self._take_oldest(tables):
                pass
        self._database.execute("VACUUM")

    def _take_oldest(self, tables: tuple[str, ...]) -> bool:
        """Take out of each the quarter that was used longest ago; whether there was one."""
        taken = 0
        for table in tables:
            (rows,) = self._database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a constant
            oldest = f"SELECT rowid FROM {table} ORDER BY used, rowid LIMIT {-(-rows // 4)}"  # noqa: S608
            taken += self._database.execute(f"DELETE FROM {table} WHERE rowid IN ({oldest})").rowcount  # noqa: S608
        return taken > 0

    def _filled(self) -> int:
        """Bytes that hold something."""
        return (self._number("page_count") - self._number("freelist_count")) * self._number("page_size")

    def _number(self, pragma: str) -> int:
        (number,) = self._database.execute(f"PRAGMA {pragma}").fetchone()
        return int(number)


def _opened(path: Path) -> sqlite3.Connection:
    """The file, made anew if it is none; in memory where the folder takes none."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(path.parent):
            for _ in range(2):
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                try:
                    return _connected(str(path))
                except (sqlite3.Error, UnicodeDecodeError) as error:
                    if not _is_unusable(error):
                        break  # locked, read-only, disk full: others may need it as it is
                    _remove(path)
    return _connected(":memory:")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes or removes the file meanwhile: SQLite waits for others only once it is made."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _connected(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_TABLES)
    except (sqlite3.Error, UnicodeDecodeError):
        connection.close()
        raise
    return connection


def _is_unusable(error: Exception) -> bool:
    """Whether a file is none of ours, and never will be; full, locked and read-only may pass."""
    if isinstance(error, UnicodeDecodeError):  # SQLite's message quotes what it found instead of a table
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNUSABLE


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink()
