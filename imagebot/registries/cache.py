"""What registries said, kept between runs: a file that can be deleted at any time.

It holds answers that a server can confirm with a 304, content that its digest names, and when a digest was
seen first. Everything is kept apart by who asked; of a credential only a salted fingerprint is stored.
What is read back is believed no more than what a server sends: the file may have been written by anybody.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from imagebot.registries.cache_file import CacheFile
from imagebot.registries.clock import Clock

BOUND = 256 * 1024 * 1024
"""Bytes of the file; over it, what was used longest ago goes first, down to three quarters."""

VALUE_LIMIT = 8 * 1024 * 1024
"""Bytes of one answer or content; what is larger is not kept."""

VALIDATOR_LIMIT = 1024
SALT_BYTES = 16
DAY_S = 24 * 3600
"""When something was used is known to the day, so that reading is not writing."""


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
        """Headers that ask for an answer only if it is another one; none if nothing can be asked by."""
        for header, validator in (("If-None-Match", self.etag), ("If-Modified-Since", self.modified)):
            if (
                validator
                and len(validator) <= VALIDATOR_LIMIT
                and validator.isascii()
                and validator.isprintable()
            ):
                return {header: validator}
        return {}


class Cache:
    """The file; safe to use from several threads and processes.

    A file that cannot be opened, read or written is as good as an empty one: nothing here is ever a failure.

    Args:
        folder: Where it lies; None keeps everything in memory for the life of this object.
        clock: Tells the time of day.
        bound: Most bytes of the file.

    Attributes:
        salt: Makes fingerprints of credentials that mean nothing elsewhere.
    """

    def __init__(self, folder: Path | None = None, *, clock: Clock | None = None, bound: int = BOUND) -> None:
        self._clock = clock or Clock()
        self._file = CacheFile(folder, bound)
        self.salt = self._salt()

    def close(self) -> None:
        """Keep within the bound, and let go of the file."""
        self._file.close(self._now())

    def answer(self, who: str, url: str) -> Kept | None:
        """What a server answered last to who asked, if it can be asked for again on a condition."""
        query = "SELECT etag, modified, value, rowid, used FROM answers WHERE who = ? AND url = ?"
        match self._file.run(query, who, url):
            case (str(etag), str(modified), bytes(packed), row, used):
                value = _unpacked(packed)
                if value is not None:
                    self._use("answers", row, used)
                    return Kept(etag, modified, value)
        return None

    def keep_answer(self, who: str, url: str, kept: Kept) -> None:
        """Keep what a server answered; without a validator it could never be used again."""
        if kept.conditions() and len(kept.value) <= VALUE_LIMIT:
            row = (who, url, self._now(), kept.etag, kept.modified, zlib.compress(kept.value, 1))
            self._file.run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", *row)

    def content(self, who: str, repository: str, digest: str) -> tuple[str, bytes] | None:
        """Kind and bytes of what a digest names: they hash to it, whoever wrote the file."""
        query = "SELECT kind, body, rowid, used FROM contents WHERE who = ? AND repository = ? AND digest = ?"
        match self._file.run(query, who, repository, digest):
            case (str(kind), bytes(packed), row, used):
                body = _unpacked(packed)
                if body is not None and is_named_by(digest, body):
                    self._use("contents", row, used)
                    return kind, body
        return None

    def keep_content(self, who: str, repository: str, digest: str, kind: str, body: bytes) -> None:
        """Keep what a digest names."""
        if len(body) <= VALUE_LIMIT:
            row = (who, repository, digest, self._now(), kind, zlib.compress(body, 1))
            self._file.run("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?)", *row)

    def first_seen(self, repository: str, digest: str, cycle: datetime | None = None) -> datetime:
        """When a digest was seen in a repository first; from now on it has been.

        Args:
            repository: Its name, host included.
            digest: Or what stands for one.
            cycle: When the cycle began that sees it: what it sees it sees at once, whatever it asks first.
        """
        now = int(cycle.timestamp()) if cycle else self._now()
        query = "SELECT at, rowid, used FROM seen WHERE repository = ? AND digest = ?"
        for conflict in ("IGNORE", "REPLACE"):
            match self._file.run(query, repository, digest):
                # a later time was written by a clock that went ahead, and counts no more than none
                case (int(at), row, used) if 0 <= at <= now:
                    self._use("seen", row, used)
                    return datetime.fromtimestamp(at, UTC)
            row = (repository, digest, now, now)
            self._file.run(f"INSERT OR {conflict} INTO seen VALUES (?, ?, ?, ?)", *row)  # noqa: S608 - a constant
        return datetime.fromtimestamp(now, UTC)

    def size(self, who: str, repository: str) -> tuple[int, datetime | None] | None:
        """How many tags a repository had when its list was last believed, and since when it is not."""
        query = "SELECT size, short, rowid, used FROM sizes WHERE who = ? AND repository = ?"
        match self._file.run(query, who, repository):
            case (int(size), None, row, used):
                self._use("sizes", row, used)
                return size, None
            case (int(size), int(short), _, _):
                return size, datetime.fromtimestamp(max(0, min(short, self._now())), UTC)
        return None

    def keep_size(self, who: str, repository: str, size: int) -> None:
        """Keep how many tags a repository has: its list is believed."""
        row = (who, repository, self._now(), size)
        self._file.run("INSERT OR REPLACE INTO sizes VALUES (?, ?, ?, ?, NULL)", *row)

    def doubt_size(self, who: str, repository: str) -> None:
        """Keep since when the list of a repository is not believed."""
        now = self._now()
        change = (
            "UPDATE sizes SET used = ?, short = min(coalesce(short, ?), ?) WHERE who = ? AND repository = ?"
        )
        self._file.run(change, now, now, now, who, repository)

    def _use(self, table: str, row: object, used: object) -> None:
        now = self._now()
        if not (isinstance(used, int) and now - DAY_S < used <= now):
            self._file.run(f"UPDATE {table} SET used = ? WHERE rowid = ?", now, row)  # noqa: S608 - a constant

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _salt(self) -> bytes:
        fresh = secrets.token_bytes(SALT_BYTES)
        for conflict in ("IGNORE", "REPLACE"):
            match self._file.run("SELECT value FROM meta WHERE name = 'salt'"):
                case (bytes(salt),) if len(salt) == SALT_BYTES:
                    return salt
            self._file.run(f"INSERT OR {conflict} INTO meta VALUES ('salt', ?)", fresh)  # noqa: S608 - a constant
        return fresh


def is_named_by(digest: str, content: bytes) -> bool:
    """Whether a digest, sha256 or sha512, is that of some bytes."""
    algorithm, _, wanted = digest.partition(":")
    return hashlib.new(algorithm, content).hexdigest() == wanted


def _unpacked(packed: bytes) -> bytes | None:
    """The bytes that were kept; None for junk, or for more than is ever kept."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(packed, VALUE_LIMIT + 1)
    except zlib.error:
        return None
    return found if unpacker.eof and len(found) <= VALUE_LIMIT else None
