"""Merge requests of one project: https://docs.gitlab.com/api/merge_requests/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

from imagebot.forges.gitlab import values
from imagebot.forges.gitlab.calls import FAILURES, Calls
from imagebot.forges.gitlab.errors import is_lost, status_of
from imagebot.forges.gitlab.texts import disarmed, stored_title
from imagebot.forges.values import PullRequest

_OPEN_LIMIT = 5_000
_CLOSED_LIMIT = 100
_LOOKED_THROUGH = 2_000
"""Merge requests with one branch that are looked through, most of which may come from forks."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_LIST = "merge_requests"


class PullRequests:
    """The part of the forge that opens, finds and changes merge requests."""

    _calls: Calls

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Open merge requests from branches of this project, by branch; the oldest of a branch counts."""
        with self._calls.named("list merge requests"):
            query = {"state": "opened", "order_by": "created_at", "sort": "desc"}
            found = list(self._own(query, _OPEN_LIMIT))
        return {each.branch: each for each in found if each.branch.startswith(prefix)}

    def closed_pull_requests(self, branch: str) -> Sequence[PullRequest]:
        """Closed and merged merge requests from a branch, newest first, at most 100."""
        with self._calls.named(f"list closed merge requests from {branch}"):
            query = {"state": "all", "source_branch": branch, "order_by": "created_at", "sort": "desc"}
            closed = (each for each in self._own(query, _LOOKED_THROUGH) if not each.open)
            return list(islice(closed, _CLOSED_LIMIT))

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        """Closed and merged ones under a prefix, the last closed first, among those that changed last."""
        with self._calls.named("list closed merge requests"):
            query = {"state": "all", "order_by": "updated_at", "sort": "desc"}
            found = list(self._own(query, limit))
        closed = [each for each in found if not each.open and each.branch.startswith(prefix)]
        return sorted(closed, key=lambda each: each.closed or _LONG_AGO, reverse=True)

    def pull_request(self, number: int) -> PullRequest | None:
        """One merge request; None if there is none of that number, or it comes from a fork."""
        with self._calls.named(f"read merge request !{number}"):
            path = self._calls.at(f"{_LIST}/{number}")
            try:
                item = self._calls.get(path)
            except FAILURES as error:
                if status_of(error) != 404:
                    raise
                return None
            return values.pull_request(item) if values.is_own(item) else None

    def create(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> PullRequest:
        """Open a merge request; if another run was quicker or the answer was lost, the one that is open."""
        content = {
            "source_branch": branch,
            "target_branch": base,
            "title": stored_title(title, draft=draft),
            "description": disarmed(body),
        }
        with self._calls.named(f"open a merge request from {branch}"):
            path = self._calls.at(_LIST)
            try:
                return values.pull_request(self._calls.post(path, content))
            except FAILURES as error:
                existing = self._open_one(branch) if is_lost(error) or status_of(error) == 409 else None
                if existing is None:
                    raise
                return existing

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Change title and body in one request.

        The title holds whether it is a draft: one that stays is not sent, so that what a person just made
        ready is not made a draft again.
        """
        content = {"description": disarmed(body)}
        if title != pull_request.title:
            content["title"] = stored_title(title, draft=pull_request.draft)
        return self._change("update", pull_request, content)

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Close without merging, storing a last body that says why."""
        self._change("close", pull_request, {"state_event": "close", "description": disarmed(body)})

    def amend(self, pull_request: PullRequest, body: str) -> None:
        """Store another body, whether it is open or closed."""
        self._change("amend", pull_request, {"description": disarmed(body)})

    def set_draft(self, pull_request: PullRequest, *, draft: bool) -> None:
        """Make it a draft, or ready for review: GitLab reads it off the title."""
        self._change("change", pull_request, {"title": stored_title(pull_request.title, draft=draft)})

    def _change(self, verb: str, pull_request: PullRequest, content: Mapping[str, str]) -> PullRequest:
        number = pull_request.number
        with self._calls.named(f"{verb} merge request !{number}"):
            return values.pull_request(self._calls.put(self._calls.at(f"{_LIST}/{number}"), content))

    def _open_one(self, branch: str) -> PullRequest | None:
        return next(self._own({"state": "opened", "source_branch": branch}, _LOOKED_THROUGH), None)

    def _own(self, query: Mapping[str, str], limit: int) -> Iterator[PullRequest]:
        """Merge requests from branches of the project itself, among so many; forks are somebody else's."""
        items = islice(self._calls.each(self._calls.at(_LIST), query, limit), limit)
        return (values.pull_request(item) for item in items if values.is_own(item))
