"""What the engine asks of a forge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request that imagebot opened, as the forge tells it.

    Attributes:
        number: The forge's number.
        url: Where a person reads it.
        branch: Head branch.
        title: Title.
        body: Body, as stored.
        open: Whether it is open.
        merged: Whether it was merged.
    """

    number: int
    url: str
    branch: str
    title: str
    body: str
    open: bool
    merged: bool


class Forge(Protocol):
    """Pull requests of one repository. Every method raises ``ForgeError`` for a failure."""

    @property
    def body_in_commit(self) -> bool:
        """Whether the commit message is the only place that can hold the body."""
        ...

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Open pull requests from this repository's own branches under a prefix, by branch."""
        ...

    def last_closed(self, branch: str) -> PullRequest | None:
        """The newest pull request from a branch that was closed without a merge."""
        ...

    def create(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """Open a pull request."""
        ...

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Change title and body in one request."""
        ...

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Close without merging, storing a last body that says why."""
        ...
