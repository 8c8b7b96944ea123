"""Where images come from, as far as this server hosts it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from imagebot import evidence
from imagebot.forges.breaking import breaking
from imagebot.forges.gitea.payloads import Compare, Release
from imagebot.forges.gitea.repository import HostedRepository

if TYPE_CHECKING:
    from imagebot.evidence import Comparison

HIDDEN = frozenset({401, 403, 404})
_NAME = r"(?!\.+(?:/|$))[\w.-]+"
_PLACE = re.compile(rf"/(?P<name>{_NAME}/{_NAME}?)(?:\.git)?/?", re.ASCII)


class Sources(HostedRepository):
    """Releases and comparisons of repositories on the same server."""

    def release(self, source: str, tags: Sequence[str]) -> evidence.Release | None:
        """The release of the first tag that has one; None if there is none, or it may not be seen."""
        path = self._hosted(source)
        for tag in tags if path else ():
            answer = self._api.get(
                f"{path}/releases/tags/{quote(tag, safe='')}", f"read release {tag} of {source}", also=HIDDEN
            )
            if answer.status == 200 and not (found := answer.one(Release)).draft:
                return evidence.Release(source, found.tag_name, found.html_url, found.body)
        return None

    def comparison(self, source: str, old: str, new: str) -> Comparison | None:
        """What lies between two commits or tags; None if it may not be seen."""
        path = self._hosted(source)
        if path is None:
            return None
        between = f"{quote(old, safe='')}...{quote(new, safe='')}"
        answer = self._api.get(f"{path}/compare/{between}", f"compare versions of {source}", also=HIDDEN)
        if answer.status != 200:
            return None
        found = answer.one(Compare)
        messages = [each.commit.message for each in found.commits if each.commit]
        url = f"{source.rstrip('/').removesuffix('.git')}/compare/{between}"
        return evidence.Comparison(url, found.total_commits or len(messages), breaking(messages))

    def _hosted(self, source: str) -> str | None:
        """Path of a repository in the API; None if it is no repository of this server."""
        try:
            there, here = urlsplit(source), urlsplit(self._api.api)
            elsewhere = there.scheme not in {"http", "https"} or there.netloc != here.netloc
        except ValueError:
            return None
        root = here.path.removesuffix("/api/v1")
        if elsewhere or there.query or there.fragment or not there.path.startswith(f"{root}/"):
            return None
        place = _PLACE.fullmatch(there.path[len(root) :])
        return f"/repos/{place['name']}" if place else None
