"""What the engine asks of a forge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from imagebot.evidence import Comparison, Release
    from imagebot.forges.values import (
        Abilities,
        Comment,
        Decoration,
        Issue,
        PullRequest,
        Readiness,
        RepositoryFacts,
    )
    from imagebot.policies.proposing import MergeMethod


class Proposing(Protocol):
    """Pull requests of one repository. Every method of a forge raises ``ForgeError`` for a failure."""

    @property
    def abilities(self) -> Abilities:
        """What this forge can do."""
        ...

    @property
    def body_in_commit(self) -> bool:
        """Whether the commit message is the only place that can hold the body."""
        ...

    def facts(self) -> RepositoryFacts:
        """What the forge says of the repository; asked once, then remembered."""
        ...

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Open pull requests from this repository's own branches under a prefix, by branch."""
        ...

    def closed_pull_requests(self, branch: str) -> Sequence[PullRequest]:
        """Closed and merged pull requests from a branch, newest first, at most 100."""
        ...

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        """Closed and merged pull requests from branches under a prefix, the last closed first.

        Args:
            prefix: Such as ``imagebot/``.
            limit: Pull requests of the repository that are looked through at most.
        """
        ...

    def pull_request(self, number: int) -> PullRequest | None:
        """One pull request, open or not; None if there is none of that number, or it comes from a fork."""
        ...

    def create(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> PullRequest:
        """Open a pull request; if another run was quicker, the one that it opened."""
        ...

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Change title and body in one request."""
        ...

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Close without merging, storing a last body that says why."""
        ...

    def amend(self, pull_request: PullRequest, body: str) -> None:
        """Store another body, whether it is open or closed."""
        ...

    def set_draft(self, pull_request: PullRequest, *, draft: bool) -> None:
        """Make it a draft, or ready for review."""
        ...

    def decorate(self, pull_request: PullRequest, decoration: Decoration) -> tuple[str, ...]:
        """Set labels, reviewers, assignees and milestone as far as they can be set.

        In as few requests as the forge has; what is set already is not set again. Returns what could
        not be set and why, in words; it raises for nothing but a lost connection.
        """
        ...


class Conversing(Protocol):
    """Comments on pull requests."""

    def comment(self, number: int, text: str) -> None:
        """Write a comment."""
        ...

    def comments(self, since: datetime, numbers: Sequence[int]) -> Sequence[Comment]:
        """Comments on pull requests written since, oldest first, bounded by the newest 1,000.

        Args:
            since: With time zone.
            numbers: Pull requests whose comments matter; a forge may answer with those of others too.
        """
        ...

    def acknowledge(self, comment: Comment, *, done: bool) -> None:
        """React to a comment: thumbs up, or down for a refusal."""
        ...

    def may_write(self, login: str) -> bool:
        """Whether a person may push to the repository."""
        ...


class Merging(Protocol):
    """Merging without a person."""

    def readiness(self, pull_request: PullRequest) -> Readiness:
        """Whether it can be merged now."""
        ...

    def merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Merge the head that ``pull_request`` names, and no other; MergeBlocked if the forge would not.

        Args:
            pull_request: What is merged.
            method: How.
            message: Whole message of a squashed commit; empty for the forge's own. Other methods need none:
                they keep the branch's commit.
        """
        ...

    def enable_auto_merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Let the forge merge it when its checks have passed; MergeBlocked where it would not.

        Where it is to merge already, what is said now takes the place of what was said then.
        """
        ...

    def disable_auto_merge(self, pull_request: PullRequest) -> None:
        """Take that back, whoever said it; nothing where the forge is not to merge it, or has done so."""
        ...


class Issues(Protocol):
    """The one issue that shows everything."""

    def find_issue(self, mark: str) -> Issue | None:
        """The newest issue that imagebot opened with a mark in its body: an open one before a closed one."""
        ...

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        """Open an issue."""
        ...

    def update_issue(self, issue: Issue, body: str) -> None:
        """Store another body."""
        ...


class Committing(Protocol):
    """Commits made by the forge itself, which it shows as verified."""

    def commit(
        self,
        branch: str,
        parent: str,
        files: Mapping[str, bytes],
        message: str,
        *,
        expected: str | None,
    ) -> str:
        """Make one commit on a parent and move a branch to it; the commit id.

        Args:
            branch: Branch of the remote.
            parent: Commit that the forge has.
            files: New content of files that exist; their modes stay.
            message: Whole message.
            expected: Commit that the branch must point to; None if it must not exist.

        Raises:
            PushRefused: The branch points elsewhere, or a rule refused.
        """
        ...


class Sources(Protocol):
    """Where images come from, as far as this forge hosts it and the token may see it."""

    def release(self, source: str, tags: Sequence[str]) -> Release | None:
        """The release of the first tag that has one; None if there is none, or it may not be seen.

        Args:
            source: ``https://HOST/owner/name`` on this forge's own host; others give None.
            tags: Such as ``("1.9.0", "v1.9.0")``.
        """
        ...

    def comparison(self, source: str, old: str, new: str) -> Comparison | None:
        """What lies between two commits or tags; None if it may not be seen."""
        ...


class Forge(Proposing, Conversing, Merging, Issues, Committing, Sources, Protocol):
    """All of it. What a forge is not able to do, its ``abilities`` say, and nobody asks for."""
