"""A work tree or plain folder, as a snapshot."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
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
        self._name = str(self._root)

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
            if entry := self._entry(path):
                yield entry

    def read(self, path: str) -> bytes:
        """The bytes of one file; a link is not followed."""
        target = self._inside(path)
        if target.is_symlink():
            raise RepositoryError(f"cannot read {path}: it is a link, which could lead anywhere")
        try:
            return target.read_bytes()
        except OSError as error:
            raise RepositoryError(f"cannot read {path}: {error.strerror}") from error

    def contents(self, entries: Iterable[FileEntry], limit: int) -> Iterator[tuple[FileEntry, bytes | None]]:
        """The bytes of many files, in their order; None if more than ``limit`` bytes, or unreadable."""
        root = str(self._root)
        inside = {"": True}
        for entry in entries:
            if _is_inside(root, entry.path.rpartition("/")[0], inside):
                yield entry, _content(f"{root}/{entry.path}", limit)
            else:
                yield entry, None

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

    def _entry(self, path: str) -> FileEntry | None:
        """A file with Git's mode; None for one that is gone, or neither file, link nor submodule."""
        try:
            found = os.lstat(f"{self._name}/{path}")
        except OSError:
            return None
        kind = found.st_mode
        if stat.S_ISREG(kind):
            mode = "100755" if kind & stat.S_IXUSR else "100644"
            return FileEntry(
                path, mode, f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}"
            )
        if stat.S_ISLNK(kind):
            return FileEntry(path, "120000", "")
        return FileEntry(path, "160000", "") if stat.S_ISDIR(kind) else None

    def _inside(self, path: str) -> Path:
        target = self._root / path
        if not target.parent.resolve().is_relative_to(self._root):
            raise RepositoryError(f"{path} lies outside of {self._root}")
        return target


def _is_inside(root: str, folder: str, known: dict[str, bool]) -> bool:
    """Whether no part of a folder's path is a link, which could lead out of the root."""
    found = known.get(folder)
    if found is None:
        above = _is_inside(root, folder.rpartition("/")[0], known)
        found = above and not Path(root, folder).is_symlink()
        known[folder] = found
    return found


def _content(path: str, limit: int) -> bytes | None:
    """The bytes of a regular file; a link that took its place meanwhile is not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        content = os.read(handle, 1 << 16)
        while len(content) <= limit and (
            more := os.read(handle, 1 << 20) if len(content) >= 1 << 16 else b""
        ):
            content += more
        return content if len(content) <= limit else None
    except OSError:
        return None
    finally:
        os.close(handle)
