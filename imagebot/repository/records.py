"""Records of what was proposed: references beside the branches of the remote, one for each commit.

A record travels with its branch in one push, all or nothing, and stays when somebody deletes the branch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from imagebot.errors import PushRefused
from imagebot.repository.command import Git, Result, last_words
from imagebot.repository.signing import signed

if TYPE_CHECKING:
    from imagebot.repository.protocol import CommitFacts
    from imagebot.repository.signing import Signer

KEPT = "refs/imagebot/"
"""Fetched commits are kept under this, out of the way of the user's own branches."""

RECORDED = "recorded/"
"""Under it, those that are recorded: their place on the remote may be gone by now."""

QUIETLY = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--refmap=",  # the user's own remote branches stay where they are
)


class Records(ABC):
    """The part of a Git repository that keeps records."""

    remote_url: str
    _git: Git
    _depth: tuple[str, ...]
    _records: str
    """Prefix of the references; empty while none are kept."""
    _signer: Signer | None

    @abstractmethod
    def facts(self, commit: str) -> CommitFacts:
        """Facts of a commit that is here."""

    @abstractmethod
    def changed_paths(self, old: str, new: str) -> tuple[str, ...]:
        """Paths that differ between two commits that are here."""

    @abstractmethod
    def delete(self, branch: str, *, expected: str) -> None:
        """Delete the remote's branch under a lease."""

    @abstractmethod
    def _has(self, commit: str) -> bool:
        """Whether a commit is here."""

    @abstractmethod
    def _remote(self, *arguments: str) -> Result:
        """Ask the remote."""

    def sign_by(self, signer: Signer) -> None:
        """From here on, let a key sign each commit that is written."""
        self._signer = signer

    def keep_records(self, prefix: str) -> None:
        """From here on, let a record travel with each branch that is pushed."""
        self._records = prefix

    def records(self, branches: str) -> Mapping[str, Sequence[str]]:
        """Recorded commits by branch, in one question."""
        listed = self._remote("ls-remote", "origin", f"{self._records}{branches}/*").text
        found: dict[str, list[str]] = {}
        for line in listed.splitlines():
            commit, _, name = line.partition("\t")
            found.setdefault(name.removeprefix(self._records).rpartition("/")[0], []).append(commit)
        return found

    def bring_records(self, branch: str, commits: Iterable[str]) -> None:
        """Bring recorded commits here, and their parents."""
        missing = [commit for commit in commits if not self._has(commit)]
        if missing:
            refspecs = (f"+{self._records}{branch}/{each}:{KEPT}{RECORDED}{each}" for each in missing)
            self._remote(*QUIETLY, *self._depth, "origin", *refspecs)

    def record(self, branch: str, commit: str, *, instead_of: str) -> None:
        """Put one record in the place of another."""
        refspecs = self._record_refspecs(branch, commit, instead_of)
        result = self._git.attempt("push", "--porcelain", "--no-verify", "--atomic", "origin", *refspecs)
        if result.code != 0:
            raise PushRefused(
                f"{self.remote_url} refused the record of {branch}: {last_words(result.err)}",
                hint="let the bot push references under refs/imagebot/",
            )

    def withdraw(self, branch: str, *, expected: str) -> None:
        """Delete a branch and its record together; where that cannot be, the record first."""
        record = f":{self._records}{branch}/{expected}"
        if not self._pushed_together(branch, [f":refs/heads/{branch}", record], expected):
            self._git.attempt("push", "--porcelain", "--no-verify", "origin", record)
            self.delete(branch, expected=expected)

    def reword(self, commit: str, message: str) -> str:
        """The same commit with another message, signed anew if it differs; its id."""
        if self._raw(commit).partition(b"\n\n")[2] == message.encode():
            return commit
        shown = self._git("show", "--no-patch", "--format=%an%n%ae%n%ad%n%cn%n%ce%n%cd", "--date=raw", commit)
        names = [
            f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL", "DATE")
        ]
        facts = self.facts(commit)
        identity = dict(zip(names, shown.text.split("\n"), strict=True))
        return self._write(facts.tree, facts.parents, message, identity)

    def brought(self, commit: str, tip: str) -> bool:
        """Whether a commit lies behind a tip, or each file that it changed is the same there."""
        if self._git.attempt("merge-base", "--is-ancestor", commit, tip).code == 0:
            return True
        parents = self.facts(commit).parents
        if not parents:
            return False
        return set(self.changed_paths(parents[0], commit)).isdisjoint(self.changed_paths(commit, tip))

    def _write(self, tree: str, parents: Iterable[str], message: str, identity: Mapping[str, str]) -> str:
        """Write a commit, signed where a key was named; its id."""
        options = [option for parent in parents for option in ("-p", parent)]
        made = self._git("commit-tree", tree, *options, stdin=message.encode(), extra=identity).text
        if self._signer is None:
            return made
        content = signed(self._raw(made), made, self._signer)
        return self._git("hash-object", "-t", "commit", "-w", "--stdin", stdin=content).text

    def _raw(self, commit: str) -> bytes:
        """A commit as Git stores it."""
        return self._git("cat-file", "commit", commit).out

    def _record_refspecs(self, branch: str, commit: str, old: str | None) -> list[str]:
        """The new record, and the old one deleted: a branch that is still there has one."""
        if not self._records or commit == old:
            return []
        place = f"{self._records}{branch}"
        return [f"{commit}:{place}/{commit}", *([f":{place}/{old}"] if old else [])]

    def _pushed_together(self, branch: str, refspecs: Iterable[str], expected: str) -> bool:
        """Whether the remote took all references at once, the branch under a lease."""
        lease = f"--force-with-lease=refs/heads/{branch}:{expected}"
        command = ("push", "--porcelain", "--no-verify", "--atomic", lease, "origin", *refspecs)
        return self._git.attempt(*command).code == 0
