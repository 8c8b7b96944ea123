"""Commits that GitHub makes, and signs: no author is named, so that they show as verified.

https://docs.github.com/rest/git/commits and https://docs.github.com/graphql/reference/mutations#updaterefs
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from github import GithubException

from imagebot.errors import ForgeError, PushRefused
from imagebot.forges.github.api import Item
from imagebot.forges.github.errors import is_forbidden, is_limited, words
from imagebot.forges.github.repository import GitHubRepository
from imagebot.untrusted import clean

_REGULAR = frozenset({"100644", "100755"})


class Commits(GitHubRepository):
    """Writes one commit and moves a branch to it, if the branch is where it was seen."""

    def commit(
        self,
        branch: str,
        parent: str,
        files: Mapping[str, bytes],
        message: str,
        *,
        expected: str | None,
    ) -> str:
        """Make one commit on a parent and move a branch to it; the commit id."""
        with self._api.named(f"commit to {branch}"):
            tree = self._api.get(self._path(f"git/commits/{parent}"))["tree"]["sha"]
            entries = [self._entry(path, mode, files[path]) for path, mode in self._modes(tree, files)]
            content = {"base_tree": tree, "tree": entries}
            new = self._api.write("POST", self._path("git/trees"), content, again=True)["sha"]
            content = {"message": message, "tree": new, "parents": [parent]}
            made: str = self._api.write("POST", self._path("git/commits"), content, again=True)["sha"]
            self._point(branch, made, expected)
            return made

    def _modes(self, tree: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
        """Modes that the files have, each of which must be a regular file.

        One request lists the whole tree; what a very large one leaves out is looked for folder by folder.
        """
        listed: Item = self._api.get(self._path(f"git/trees/{tree}"), recursive="1")
        known = {entry["path"]: entry["mode"] for entry in listed["tree"]}
        for path in sorted(files):
            mode = known.get(path)
            if mode is None and listed.get("truncated"):
                mode = self._mode(tree, path)
            if mode not in _REGULAR:
                raise ForgeError(f"{clean(path)} is no regular file of the parent, and is not written")
            yield path, mode

    def _mode(self, tree: str, path: str) -> str | None:
        mode = None
        for name in path.split("/"):
            entries = self._api.get(self._path(f"git/trees/{tree}"))["tree"]
            entry = next((each for each in entries if each["path"] == name), None)
            if entry is None:
                return None
            tree, mode = entry["sha"], entry["mode"]
        return mode

    def _entry(self, path: str, mode: str, content: bytes) -> dict[str, str]:
        """An entry of a tree: text goes along, other bytes go before as a blob of their own."""
        entry = {"path": path, "mode": mode, "type": "blob"}
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = None
        if text is not None and "\0" not in text:
            return {**entry, "content": text}
        blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return {**entry, "sha": self._api.write("POST", self._path("git/blobs"), blob, again=True)["sha"]}

    def _point(self, branch: str, commit: str, expected: str | None) -> None:
        """Make the branch, or move it if it points to ``expected``.

        Both may be sent twice: what was done already is refused, and found to be done.
        """
        try:
            if expected is None:
                content = {"ref": f"refs/heads/{branch}", "sha": commit}
                self._api.write("POST", self._path("git/refs"), content, again=True)
            else:
                self._move(branch, commit, expected)
        except GithubException as error:
            if not _is_refused(error):
                raise
            if self._tip(branch) != commit:
                raise PushRefused(
                    f"{self._api.place.host} refused to move {branch}: {words(error)}",
                    hint="somebody else moved it, or a rule protects it; the next run looks again",
                ) from error

    def _move(self, branch: str, commit: str, expected: str) -> None:
        """Compare and swap, which REST does not have."""
        update = {"name": f"refs/heads/{branch}", "beforeOid": expected, "afterOid": commit, "force": True}
        content = {"repositoryId": self._about()["node_id"], "refUpdates": [update]}
        self._api.mutate("updateRefs", content, "clientMutationId", again=True)

    def _tip(self, branch: str) -> str | None:
        try:
            found = self._api.get(self._path(f"git/ref/heads/{quote(branch)}"))
        except GithubException as error:
            if error.status != 404:
                raise
            return None
        return str(found["object"]["sha"])


def _is_refused(error: GithubException) -> bool:
    """Whether GitHub would not move the branch, for a reason that is no limit and no missing right."""
    return error.status in {400, 409, 422} and not is_limited(error) and not is_forbidden(error)
