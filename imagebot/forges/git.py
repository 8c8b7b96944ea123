"""Plain Git: a branch is the pull request, and its commit message holds title and body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagebot.forges.protocol import PullRequest

if TYPE_CHECKING:
    from imagebot.repository.protocol import ConfigRepository


class GitForge:
    """Any remote that takes a push; a person opens the pull request from the branch, or merges it."""

    body_in_commit = True

    def __init__(self, repository: ConfigRepository) -> None:
        self._repository = repository

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Every branch under the prefix counts as open."""
        found = {}
        for branch in self._repository.branches(prefix):
            if tip := self._repository.fetch(branch):
                title, _, body = self._repository.facts(tip).message.partition("\n\n")
                found[branch] = _branch_as_pull_request(branch, title, body)
        return found

    def last_closed(self, branch: str) -> PullRequest | None:
        """Nothing: plain Git does not remember a deleted branch."""
        del branch
        return None

    def create(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """Nothing is left to do: the pushed commit says it all."""
        del base
        return _branch_as_pull_request(branch, title, body)

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Nothing is left to do: the pushed commit says it all."""
        return _branch_as_pull_request(pull_request.branch, title, body)

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Nothing is left to do: the branch is deleted by the caller."""


def _branch_as_pull_request(branch: str, title: str, body: str) -> PullRequest:
    return PullRequest(number=0, url="", branch=branch, title=title, body=body, open=True, merged=False)
