"""What happened to files, by ``git log``: which commits touched them, and what they held before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from imagebot.errors import RepositoryError, RepositoryMissing
from imagebot.repository.blobs import BlobReader
from imagebot.repository.clone import local_git
from imagebot.repository.command import Git
from imagebot.repository.protocol import FileChange, FileEntry, Landed, Log
from imagebot.repository.snapshot import CommitSnapshot

BRANCHES_LIVE = timedelta(days=90)
"""How much older than its merge a commit may be for its message to count."""

MOST_BRANCHED = 50_000
"""Commits whose parents are read to tell what a merge brought."""

_LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
_RAW = (
    *("--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--no-follow", "--root"),
    *("--first-parent", "--diff-merges=first-parent"),
)


def open_history(path: Path) -> GitHistory:
    """The history of a local repository.

    Raises:
        RepositoryMissing: If there is none, or it has no commit.
    """
    try:
        git = local_git(path)
    except RepositoryMissing as error:
        hint = "the commits are read, so name the root of a clone of the config repository"
        raise RepositoryMissing(error.message, hint=hint) from error
    if git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}").code != 0:
        raise RepositoryMissing(f"{path} has no commit yet", hint="commit the descriptors first")
    return GitHistory(git)


@dataclass(frozen=True, slots=True)
class _Head:
    """What the log says of a commit beside its changes."""

    id: str
    parents: tuple[str, ...]
    at: datetime
    author: str


class GitHistory:
    """Implements ``History`` for what is checked out."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._commit = git("rev-parse", "--verify", "HEAD^{commit}").text

    @cached_property
    def shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        return self._git("rev-parse", "--is-shallow-repository").text == "true"

    def tip(self) -> CommitSnapshot:
        """The files of the newest commit."""
        return CommitSnapshot(self._git, BlobReader(self._git), self._commit)

    def log(self, paths: Iterable[str], since: datetime, *, mark: str, limit: int) -> Log:
        """Commits that touched files, along the first parents: when a change landed, and in which commit."""
        wanted = [path for path in dict.fromkeys(paths) if "\n" not in path]
        if not wanted:
            return Log(())
        shown = self._git(
            *("log", "--no-show-signature", "--encoding=UTF-8", *_RAW),
            *("--format=%H%x00%P%x00%ct%x00%aN", f"--since={since.isoformat()}", f"--max-count={limit + 1}"),
            *("--stdin", self._commit),
            stdin="\n".join(["--", *wanted, ""]).encode("utf-8", "surrogateescape"),
            extra={"GIT_LITERAL_PATHSPECS": "1"},
        )
        read = list(_records(shown.out))
        marked = self._marked([head for head, _ in read], since, mark)
        commits = tuple(
            Landed(head.id, head.at, head.author, head.id in marked, not head.parents, changes)
            for head, changes in read[:limit]
        )
        return Log(commits, cut=len(read) > limit)

    def _marked(self, heads: list[_Head], since: datetime, mark: str) -> frozenset[str]:
        """Commits whose own message is marked, or that of a commit which they merged."""
        arguments = ("log", "--no-show-signature", f"--since={(since - BRANCHES_LIVE).isoformat()}")
        matching = self._git(*arguments, "--format=%H", "-E", f"--grep={mark}", self._commit).text
        marked = frozenset(matching.split())
        merges = [head for head in heads if len(head.parents) > 1]
        if not merges or not marked:
            return marked
        listed = self._git(
            *arguments, "--format=%H %P", f"--max-count={MOST_BRANCHED}", self._commit
        ).text.splitlines()
        parents = {commit: rest.split() for commit, _, rest in (line.partition(" ") for line in listed)}
        mainline = _mainline(self._commit, parents)
        return marked | {head.id for head in merges if marked & _brought(head, parents, mainline)}


def _mainline(commit: str, parents: dict[str, list[str]]) -> set[str]:
    """A commit and its first parents."""
    found = set()
    while commit not in found:
        found.add(commit)
        commit = next(iter(parents.get(commit, [])), commit)
    return found


def _brought(merge: _Head, parents: dict[str, list[str]], mainline: set[str]) -> set[str]:
    """The commits of the branches that a merge took in."""
    found: set[str] = set()
    waiting = list(merge.parents[1:])
    while waiting:
        commit = waiting.pop()
        if commit not in found and commit not in mainline:
            found.add(commit)
            waiting += parents.get(commit, [])
    return found


def _records(out: bytes) -> Iterator[tuple[_Head, tuple[FileChange, ...]]]:
    """Read what the log shows: four fields, then two for each file, all ended by NUL."""
    fields = iter(out.split(b"\0")[:-1])
    head: _Head | None = None
    changes: list[FileChange] = []
    for field in fields:
        text = field.lstrip(b"\n")
        if text.startswith(b":"):
            changes.append(_change(text, next(fields, b"")))
            continue
        if head is not None:
            yield head, tuple(changes)
        head, changes = _head(text, [next(fields, b"") for _ in range(3)]), []
    if head is not None:
        yield head, tuple(changes)


def _head(commit: bytes, rest: list[bytes]) -> _Head:
    parents, at, author = (part.decode("utf-8", "replace") for part in rest)
    if not at.isdecimal():
        raise RepositoryError(f"git log says {at[:40]!r} where a time should stand")
    when = datetime.fromtimestamp(min(int(at), _LATEST), UTC)
    return _Head(commit.decode(), tuple(parents.split()), when, author)


def _change(meta: bytes, name: bytes) -> FileChange:
    """Read ``:<mode> <mode> <blob> <blob> <letter>``.

    Source: https://git-scm.com/docs/git-diff#_raw_output_format.
    """
    old_mode, new_mode, old, new, _ = meta.decode()[1:].split(" ", 4)
    path = name.decode("utf-8", "surrogateescape")
    before = FileEntry(path, old_mode, old)
    after = replace(before, mode=new_mode, blob=new)
    return FileChange(path, before if old.strip("0") else None, after if new.strip("0") else None)
