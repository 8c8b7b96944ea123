"""What GitHub keeps beside Git: issues, pull requests, and what hangs on them. It changes as people act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from imagebot.demo.hosting import Method

State = Literal["open", "closed"]
StatusState = Literal["error", "failure", "pending", "success"]
Conclusion = Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out"]


def stamp(moment: datetime) -> str:
    """A time as GitHub writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True, kw_only=True)
class Issue:
    """An issue, and the half of a pull request that is one.

    Attributes:
        author: Login, as everywhere.
        milestone: Its number.
        closed_by: Who closed it, or did last.
    """

    number: int
    title: str
    body: str
    author: str
    html_url: str
    created_at: str
    updated_at: str
    state: State = "open"
    closed_at: str | None = None
    closed_by: str = ""
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    milestone: int | None = None

    @property
    def open(self) -> bool:
        """Whether it is open."""
        return self.state == "open"

    def close(self, at: str, by: str) -> None:
        """Close it."""
        self.state, self.closed_at, self.updated_at, self.closed_by = "closed", at, at, by


@dataclass(frozen=True, slots=True)
class AutoMerge:
    """A merge that waits for its checks."""

    by: str
    method: Method
    message: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A review; the last of each person counts."""

    id: int
    author: str
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
    body: str
    commit: str
    at: str


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """That somebody was asked for a review, once: it stays when it was answered or withdrawn.

    Attributes:
        by: Who asked.
        name: Login, or ``organisation/slug`` of a team.
    """

    id: int
    by: str
    name: str
    at: str


@dataclass(slots=True, kw_only=True)
class PullRequest(Issue):
    """A pull request between two branches of one repository, or from a fork.

    Attributes:
        fork: Name of the repository that holds its head, if that is another one; its head stays as it is.
        requests: Every request for a review that there was.
        asked: Head and base for which somebody asked whether it merges; the answer comes with the next.
    """

    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool = False
    merged_at: str | None = None
    merged_by: str = ""
    merge_sha: str | None = None
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    requests: list[ReviewRequest] = field(default_factory=list)
    fork: str = ""
    reviews: list[Review] = field(default_factory=list)
    auto_merge: AutoMerge | None = None
    asked: tuple[str, str] | None = None


@dataclass(slots=True)
class Comment:
    """A comment on an issue or pull request; logins by reaction."""

    id: int
    number: int
    author: str
    body: str
    created_at: str
    updated_at: str
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of the repository."""

    number: int
    title: str
    state: State = "open"


@dataclass(frozen=True, slots=True)
class Status:
    """A commit status: one of the two worlds of checks."""

    id: int
    commit: str
    context: str
    state: StatusState
    description: str
    url: str
    author: str
    at: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run: the other world; without a conclusion it still runs."""

    id: int
    commit: str
    name: str
    conclusion: Conclusion | None
    at: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release; a tag alone is none."""

    id: int
    tag: str
    name: str
    body: str
    at: str
    prerelease: bool = False


@dataclass(slots=True)
class Rules:
    """What must be so before a branch takes a merge.

    Attributes:
        checks: Contexts or names of checks that must succeed.
        reviews: Approvals that are needed.
        strict: Whether a pull request must hold the newest base.
        ruleset: Whether this stands in a ruleset; else in the classic protection of the branch.
    """

    checks: tuple[str, ...] = ()
    reviews: int = 0
    strict: bool = False
    ruleset: bool = False


@dataclass(slots=True)
class Settings:
    """Settings of a repository.

    Attributes:
        drafts: Whether its plan has drafts, which the API does not tell.
    """

    private: bool = True
    archived: bool = False
    has_issues: bool = True
    allow_auto_merge: bool = False
    allow_merge_commit: bool = True
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = True
    delete_branch_on_merge: bool = False
    drafts: bool = True

    def allows(self, method: Method) -> bool:
        """Whether a merge method may be used."""
        return {
            "merge": self.allow_merge_commit,
            "squash": self.allow_squash_merge,
            "rebase": self.allow_rebase_merge,
        }[method]
