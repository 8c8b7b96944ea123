"""Releases and comparisons of the projects that images come from.

https://docs.gitlab.com/api/releases/ and https://docs.gitlab.com/api/repositories/#compare-branches-tags-or-commits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from imagebot.evidence import Comparison, Release
from imagebot.forges.breaking import breaking
from imagebot.forges.gitlab.calls import FAILURES, Calls, Json
from imagebot.forges.gitlab.errors import status_of

_TAGS = 10
_NOTES = 125_000
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
_UNSEEN = frozenset({400, 401, 403, 404})


class Sources:
    """The part of the forge that looks at other projects on the same GitLab."""

    _calls: Calls

    def release(self, source: str, tags: Sequence[str]) -> Release | None:
        """The release of the first tag that has one."""
        project = self._project(source)
        if project is None:
            return None
        for tag in [tag for tag in tags if tag.strip(".")][:_TAGS]:
            with self._calls.named(f"read release notes of {project}"):
                item = self._seen(f"/projects/{quote(project, safe='')}/releases/{quote(tag, safe='')}")
                if item is not None:
                    url = f"{self._calls.base}/{project}/-/releases/{quote(tag, safe='')}"
                    notes = str(item.get("description") or "")[:_NOTES]
                    return Release(source, str(item["tag_name"]), url, notes)
        return None

    def comparison(self, source: str, old: str, new: str) -> Comparison | None:
        """What lies between two commits or tags, from where they parted."""
        project = self._project(source)
        if project is None:
            return None
        with self._calls.named(f"compare versions of {project}"):
            path = f"/projects/{quote(project, safe='')}/repository/compare"
            item = self._seen(path, {"from": old, "to": new})
            if item is None:
                return None
            commits = item["commits"]
            between = f"{quote(old, safe='')}...{quote(new, safe='')}"
            url = f"{self._calls.base}/{project}/-/compare/{between}"
            return Comparison(url, len(commits), breaking(str(each["message"]) for each in commits))

    def _seen(self, path: str, query: dict[str, str] | None = None) -> Json | None:
        try:
            return self._calls.get(path, query)
        except FAILURES as error:
            if status_of(error) not in _UNSEEN:
                raise
            return None

    def _project(self, source: str) -> str | None:
        """Path of a project on this GitLab, or None if the address is none."""
        path = source.removeprefix(self._calls.base + "/")
        fits = path != source and _PATH.fullmatch(path) and not {".", ".."} & set(path.split("/"))
        return path.removesuffix(".git") if fits else None
