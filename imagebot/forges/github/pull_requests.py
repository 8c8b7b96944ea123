"""Pull requests: listed once with everything in it, opened once, changed by one request each.

https://docs.github.com/rest/pulls/pulls
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from github import GithubException

from imagebot.errors import ForgeError
from imagebot.forges.github.api import PAGE, Item
from imagebot.forges.github.errors import words
from imagebot.forges.github.repository import GitHubRepository, pull_request
from imagebot.forges.values import PullRequest

MOST_OPEN = 5_000
"""Open pull requests of the whole repository that are looked through."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class PullRequests(GitHubRepository):
    """Opens, lists, changes and closes pull requests."""

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Open pull requests from branches of this repository; forks are somebody else's."""
        with self._api.named("list pull requests"):
            items = self._api.pages(self._path("pulls"), limit=MOST_OPEN, state="open")
            found = [self._remember(item) for item in items if self._is_under(item, prefix)]
        return {each.branch: each for each in found}

    def closed_pull_requests(self, branch: str) -> Sequence[PullRequest]:
        """Closed and merged pull requests from a branch, newest first."""
        with self._api.named("list closed pull requests"):
            return [pull_request(item) for item in self._from_branch(branch, "closed")]

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        """Closed and merged pull requests from branches under a prefix, the last closed first."""
        with self._api.named("list closed pull requests"):
            items = self._api.pages(
                self._path("pulls"), limit=limit, state="closed", sort="updated", direction="desc"
            )
            found = [pull_request(item) for item in items if self._is_under(item, prefix)]
        return sorted(found, key=lambda each: each.closed or _LONG_AGO, reverse=True)

    def pull_request(self, number: int) -> PullRequest | None:
        """One pull request of this repository's own branches, open or not."""
        with self._api.named(f"read pull request #{number}"):
            try:
                item = self._item(number, fresh=True)
            except GithubException as error:
                if error.status != 404:
                    raise
                return None
            return pull_request(item) if self._is_own(item) else None

    def create(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> PullRequest:
        """Open a pull request; if another run was quicker, the one that it opened.

        It may be sent twice: GitHub takes no second one from a branch.
        """
        content = {"title": title, "body": body, "head": branch, "base": base, "draft": draft}
        with self._api.named(f"open a pull request from {branch}"):
            try:
                return self._remember(self._api.write("POST", self._path("pulls"), content, again=True))
            except GithubException as error:
                if error.status != 422:
                    raise
                if "draft" in words(error).lower():
                    raise self._no_drafts(branch) from error
                opened = next(iter(self._from_branch(branch, "open")), None)
                if opened is None:
                    raise
                return self._remember(opened)

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Change title and body in one request."""
        return self._change(
            pull_request, f"update pull request #{pull_request.number}", title=title, body=body
        )

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Close without merging, storing a last body that says why."""
        self._change(pull_request, f"close pull request #{pull_request.number}", state="closed", body=body)

    def amend(self, pull_request: PullRequest, body: str) -> None:
        """Store another body, whether it is open or closed."""
        self._change(pull_request, f"amend pull request #{pull_request.number}", body=body)

    def set_draft(self, pull_request: PullRequest, *, draft: bool) -> None:
        """Make it a draft, or ready for review: REST cannot, so GraphQL does.

        https://docs.github.com/graphql/reference/mutations#convertpullrequesttodraft
        """
        name = "convertPullRequestToDraft" if draft else "markPullRequestReadyForReview"
        doing = f"make pull request #{pull_request.number} {'a draft' if draft else 'ready for review'}"
        with self._api.named(doing):
            node = self._item(pull_request.number)["node_id"]
            self._api.mutate(name, {"pullRequestId": node}, "pullRequest { isDraft }", again=True)
            self._seen.pop(pull_request.number, None)

    def _change(self, pull_request: PullRequest, doing: str, **content: str) -> PullRequest:
        """Change fields; doing it twice is doing it once, so a lost answer is no loss."""
        with self._api.named(doing):
            path = self._path(f"pulls/{pull_request.number}")
            return self._remember(self._api.write("PATCH", path, content, again=True))

    def _from_branch(self, branch: str, state: str) -> list[Item]:
        """Pull requests of a branch, newest first.

        ``head`` must name the owner: GitHub ignores the filter without it and lists everything.
        """
        items = self._api.pages(
            self._path("pulls"),
            limit=PAGE,
            state=state,
            head=f"{self._owner()}:{branch}",
            sort="created",
            direction="desc",
        )
        return [item for item in items if item["head"]["ref"] == branch and self._is_own(item)]

    def _is_under(self, item: Item, prefix: str) -> bool:
        return bool(item["head"]["ref"].startswith(prefix)) and self._is_own(item)

    def _no_drafts(self, branch: str) -> ForgeError:
        return ForgeError(
            f"cannot open a draft from {branch}: {self._api.place.repository} does not support drafts",
            hint="set `draft: never` in the policy",
            id="forge-no-drafts",
        )
