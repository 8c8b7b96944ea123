"""The files of one commit, read without a work tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from imagebot.errors import RepositoryError
from imagebot.repository.blobs import BlobReader
from imagebot.repository.command import Git
from imagebot.repository.protocol import FileEntry


class CommitSnapshot:
    """A commit's files."""

    def __init__(self, git: Git, blobs: BlobReader, commit: str) -> None:
        self._git = git
        self._blobs = blobs
        self._commit = commit

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
        return self._blobs.read(entry.blob)

    def contents(self, entries: Iterable[FileEntry], limit: int) -> Iterator[tuple[FileEntry, bytes | None]]:
        """The bytes of many files, in their order; None for one of more than ``limit`` bytes."""
        wanted = list(entries)
        found = self._blobs.read_many([entry.blob for entry in wanted], limit)
        return zip(wanted, found, strict=True)

    @cached_property
    def _entries(self) -> dict[str, FileEntry]:
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", self._commit).out
        entries = {}
        for record in listed.split(b"\0")[:-1]:
            facts, _, name = record.partition(b"\t")
            mode, _, blob = facts.decode().split(" ")
            path = name.decode("utf-8", "surrogateescape")
            entries[path] = FileEntry(path, mode, blob)
        return dict(sorted(entries.items()))
