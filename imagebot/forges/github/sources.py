"""Where images come from, if that is on this GitHub: release notes, and the commits between two versions.

https://docs.github.com/rest/releases/releases and https://docs.github.com/rest/commits/commits#compare-two-commits
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from github import GithubException

from imagebot.evidence import Comparison, Release
from imagebot.forges.breaking import breaking
from imagebot.forges.github.api import Item
from imagebot.forges.github.errors import is_limited
from imagebot.forges.github.repository import GitHubRepository

LONGEST_NOTES = 125_000
"""Characters: what GitHub stores of a release."""

MOST_TAGS = 10
MOST_COMMITS = 250
"""Commits that GitHub tells of between two versions, the newest; all are counted."""

_NAME = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]{1,100}"
_REVISION = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./+-]{0,199}", re.ASCII)
_UNSEEN = frozenset({403, 404, 410, 422, 451})


class Sources(GitHubRepository):
    """Reads repositories that may be seen with the token; asks no other host."""

    def release(self, source: str, tags: Sequence[str]) -> Release | None:
        """The release of the first tag that has one."""
        name = self._name_of(source)
        for tag in tags[:MOST_TAGS] if name else ():
            if not _is_revision(tag):
                continue
            item = self._unless_hidden(f"/repos/{name}/releases/tags/{quote(tag, safe='')}")
            if item is not None:
                url = f"{self._web()}/{name}/releases/tag/{quote(tag)}"
                return Release(source, tag, url, str(item.get("body") or "")[:LONGEST_NOTES])
        return None

    def comparison(self, source: str, old: str, new: str) -> Comparison | None:
        """How many commits lie between two versions, and which of them say that they break something."""
        name = self._name_of(source)
        if not name or not (_is_revision(old) and _is_revision(new)):
            return None
        between = f"{quote(old, safe='')}...{quote(new, safe='')}"
        answer = self._unless_hidden(f"/repos/{name}/compare/{between}")
        if answer is None:
            return None
        url = f"{self._web()}/{name}/compare/{quote(old)}...{quote(new)}"
        messages = (str(item["commit"]["message"]) for item in answer["commits"][:MOST_COMMITS])
        return Comparison(url, answer.get("total_commits"), breaking(messages))

    def _unless_hidden(self, path: str) -> Item | None:
        with self._api.named("read the source of an image"):
            try:
                found: Item = self._api.get(path)
            except GithubException as error:
                if error.status not in _UNSEEN or is_limited(error):
                    raise
                return None
            return found

    def _web(self) -> str:
        """Where people look: the address without what makes it that of the API."""
        parts = urlsplit(self._api.url)
        host = parts.netloc if "/api/" in parts.path else parts.netloc.removeprefix("api.")
        return f"{parts.scheme}://{host}"

    def _name_of(self, source: str) -> str | None:
        """``owner/name`` of a repository on this GitHub."""
        match = re.fullmatch(
            rf"{re.escape(self._web())}/({_NAME}/{_NAME})/?", source, re.ASCII | re.IGNORECASE
        )
        return match[1].removesuffix(".git") if match else None


def _is_revision(text: str) -> bool:
    return _REVISION.fullmatch(text) is not None and ".." not in text
