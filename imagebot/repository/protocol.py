"""What the engine asks of the config repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from imagebot.plan import Root


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of one snapshot of the config repository.

    Attributes:
        path: Relative to the root, with ``/``.
        mode: Git file mode: ``100644``, ``100755``, ``120000`` (symbolic link), ``160000`` (submodule).
        blob: What tells one content from another: the Git blob id, or for a file of a folder its inode,
            size and times.
    """

    path: str
    mode: str
    blob: str


class Snapshot(Protocol):
    """The files of the config repository at one moment."""

    @property
    def commit(self) -> str | None:
        """Commit id of the snapshot; None for a folder that is no clean Git work tree."""
        ...

    def files(self) -> Iterator[FileEntry]:
        """Every file, sorted by path."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of one file. Raises RepositoryError if it is not there."""
        ...

    def contents(self, entries: Iterable[FileEntry], limit: int) -> Iterator[tuple[FileEntry, bytes | None]]:
        """The bytes of many files, in their order; None if more than ``limit`` bytes, or unreadable."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """Who and when, for author and committer."""

    name: str
    email: str
    when: datetime


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """What is known of one commit.

    Attributes:
        tree: Tree id.
        parents: Parent commit ids; empty where the history was cut off or begins.
        committer_email: E-mail of the committer.
        message: The whole message.
        at: When it was committed, with time zone; None if nobody asked.
    """

    id: str
    tree: str
    parents: tuple[str, ...]
    committer_email: str
    message: str
    at: datetime | None = None


class Workshop(Protocol):
    """A place where files are written and rendered; used as a context."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def fill(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files, by path relative to the root."""
        ...

    def render(self, root: Root) -> str:
        """The manifests of a root. Raises RenderError if that fails, or the program is missing."""
        ...


class ConfigRepository(Protocol):
    """A config repository with a remote; reads and writes commits without a work tree.

    Every method raises ``RepositoryError`` for what Git refuses.
    """

    def default_branch(self) -> str:
        """The remote's default branch, such as ``main``."""
        ...

    def fetch(self, branch: str) -> str | None:
        """Bring a branch of the remote here; its commit id, or None if the remote has none."""
        ...

    def branches(self, prefix: str) -> Mapping[str, str]:
        """Branches of the remote under a prefix (``imagebot/``) and their commit ids."""
        ...

    def bring(self, listed: Mapping[str, str]) -> None:
        """Bring commits of branches here, those that are missing in one fetch.

        Args:
            listed: Branches of the remote and their commit ids; one that is gone by now is left out.
        """
        ...

    def holds(self, commit: str) -> bool:
        """Whether a commit is here, and those that it was made from."""
        ...

    def subjects(self, commit: str) -> Sequence[str]:
        """Subjects of a commit and its first parents, newest first: at most 30, and as many as are here."""
        ...

    def snapshot(self, commit: str) -> Snapshot:
        """The files of a commit that is here."""
        ...

    def facts(self, commit: str) -> CommitFacts:
        """Facts of a commit that is here."""
        ...

    def changed_paths(self, old: str, new: str) -> tuple[str, ...]:
        """Paths that differ between two commits that are here."""
        ...

    def commit(self, parent: str, files: Mapping[str, bytes], message: str, who: Signature) -> str:
        """Write a commit that replaces the content of existing files (modes stay); its id.

        The same arguments give the same id, unless it is signed.
        """
        ...

    def push(self, branch: str, commit: str, *, expected: str | None) -> None:
        """Make the remote's branch point to a commit, if it still points to ``expected``.

        Args:
            branch: Branch of the remote.
            commit: Commit that is here.
            expected: Commit id seen when deciding; None if the branch must not exist.

        Raises:
            PushRefused: The lease did not hold, a hook or rule refused, or the right is missing.
        """
        ...

    def delete(self, branch: str, *, expected: str) -> None:
        """Delete the remote's branch, if it still points to ``expected``."""
        ...


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a commit did to a file: None before where it was added, after where it was deleted."""

    path: str
    before: FileEntry | None
    after: FileEntry | None


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit as it landed on the branch: a merge counts as one, with all that it brought.

    Attributes:
        at: When it was committed, with time zone.
        author: Name of its author.
        marked: Whether its message, or that of a commit it brought, has a line of the kind asked for.
        first: Whether history begins with it, as far as it is here.
        changes: To the files asked for.
    """

    id: str
    at: datetime
    author: str
    marked: bool
    first: bool
    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Commits, newest first.

    Attributes:
        cut: Whether there were more than asked for.
    """

    commits: tuple[Landed, ...]
    cut: bool = False


class History(Protocol):
    """The commits that led to the tip of a branch; every method raises ``RepositoryError``."""

    @property
    def shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        ...

    def tip(self) -> Snapshot:
        """The files of the newest commit. Its ``contents`` reads entries of older commits too."""
        ...

    def log(self, paths: Iterable[str], since: datetime, *, mark: str, limit: int) -> Log:
        """Commits that touched files.

        Args:
            paths: Files; one that was renamed begins under its new name.
            since: With time zone.
            mark: Extended regular expression on lines of messages: what sets ``Landed.marked``.
            limit: Most commits.
        """
        ...
