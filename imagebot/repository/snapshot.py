"""The files of one commit, read without a work tree."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import cached_property
from threading import Lock

from imagebot.errors import RepositoryError
from imagebot.repository.command import Git
from imagebot.repository.protocol import FileEntry


class CommitSnapshot:
    """A commit's files; blobs are read through one long-lived ``git cat-file``."""

    def __init__(self, git: Git, commit: str) -> None:
        self._git = git
        self._commit = commit
        self._lock = Lock()
        self._reader: subprocess.Popen[bytes] | None = None

    @property
    def commit(self) -> str | None:
        """The commit id."""
        return self._commit

    def files(self) -> Iterator[FileEntry]:
        """Every file, sorted by path."""
        return iter(self._entries.values())

    def read(self, path: str) -> bytes:
        """The bytes of one file."""
        entry = self._entries.get(path)
        if entry is None or entry.mode == "160000":
            raise RepositoryError(f"{path} is no file of commit {self._commit[:7]}")
        with self._lock:
            return self._blob(entry.blob)

    def close(self) -> None:
        """End the reader."""
        if self._reader is not None:
            self._reader.communicate()
            self._reader = None

    @cached_property
    def _entries(self) -> dict[str, FileEntry]:
        listed = self._git("ls-tree", "-r", "-z", self._commit).out
        entries = {}
        for record in listed.split(b"\0")[:-1]:
            facts, _, name = record.partition(b"\t")
            mode, _, blob = facts.decode().split(" ")
            path = name.decode("utf-8", "surrogateescape")
            entries[path] = FileEntry(path, mode, blob)
        return dict(sorted(entries.items()))

    def _blob(self, blob: str) -> bytes:
        reader = self._reader or self._start()
        if reader.stdin is None or reader.stdout is None:
            raise RepositoryError("git cat-file gave no pipes")
        reader.stdin.write(f"{blob}\n".encode())
        reader.stdin.flush()
        head = reader.stdout.readline().split()
        if len(head) != 3:
            raise RepositoryError(f"blob {blob} is missing from the repository", hint="delete the cache")
        content = reader.stdout.read(int(head[2]))
        reader.stdout.read(1)
        return content

    def _start(self) -> subprocess.Popen[bytes]:
        self._reader = subprocess.Popen(
            self._git.command(["cat-file", "--batch"]),
            env=self._git.full_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._reader
