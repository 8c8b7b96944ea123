"""The Git half of a world whose server keeps a ``BareRepository``."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from imagebot.demo.hosting import BareRepository, person
from tests.forges.contract.world import BASE, SCRIPT


class BareGit:
    """Git as people and imagebot use it, beside the API."""

    def __init__(self, hosted: BareRepository) -> None:
        self._bare = hosted
        _make_executable(hosted, BASE, SCRIPT)

    def push(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        """Put one commit on the base branch, as the whole of a branch."""
        self._bare.move(branch, self._base())
        return self._bare.commit(branch, files, message, "imagebot")

    def commit(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        """Commit on top of a branch, as a person."""
        return self._bare.commit(branch, files, message)

    def tip(self, branch: str) -> str | None:
        """Commit that a branch points to."""
        return self._bare.tip(branch)

    def read(self, commit: str, path: str) -> bytes:
        """Content of a file."""
        return self._bare.read(commit, path)

    def mode(self, commit: str, path: str) -> str:
        """Mode of a file."""
        return self._bare.git("ls-tree", "--format=%(objectmode)", commit, "--", path).text

    def message(self, commit: str) -> str:
        """Message of a commit."""
        return self._bare.message(commit)

    def delete_branch(self, branch: str) -> None:
        """Delete a branch, as a person."""
        self._bare.delete_branch(branch)

    def rename_base(self, name: str) -> None:
        """Rename the default branch."""
        self._bare.move(name, self._base())
        self._bare.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
        self._bare.delete_branch(self._bare.default_branch)
        self._bare.default_branch = name

    def _base(self) -> str:
        return self._bare.git("rev-parse", f"refs/heads/{self._bare.default_branch}").text


def _make_executable(hosted: BareRepository, branch: str, path: str) -> None:
    blob = hosted.git("rev-parse", f"{branch}:{path}").text
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        hosted.git("read-tree", branch, extra=index)
        hosted.git("update-index", "--add", "--cacheinfo", f"100755,{blob},{path}", extra=index)
        tree = hosted.git("write-tree", extra=index).text
    parent = hosted.git("rev-parse", branch).text
    hosted.move(branch, hosted.commit_tree(tree, [parent], "Make it executable\n", person("A Person")))
