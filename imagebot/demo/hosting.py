"""A bare Git repository as a forge hosts it, and what people and forges do to its branches."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from imagebot.repository.command import Git

Method = Literal["merge", "squash", "rebase"]
NOBODY = "0" * 40
"""The commit id of a branch that does not exist."""


def person(name: str, email: str = "") -> Mapping[str, str]:
    """Git's environment for a commit by somebody."""
    email = email or f"{name.lower().replace(' ', '.')}@example.com"
    return {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email))
    }


class BareRepository:
    """A repository on disk; pushes come through ``git_http``.

    Attributes:
        path: The bare repository.
        git: Its ``git``.
        default_branch: Branch that a clone begins with.
        protected: Branches that take no push; a name that ends in ``*`` is a prefix.
    """

    def __init__(self, path: Path, default_branch: str) -> None:
        self.path = path
        self.default_branch = default_branch
        self.protected: set[str] = set()
        path.mkdir(parents=True)
        self.git = Git(path, {})
        self.git("init", "--quiet", "--bare", "-b", default_branch, ".")
        self.git("config", "http.receivepack", "true")

    def tip(self, branch: str) -> str | None:
        """Commit of a branch, or None."""
        return self.commit_of(f"refs/heads/{branch}")

    def tips(self) -> Mapping[str, str]:
        """Commits by branch."""
        listed = self.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads").text
        return {name: commit for commit, _, name in (line.partition(" ") for line in listed.splitlines())}

    def commit_of(self, revision: str) -> str | None:
        """Commit that a branch, tag or abbreviated id names, or None."""
        found = self.git.attempt("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return found.text if found.code == 0 else None

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes],
        message: str,
        author: str = "A Person",
        email: str = "",
    ) -> str:
        """Commit files on a branch, as a person would push them; the commit id."""
        parent = self.tip(branch)
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if parent:
                self.git("read-tree", parent, extra=index)
            for path, content in files.items():
                blob = self.git("hash-object", "-w", "--stdin", stdin=content).text
                self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", extra=index)
            tree = self.git("write-tree", extra=index).text
        made = self.commit_tree(tree, [parent] if parent else [], message, person(author, email))
        self.move(branch, made)
        return made

    def commit_tree(
        self, tree: str, parents: Sequence[str], message: str, identity: Mapping[str, str]
    ) -> str:
        """Make a commit that no branch names yet; its id."""
        options = [option for parent in parents for option in ("-p", parent)]
        return self.git("commit-tree", tree, *options, stdin=message.encode(), extra=identity).text

    def move(self, branch: str, commit: str) -> None:
        """Let a branch name a commit, whatever it named before."""
        self.git("update-ref", f"refs/heads/{branch}", commit)

    def delete_branch(self, branch: str) -> None:
        """Delete a branch, if there is one."""
        self.git("update-ref", "-d", f"refs/heads/{branch}")

    def read(self, commit: str, path: str) -> bytes:
        """Bytes of a file at a commit or branch."""
        return self.git("cat-file", "blob", f"{commit}:{path}").out

    def message(self, commit: str) -> str:
        """Message of a commit or branch tip."""
        return self.git("show", "--no-patch", "--format=%B", commit).text

    def between(self, base: str, head: str) -> list[str]:
        """Commits that a head has and a base has not, oldest first."""
        return self.git("rev-list", "--reverse", f"{base}..{head}").text.split()

    def contains(self, head: str, commit: str) -> bool:
        """Whether a commit lies in the history of another."""
        return self.git.attempt("merge-base", "--is-ancestor", commit, head).code == 0

    def changes(self, base: str, head: str) -> str:
        """What a head changes against the place where it branched off, as a unified diff."""
        return self.git("diff", f"{base}...{head}").out.decode("utf-8", "replace")

    def merged_tree(self, base: str, head: str) -> str | None:
        """Tree of a merge, or None where it conflicts."""
        tree = self.git.attempt("merge-tree", "--write-tree", base, head)
        return tree.text.splitlines()[0] if tree.code == 0 else None

    def merge_branch(self, base: str, head: str, message: str, author: str, method: Method) -> str | None:
        """Merge a commit into a branch; the branch's new tip, or None where it conflicts."""
        tip = self.tip(base) or NOBODY
        tree = self.merged_tree(tip, head)
        if tree is None:
            return None
        if method == "rebase":
            made = self._replayed(tip, head, author)
        else:
            parents = [tip, head] if method == "merge" else [tip]
            made = self.commit_tree(tree, parents, message, person(author))
        if made is not None:
            self.git("update-ref", f"refs/heads/{base}", made, tip)
        return made

    def _replayed(self, tip: str, head: str, author: str) -> str | None:
        with tempfile.TemporaryDirectory() as folder:
            place = str(Path(folder) / "tree")
            self.git("worktree", "add", "--quiet", "--detach", place, tip)
            tree = Git(Path(place), {})
            picked = tree.attempt(
                "cherry-pick", "--allow-empty", *self.between(tip, head), extra=person(author)
            )
            made = tree("rev-parse", "HEAD").text if picked.code == 0 else None
            self.git("worktree", "remove", "--force", place)
        return made

    def protect(self, branch: str) -> None:
        """Refuse pushes to a branch, by a real hook."""
        self.protected.add(branch)
        patterns = " | ".join(f"refs/heads/{name}" for name in sorted(self.protected))
        hook = self.path / "hooks/update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            f'#!/bin/sh\ncase "$1" in\n  {patterns})\n'
            '    echo "error: GH006: Protected branch update failed for $1." >&2; exit 1;;\nesac\n'
        )
        hook.chmod(0o755)

    def takes_no_push(self, branch: str) -> bool:
        """Whether a branch is protected by ``protect``."""
        return any(fnmatchcase(branch, pattern) for pattern in self.protected)
