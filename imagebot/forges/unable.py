"""What plain Git is not able to do: its ``abilities`` say so, and nobody asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from imagebot.errors import ForgeError

if TYPE_CHECKING:
    from imagebot.evidence import Comparison, Release
    from imagebot.forges.values import Comment, Decoration, Issue, PullRequest, Readiness
    from imagebot.policies.proposing import MergeMethod

# ruff: noqa: ARG002 - the parameters are those of the protocol


class Unable:
    """The parts of a forge that are nothing but Git."""

    def pull_request(self, number: int) -> PullRequest | None:
        """None: there are no numbers."""
        return None

    def set_draft(self, pull_request: PullRequest, *, draft: bool) -> None:
        """Nothing: there are no drafts."""

    def decorate(self, pull_request: PullRequest, decoration: Decoration) -> tuple[str, ...]:
        """Nothing: there is nothing beside the commit."""
        return ()

    def release(self, source: str, tags: Sequence[str]) -> Release | None:
        """None: Git has no release notes."""
        return None

    def comparison(self, source: str, old: str, new: str) -> Comparison | None:
        """None: the sources of images lie somewhere else."""
        return None

    def comment(self, number: int, text: str) -> None:
        """Refuse."""
        _refuse("comments")

    def comments(self, since: datetime, numbers: Sequence[int]) -> Sequence[Comment]:
        """Refuse."""
        _refuse("comments")

    def acknowledge(self, comment: Comment, *, done: bool) -> None:
        """Refuse."""
        _refuse("comments")

    def may_write(self, login: str) -> bool:
        """Refuse."""
        _refuse("people")

    def readiness(self, pull_request: PullRequest) -> Readiness:
        """Refuse."""
        _refuse("checks")

    def merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Refuse."""
        _refuse("rules for merging")

    def enable_auto_merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Refuse."""
        _refuse("automatic merge")

    def disable_auto_merge(self, pull_request: PullRequest) -> None:
        """Refuse."""
        _refuse("automatic merge")

    def find_issue(self, mark: str) -> Issue | None:
        """Refuse."""
        _refuse("issues")

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        """Refuse."""
        _refuse("issues")

    def update_issue(self, issue: Issue, body: str) -> None:
        """Refuse."""
        _refuse("issues")

    def commit(
        self, branch: str, parent: str, files: Mapping[str, bytes], message: str, *, expected: str | None
    ) -> str:
        """Refuse."""
        _refuse("API to make commits by")


def _refuse(what: str) -> NoReturn:
    raise ForgeError(f"plain Git has no {what}", hint="name the forge: `forge: {kind: ...}` in imagebot.yaml")
