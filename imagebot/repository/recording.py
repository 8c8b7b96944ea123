"""What a forge that is nothing but Git asks of the config repository beyond what the engine does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from imagebot.repository.protocol import ConfigRepository


@dataclass(frozen=True, slots=True)
class Record:
    """A reference beside the branches that names a commit that was pushed to one of them.

    Attributes:
        branch: The branch.
        commit: What it names.
        reference: Its whole name.
        made: When the commit was made, in seconds since the epoch; 0 where the name does not tell.
    """

    branch: str
    commit: str
    reference: str
    made: int


class RecordingRepository(ConfigRepository, Protocol):
    """A config repository whose remote also remembers what was proposed.

    A record travels with its branch in one push, all or nothing, and stays when somebody deletes the branch.
    """

    remote_url: str
    """The remote, without credentials."""

    def holds(self, commit: str) -> bool:
        """Whether a commit is here."""
        ...

    def keep_records(self, prefix: str) -> None:
        """From here on, let a record travel with each branch that is pushed.

        A push that replaces a commit replaces its record; one that makes a branch adds one. A remote that
        takes no such references still takes the branch.

        Args:
            prefix: Of references, such as ``refs/imagebot/proposed/``.
        """
        ...

    def records(self, branches: str) -> Sequence[Record]:
        """Records, that of the newest commit first.

        Args:
            branches: A branch, or with ``*`` at its end all that begin so.
        """
        ...

    def bring_records(self, records: Iterable[Record]) -> None:
        """Bring recorded commits here, and their parents, in one fetch."""
        ...

    def record(self, branch: str, commit: str, *, instead_of: str) -> None:
        """Put one record of a branch in the place of another."""
        ...

    def withdraw(self, branch: str, *, expected: str) -> None:
        """Delete the remote's branch and its record, if it still points to ``expected``."""
        ...

    def reword(self, commit: str, message: str) -> str:
        """Write a commit that differs from another that is here in its message alone; its id."""
        ...

    def brought(self, commit: str, tip: str) -> bool:
        """Whether the history of a tip holds a commit, or its files what the commit made of them."""
        ...
