"""The secrets that tests plant, and the search for them in what imagebot leaves behind.

A test that needs a secret takes one from here, or one that ``NEEDLES`` knows. What imagebot says, writes, commits
and proposes during the suite is searched for all of them (``tests/conftest.py``), in the clear, in base64, in Git's
and the caches' compression.
"""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from imagebot.demo.github import GitHubStandIn

SECRET = "pl4nted-s3cret"
PASSWORD = "hunter2-of-the-bot"
ENTRA = "entra-t0ken"
WORDS = ("s3cret", "hunter2", ENTRA)
"""One of them is in every secret that tests plant."""

FORGE_TOKEN = "ghp_[0-9a-f]{36}"
"""What the GitHub stand-in gives."""

Written = Mapping[Path, tuple[int, int]]
"""Files, with what changes when they are written."""


def _in_base64(word: str) -> Iterator[str]:
    """The characters that stand for a word in base64, wherever it begins: users stand before passwords."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word.encode()).decode()
        yield encoded[-(-before * 8 // 6) : (before + len(word)) * 8 // 6]


NEEDLES = re.compile(
    "|".join([*WORDS, *(form for word in WORDS for form in _in_base64(word)), FORGE_TOKEN]).encode()
)


class Leaked(AssertionError):  # noqa: N818 - names what happened, as the rest of the tree
    """A planted secret was found where none must be."""


def check(text: str | bytes, where: str) -> None:
    """Raise if a planted secret is in a text.

    Raises:
        Leaked: With where it was found, and what stands around it.
    """
    searched = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if found := NEEDLES.search(searched):
        around = searched[max(found.start() - 60, 0) : found.end() + 60]
        raise Leaked(f"a planted secret shows in {where}: {around!r}")


def written(*folders: Path) -> dict[Path, tuple[int, int]]:
    """The files below folders, as they are now."""
    found = {}
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                path = Path(parent, name)
                status = path.lstat()
                found[path] = (status.st_mtime_ns, status.st_size)
    return found


def check_written(before: Written, *folders: Path) -> None:
    """Raise if a planted secret is in a file below folders that was written since.

    Raises:
        Leaked: With the file.
    """
    for path, state in written(*folders).items():
        if before.get(path) != state and path.is_file():
            for content in _contents(path):
                check(content, str(path))


def check_forge(forge: GitHubStandIn) -> None:
    """Raise if a planted secret is in a pull request, or in a commit after the first.

    Raises:
        Leaked: With the pull request or repository.
    """
    for name, hosted in forge.repositories.items():
        for pull in hosted.pulls.values():
            check(f"{pull.title}\n{pull.body}\n{pull.head}", f"pull request {name}#{pull.number}")
        proposed = [pull.head_sha for pull in hosted.pulls.values()]  # their branches may be gone
        first = hosted.git("rev-list", "--max-parents=0", hosted.default_branch).text.split()
        made = hosted.git("log", "--patch", "--root", "--all", *proposed, "--not", *first)
        check(made.out, f"the commits of {name}")


def _contents(path: Path) -> Iterator[bytes]:
    """What a file holds: as it is, unpacked, and cell by cell."""
    content = path.read_bytes()
    yield content
    if content.startswith(b"SQLite format 3\0"):
        yield from _cells(path)
    else:
        yield from _unpacked(content)


def _cells(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as database, suppress(sqlite3.DatabaseError):  # one that a test broke
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a table of ours
                for cell in row:
                    content = cell if isinstance(cell, bytes) else str(cell).encode()
                    yield content
                    yield from _unpacked(content)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:1] == b"\x78":  # how every zlib stream of a usual window begins
        try:
            yield zlib.decompressobj().decompress(content)
        except zlib.error:
            return
