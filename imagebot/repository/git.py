"""A config repository with a remote, by Git plumbing: no work tree, index or branch is touched."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from imagebot.errors import PushRefused, RepositoryError, RepositoryMissing
from imagebot.repository.authentication import git_environment
from imagebot.repository.blobs import BlobReader
from imagebot.repository.clone import cloned, local_git
from imagebot.repository.command import Git, Result, redacted
from imagebot.repository.protocol import CommitFacts, Signature
from imagebot.repository.records import KEPT, QUIETLY, Records
from imagebot.repository.refusals import Remote
from imagebot.repository.snapshot import CommitSnapshot
from imagebot.untrusted import clean

DEPTH = "32"
"""Commits fetched of a branch: its tip, its parent, what was merged lately, and subjects to learn from."""

_SUBJECTS = "30"
_COMMITTER = re.compile(r"^committer .*<(?P<email>[^>]*)> (?P<when>[0-9]+) ", re.MULTILINE)


def open_repository(
    location: str,
    *,
    cache: Path,
    token: str | None = None,
    token_source: str = "the environment",  # noqa: S107 - names a place
) -> GitRepository:
    """Open a local repository in place, or a Git URL by way of the cache.

    Args:
        location: Path of a work tree or bare repository, or a Git URL.
        cache: Folder for clones.
        token: Sent to the remote's own host only, and only over HTTPS.
        token_source: Where the token came from, for messages.

    Raises:
        RepositoryMissing: If there is no repository, or a local one has no remote ``origin``.
    """
    if Path(location).exists() or not re.match(r"[a-z][a-z0-9+.-]*://|[^/\s]+:", location, re.IGNORECASE):
        local = local_git(Path(location))
        origin = local.attempt("config", "--get", "remote.origin.url")
        if origin.code != 0:
            raise RepositoryMissing(
                f"{location} has no remote `origin` to propose to",
                hint="add one, or use --local to edit the work tree",
                id="remote-missing",
            )
        git = Git(local.directory, git_environment(origin.text, token))
        return GitRepository(git, origin.text, token_source, shallow=False)
    git = cloned(location, cache, git_environment(location, token))
    return GitRepository(git, location, token_source, shallow=True)


class GitRepository(Records):
    """Implements ``ConfigRepository``.

    Args:
        git: The local side.
        remote_url: The remote; credentials in it are dropped.
        token_source: Where the token came from, for messages.
        shallow: Whether to fetch as little as is needed: right for a cache, wrong for somebody's
            clone, which would be cut off.
    """

    def __init__(self, git: Git, remote_url: str, token_source: str, *, shallow: bool) -> None:
        self._git = git
        self._depth = ("--depth", DEPTH) if shallow else ()
        self.remote_url = redacted(remote_url)
        self._told = Remote(self.remote_url, token_source)
        self._blobs = BlobReader(git)
        self._records = ""
        self._signer = None

    def default_branch(self) -> str:
        """The branch that the remote's HEAD names."""
        listed = self._remote("ls-remote", "--symref", "origin", "HEAD").text
        match = re.match(r"ref: refs/heads/(\S+)\tHEAD", listed)
        if match is None:
            raise RepositoryError(
                f"{self.remote_url} has no default branch: it may be empty",
                hint="push a first commit, or name a branch with --base",
                id="branch-missing",
            )
        return match[1]

    def fetch(self, branch: str) -> str | None:
        """Bring the tip of a branch here, and its parent."""
        if not self._fetch(branch):
            return None
        return self._git("rev-parse", "--verify", f"{KEPT}{branch}^{{commit}}").text

    def bring(self, listed: Mapping[str, str]) -> None:
        """Fetch what is missing at once; where one of them is gone, one after the other."""
        missing = [branch for branch, commit in listed.items() if not self.holds(commit)]
        if missing and not self._fetch(*missing):
            for branch in missing:
                self._fetch(branch)

    def holds(self, commit: str) -> bool:
        """Whether the commit is here, and what it was made from."""
        if not self._has(commit):
            return False
        head = self._git("cat-file", "commit", commit).text.partition("\n\n")[0]
        return all(self._has(parent) for parent in _parents(head))

    def subjects(self, commit: str) -> Sequence[str]:
        """Subjects along the first parents."""
        shown = self._git("log", "--first-parent", f"--max-count={_SUBJECTS}", "--format=%s", commit)
        return shown.text.splitlines()

    def _fetch(self, *branches: str) -> bool:
        """Fetch branches; whether all of them are there."""
        for branch in branches:
            self._check_name(branch)
        places = (f"+refs/heads/{branch}:{KEPT}{branch}" for branch in branches)
        result = self._git.attempt(*QUIETLY, *self._depth, "origin", *places)
        if result.code != 0 and "couldn't find remote ref" not in result.err.lower():
            raise self._told.unread(result)
        return result.code == 0

    def branches(self, prefix: str) -> Mapping[str, str]:
        """Branches of the remote under a prefix, in one question."""
        listed = self._remote("ls-remote", "--heads", "origin", f"refs/heads/{prefix}*").text
        found = {}
        for line in listed.splitlines():
            commit, _, name = line.partition("\t")
            found[name.removeprefix("refs/heads/")] = commit
        return found

    def snapshot(self, commit: str) -> CommitSnapshot:
        """The files of a commit."""
        return CommitSnapshot(self._git, self._blobs, commit)

    def facts(self, commit: str) -> CommitFacts:
        """Tree, parents, committer and message of a commit."""
        identity = self._git("rev-parse", "--verify", f"{commit}^{{commit}}").text
        head, _, message = self._git("cat-file", "commit", identity).text.partition("\n\n")
        here = tuple(parent for parent in _parents(head) if self._has(parent))
        tree = head.partition("\n")[0].removeprefix("tree ")
        who = _COMMITTER.search(head)
        if who is None:
            raise RepositoryError(f"commit {commit[:7]} has no committer")
        at = datetime.fromtimestamp(int(who["when"]), UTC)
        return CommitFacts(identity, tree, here, who["email"], f"{message.rstrip()}\n", at)

    def changed_paths(self, old: str, new: str) -> tuple[str, ...]:
        """Paths that differ between two commits."""
        listed = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", old, new).out
        return tuple(name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name)

    def commit(self, parent: str, files: Mapping[str, bytes], message: str, who: Signature) -> str:
        """Write a commit over a parent, through an index of its own."""
        modes = {entry.path: entry.mode for entry in self.snapshot(parent).files()}
        lines = []
        for path in sorted(files):
            mode = modes.get(path)
            if mode not in {"100644", "100755"}:
                raise RepositoryError(f"{path} is no regular file of commit {parent[:7]}, and is not written")
            blob = self._git("hash-object", "-w", "--stdin", stdin=files[path]).text
            lines.append(f"{mode} {blob}\t{path}\0".encode("utf-8", "surrogateescape"))
        with tempfile.TemporaryDirectory(prefix="imagebot-index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("read-tree", parent, extra=index)
            self._git("update-index", "-z", "--index-info", stdin=b"".join(lines), extra=index)
            tree = self._git("write-tree", extra=index).text
        return self._write(tree, (parent,), message, _identity(who))

    def push(self, branch: str, commit: str, *, expected: str | None) -> None:
        """Move the remote's branch under a lease."""
        self._check_name(branch)
        head = f"{commit}:refs/heads/{branch}"
        records = self._record_refspecs(branch, commit, expected)
        if records and self._pushed_together(branch, [head, *records], expected or ""):
            return
        self._push(branch, head, expected or "")
        self._push_records(records)  # not together, or not at all: some remotes take nothing but branches

    def delete(self, branch: str, *, expected: str) -> None:
        """Delete the remote's branch under a lease; one that is gone already is fine."""
        self._check_name(branch)
        try:
            self._push(branch, f":refs/heads/{branch}", expected)
        except PushRefused:
            if self.branches(branch).get(branch) is not None:
                raise

    def _push(self, branch: str, refspec: str, expected: str) -> None:
        lease = f"--force-with-lease=refs/heads/{branch}:{expected}"
        result = self._git.attempt("push", "--porcelain", "--no-verify", lease, "origin", refspec)
        if result.code != 0:
            raise self._told.unmoved(branch, result)

    def _remote(self, *arguments: str) -> Result:
        result = self._git.attempt(*arguments)
        if result.code != 0:
            raise self._told.unread(result)
        return result

    def _check_name(self, branch: str) -> None:
        if self._git.attempt("check-ref-format", f"refs/heads/{branch}").code != 0 or branch.startswith("-"):
            raise RepositoryError(f"{clean(branch, 100)!r} is no branch name")

    def _has(self, commit: str) -> bool:
        return self._git.attempt("cat-file", "-e", f"{commit}^{{commit}}").code == 0


def _parents(head: str) -> list[str]:
    """Parents that stand in a commit, also where a shallow clone leaves them out of its history."""
    return re.findall(r"^parent ([0-9a-f]+)$", head, re.MULTILINE)


def _identity(who: Signature) -> Mapping[str, str]:
    when = f"{int(who.when.timestamp())} +0000"
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", who.name), ("EMAIL", who.email), ("DATE", when))
    }
