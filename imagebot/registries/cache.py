"""What registries said, kept between runs: a file that can be deleted at any time.

It holds answers that a server can confirm with a 304, content that its digest names, and when a digest was
seen first. Everything is kept apart by who asked; of a credential only a salted fingerprint is stored.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from imagebot.registries.clock import Clock

BOUND = 256 * 1024 * 1024
"""Bytes of the file; over it, what was used longest ago goes first, down to three quarters."""

USED_S = 24 * 3600
"""How exactly it is known when a row was used; else every cycle would write a row for each that it reads."""

BELIEVED_S = 3600
"""How exactly it is known when a list of tags was last believed, for the same reason."""

CONTENT_LIMIT = 4 * 1024 * 1024
BUSY_MS = 5_000
VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
  who TEXT, url TEXT, etag TEXT, modified TEXT, value BLOB, used INTEGER, PRIMARY KEY (who, url));
CREATE TABLE IF NOT EXISTS contents (
  who TEXT, repository TEXT, digest TEXT, kind TEXT, body BLOB, used INTEGER,
  PRIMARY KEY (who, repository, digest));
CREATE TABLE IF NOT EXISTS seen (repository TEXT, digest TEXT, at INTEGER, used INTEGER,
  PRIMARY KEY (repository, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sizes (who TEXT, repository TEXT, size INTEGER, at INTEGER,
  PRIMARY KEY (who, repository)) WITHOUT ROWID;
"""
_BOUNDED = ("answers", "contents", "seen")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was kept.

    Attributes:
        etag: As the server sent it; empty if it sent none.
        modified: ``Last-Modified``, as sent; empty if it sent none.
        value: What was read from it.
    """

    etag: str
    modified: str
    value: bytes

    def conditions(self) -> dict[str, str]:
        """Headers that ask for an answer only if it is another one."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


