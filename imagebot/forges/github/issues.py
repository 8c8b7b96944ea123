"""The one issue that shows everything.

https://docs.github.com/rest/issues/issues
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import requests
from github import GithubException

from imagebot.errors import ForgeError
from imagebot.forges.github.api import Item
from imagebot.forges.github.errors import is_lost
from imagebot.forges.github.people import People
from imagebot.forges.values import Issue

MOST_ISSUES = 500
"""Issues and pull requests of imagebot's own that are looked through, of each state and from each end.

GitHub lists both together, and they have their labels in common. An issue that was made by one of the first
runs stays in reach from the old end however many pull requests came after it.
"""


class Issues(People):
    """Finds, opens and rewrites issues; asks for the lists, as GitHub's search lags behind."""

    def find_issue(self, mark: str) -> Issue | None:
        """The newest issue of imagebot's own whose body holds a mark: an open one before a closed one."""
        with self._api.named("look for an issue"):
            return self._find_issue(lambda item: mark in (item.get("body") or ""))

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        """Open an issue; one whose answer was lost is looked for before it is opened again."""
        content = {"title": title, "body": body, "labels": list(labels)}
        with self._api.named("open an issue"):
            self._make_labels(labels, [])
            try:
                return _issue(self._api.write("POST", self._path("issues"), content))
            except (GithubException, requests.RequestException) as error:
                if getattr(error, "status", 0) == 410:
                    raise self._off() from error
                if not is_lost(error):
                    raise
                opened = self._find_issue(lambda item: item["title"] == title and item.get("body") == body)
                return opened or _issue(self._api.write("POST", self._path("issues"), content))

    def update_issue(self, issue: Issue, body: str) -> None:
        """Store another body."""
        with self._api.named(f"update issue #{issue.number}"):
            self._api.write("PATCH", self._path(f"issues/{issue.number}"), {"body": body}, again=True)

    def _find_issue(self, fits: Callable[[Item], bool]) -> Issue | None:
        return self._find("open", fits) or self._find("closed", fits)

    def _find(self, state: str, fits: Callable[[Item], bool]) -> Issue | None:
        """The newest; of more than are looked through, the oldest ones after the newest ones."""
        for direction in ("desc", "asc"):
            seen = 0
            for item in self._own(state, direction):
                if "pull_request" not in item and fits(item):
                    return _issue(item)
                seen += 1
            if seen < MOST_ISSUES:
                return None
        return None

    def _own(self, state: str, direction: str) -> Iterator[Item]:
        """Issues and pull requests that imagebot opened, by when it did; at most ``MOST_ISSUES``."""
        return self._api.pages(
            self._path("issues"),
            limit=MOST_ISSUES,
            state=state,
            creator=self._me(),
            sort="created",
            direction=direction,
        )

    def _off(self) -> ForgeError:
        return ForgeError(
            f"cannot open an issue: issues are switched off in {self._api.place.repository}",
            hint="switch them on, or set `dashboard: false` in imagebot.yaml",
            id="forge-issues-off",
        )


def _issue(item: Item) -> Issue:
    return Issue(
        number=item["number"],
        url=item["html_url"],
        title=item["title"],
        body=item.get("body") or "",
        open=item["state"] == "open",
    )
