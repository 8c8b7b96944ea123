"""A work tree or plain folder, as a snapshot."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from imagebot.errors import RepositoryError, RepositoryMissing
from imagebot.repository.command import Git
from imagebot.repository.protocol import FileEntry


class Folder:
    """The files of a folder as they are now.

    In a Git work tree these are the files that Git tracks or would track; elsewhere all of them.

    Raises:
        RepositoryMissing: If there is no such folder.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            what = "is not a folder" if root.exists() else "does not exist"
            raise RepositoryMissing(f"{root} {what}", hint="name the folder of the config repository")
        self._root = root.resolve()

    @cached_property
    def commit(self) -> str | None:
        """HEAD of a work tree without changes; else None."""
        git = Git(self._root, {})
        head = git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        changes = git.attempt("status", "--porcelain", "--untracked-files=all", "--", ".")
        clean = head.code == 0 and changes.code == 0 and not changes.out
        return head.text if clean else None

    def files(self) -> Iterator[FileEntry]:
        """Every file, sorted by path; links are named and not followed."""
        for path in sorted(self._paths()):
            if mode := self._mode(path):
                yield FileEntry(path, mode, "")

    def read(self, path: str) -> bytes:
        """The bytes of one file."""
        try:
            return self._inside(path).read_bytes()
        except OSError as error:
            raise RepositoryError(f"cannot read {path}: {error.strerror}") from error

    def write(self, path: str, content: bytes) -> None:
        """Replace the bytes of a file at once: a reader sees the old or the new, never half of it."""
        target = self._inside(path)
        if target.is_symlink() or not target.is_file():
            raise RepositoryError(f"{path} is no regular file, and is not written")
        try:
            handle, temporary = tempfile.mkstemp(prefix=".imagebot-", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(stat.S_IMODE(target.stat().st_mode))
            Path(temporary).replace(target)
        except OSError as error:
            raise RepositoryError(f"cannot write {path}: {error.strerror}") from error

    def _paths(self) -> list[str]:
        listed = Git(self._root, {}).attempt(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"
        )
        if listed.code == 0:
            return [name.decode("utf-8", "surrogateescape") for name in listed.out.split(b"\0") if name]
        return list(self._walk())

    def _walk(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self._root):
            linked = [name for name in folders if Path(folder, name).is_symlink()]
            folders[:] = sorted(set(folders) - {".git", *linked})
            for name in [*names, *linked]:
                yield Path(folder, name).relative_to(self._root).as_posix()

    def _mode(self, path: str) -> str | None:
        """Git's mode of a file; None for one that is gone, or neither file, link nor submodule."""
        try:
            kind = (self._root / path).lstat().st_mode
        except OSError:
            return None
        if stat.S_ISLNK(kind):
            return "120000"
        if stat.S_ISDIR(kind):
            return "160000"
        if not stat.S_ISREG(kind):
            return None
        return "100755" if kind & stat.S_IXUSR else "100644"

    def _inside(self, path: str) -> Path:
        target = self._root / path
        if not target.parent.resolve().is_relative_to(self._root):
            raise RepositoryError(f"{path} lies outside of {self._root}")
        return target
