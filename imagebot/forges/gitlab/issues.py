"""Issues: https://docs.gitlab.com/api/issues/."""

from __future__ import annotations

from collections.abc import Sequence

from imagebot.forges.gitlab import values
from imagebot.forges.gitlab.calls import FAILURES, Calls
from imagebot.forges.gitlab.errors import is_lost
from imagebot.forges.gitlab.texts import disarmed
from imagebot.forges.values import Issue

_LIMIT = 100


class IssueBoard:
    """The part of the forge that keeps the one issue."""

    _calls: Calls

    def find_issue(self, mark: str) -> Issue | None:
        """The newest own issue whose body holds a mark, open before closed; looks through 100 of each."""
        with self._calls.named("look for an issue"):
            return self._newest("opened", mark) or self._newest("closed", mark)

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        """Open an issue; one whose answer was lost is looked for instead of opened twice."""
        content = {"title": title, "description": disarmed(body)}
        if fitting := [label for label in labels if "," not in label]:
            content["labels"] = ",".join(fitting)
        with self._calls.named("open an issue"):
            path = self._calls.at("issues")
            try:
                return values.issue(self._calls.post(path, content))
            except FAILURES as error:
                made = self._newest("opened", body.strip()) if is_lost(error) else None
                if made is None or made.title != title:
                    raise
                return made

    def update_issue(self, issue: Issue, body: str) -> None:
        """Store another body."""
        with self._calls.named(f"update issue #{issue.number}"):
            self._calls.put(self._calls.at(f"issues/{issue.number}"), {"description": disarmed(body)})

    def _newest(self, state: str, mark: str) -> Issue | None:
        login = self._calls.known_login()
        query = {"state": state, "scope": "created_by_me", "order_by": "created_at", "sort": "desc"}
        items = self._calls.listed(self._calls.at("issues"), query, _LIMIT)
        found = (values.issue(item) for item in items if values.login_of(item) == login)
        return next((each for each in found if mark in each.body), None)