class Cache:
    """The file; safe to use from several threads and processes.

    A file that cannot be opened, read or written is as good as an empty one: nothing here is ever a failure.

    Args:
        folder: Where it lies; None keeps everything in memory for the life of this object.
        clock: Tells the time of day.
        bound: Most bytes of the file.
    """

    def __init__(self, folder: Path | None = None, *, clock: Clock | None = None, bound: int = BOUND) -> None:
        self._clock = clock or Clock()
        self._bound = bound
        self._lock = Lock()
        self._database = _opened(folder)
        self.salt = self._salt()

    def close(self) -> None:
        """Keep within the bound, and let go of the file."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._shrink()
        with self._lock:
            self._database.close()

    def answer(self, who: str, url: str) -> Kept | None:
        """What a server answered last to who asked, if it can be asked for again on a condition."""
        row = self._used("answers", "etag, modified, value", {"who": who, "url": url})
        value = _unpacked(row[2]) if row else None
        return Kept(row[0], row[1], value) if row and value is not None else None

    def keep_answer(self, who: str, url: str, kept: Kept) -> None:
        """Keep what a server answered; without a validator it could never be used again."""
        if kept.conditions():
            row = (who, url, kept.etag, kept.modified, zlib.compress(kept.value, 1), self._now())
            self._do("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", *row)

    def content(self, who: str, repository: str, digest: str) -> tuple[str, bytes] | None:
        """Kind and bytes of what a digest names: they hash to it, whoever wrote the file."""
        key = {"who": who, "repository": repository, "digest": digest}
        row = self._used("contents", "kind, body", key)
        body = _unpacked(row[1]) if row else None
        if row is None or body is None or f"sha256:{hashlib.sha256(body).hexdigest()}" != digest:
            return None
        return row[0], body

    def keep_content(self, who: str, repository: str, digest: str, kind: str, body: bytes) -> None:
        """Keep what a digest names."""
        row = (who, repository, digest, kind, zlib.compress(body, 1), self._now())
        self._do("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?)", *row)

    def first_seen(self, repository: str, digest: str) -> datetime:
        """When a digest was seen in a repository first; from now on it has been."""
        now = self._now()
        row = self._used("seen", "at", {"repository": repository, "digest": digest})
        if row is None:
            self._do("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", repository, digest, now, now)
        return datetime.fromtimestamp(min(int(row[0]), now) if row else now, UTC)

    def size(self, who: str, repository: str) -> tuple[int, datetime] | None:
        """How many tags a repository had when its list was last believed, and when that was."""
        row = self._one("SELECT size, at FROM sizes WHERE who = ? AND repository = ?", who, repository)
        return (int(row[0]), datetime.fromtimestamp(int(row[1]), UTC)) if row else None

    def keep_size(self, who: str, repository: str, size: int) -> None:
        """Keep how many tags a repository has."""
        newer = f"size != excluded.size OR at NOT BETWEEN excluded.at - {BELIEVED_S} AND excluded.at"
        update = f"DO UPDATE SET size = excluded.size, at = excluded.at WHERE {newer}"
        row = (who, repository, size, self._now())
        self._do(f"INSERT INTO sizes VALUES (?, ?, ?, ?) ON CONFLICT (who, repository) {update}", *row)  # noqa: S608 - constants

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _salt(self) -> bytes:
        self._do("INSERT OR IGNORE INTO meta VALUES ('salt', ?)", secrets.token_bytes(16))
        row = self._one("SELECT hex(value) FROM meta WHERE name = 'salt'")
        return bytes.fromhex(row[0]) if row else secrets.token_bytes(16)

    def _used(self, table: str, columns: str, key: Mapping[str, str]) -> tuple[str, ...] | None:
        """A row that is wanted, and so must not go first when the file gets too large."""
        where = " AND ".join(f"{column} = ?" for column in key)
        now = self._now()
        query = f"SELECT {columns}, used <= ? FROM {table} WHERE {where}"  # noqa: S608 - constants
        row = self._one(query, now - USED_S, *key.values())
        if row and row[-1]:
            self._do(f"UPDATE {table} SET used = ? WHERE {where}", now, *key.values())  # noqa: S608
        return row

    def _one(self, query: str, *values: object) -> tuple[str, ...] | None:
        with self._lock, contextlib.suppress(sqlite3.Error, OverflowError):
            found: tuple[str, ...] | None = self._database.execute(query, values).fetchone()
            return found
        return None

    def _do(self, statement: str, *values: object) -> None:
        with self._lock, contextlib.suppress(sqlite3.Error, OverflowError):
            self._database.execute(statement, values)

    def _shrink(self) -> None:
        """Take out what was used longest ago, a quarter of the rows at a time."""
        for _ in range(8):
            if self._bytes() <= self._bound:
                return
            for table in _BOUNDED:
                (rows,) = self._database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a constant
                key = "(repository, digest)" if table == "seen" else "rowid"
                columns = key.strip("()")
                oldest = f"SELECT {columns} FROM {table} ORDER BY used LIMIT {-(-rows // 4)}"  # noqa: S608
                self._database.execute(f"DELETE FROM {table} WHERE {key} IN ({oldest})")  # noqa: S608
            self._database.execute("VACUUM")

    def _bytes(self) -> int:
        (pages,) = self._database.execute("PRAGMA page_count").fetchone()
        (size,) = self._database.execute("PRAGMA page_size").fetchone()
        return int(pages) * int(size)


def _opened(folder: Path | None) -> sqlite3.Connection:
    """The file, made anew if it is none; in memory where the folder takes none."""
    if folder is not None:
        file = folder / f"registries-{VERSION}.sqlite"
        for _ in range(2):
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                try:
                    return _connected(str(file))
                except sqlite3.OperationalError:
                    break  # locked, read-only, disk full: others may need it as it is
                except sqlite3.DatabaseError:
                    for suffix in ("", "-wal", "-shm"):
                        file.with_name(file.name + suffix).unlink(missing_ok=True)
    return _connected(":memory:")


def _connected(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _unpacked(value: object) -> bytes | None:
    """The bytes that were kept; None for anything else, or for more than was ever kept."""
    if not isinstance(value, bytes):
        return None
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(value, 2 * CONTENT_LIMIT)
    except zlib.error:
        return None
    return found if unpacker.eof else None
