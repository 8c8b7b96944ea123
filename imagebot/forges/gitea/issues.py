"""The one issue that shows everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagebot.forges import values
from imagebot.forges.gitea.labels import Labelled
from imagebot.forges.gitea.payloads import Issue
from imagebot.forges.gitea.settled import settled

if TYPE_CHECKING:
    from imagebot.forges.values import Issue as ForgeIssue

LIMIT = 200


class Issues(Labelled):
    """Issues that imagebot wrote."""

    def find_issue(self, mark: str) -> ForgeIssue | None:
        """The newest of imagebot's own issues whose body holds a mark: an open one before a closed one."""
        return self._newest_with("open", mark) or self._newest_with("closed", mark)

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> ForgeIssue:
        """Open an issue."""
        content = {"title": title, "body": body, "labels": [self._label_id(name) for name in labels]}
        path, doing = self._path("/issues"), f"open an issue in {self._name}"

        def carried_out() -> ForgeIssue | None:
            found = self._newest_with("open", body)
            return found if found and found.title == title else None

        return settled(lambda: _issue(self._api.write("POST", path, doing, content).one(Issue)), carried_out)

    def update_issue(self, issue: ForgeIssue, body: str) -> None:
        """Store another body."""
        path, doing = self._path(f"/issues/{issue.number:d}"), f"change issue #{issue.number} of {self._name}"

        def carried_out() -> bool | None:
            return self._api.get(path, doing).one(Issue).body == body or None

        settled(lambda: bool(self._api.write("PATCH", path, doing, {"body": body})), carried_out)

    def _newest_with(self, state: str, mark: str) -> ForgeIssue | None:
        """The list begins with the newest; a server may not know ``created_by``."""
        me, doing = self._me(), f"list the issues of {self._name}"
        listed = self._pages(
            self._path("/issues"), Issue, doing, limit=LIMIT, state=state, type="issues", created_by=me
        )
        mine = (issue for issue in listed if issue.user and issue.user.login == me)
        return next((_issue(issue) for issue in mine if mark in issue.body), None)


def _issue(issue: Issue) -> ForgeIssue:
    return values.Issue(issue.number, issue.html_url, issue.title, issue.body, open=issue.state == "open")
