"""What the stand-in keeps beside Git."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

NOT_FOUND = "The target couldn't be found."


def now() -> str:
    """The time as Gitea keeps it: whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Refused(Exception):  # noqa: N818 - becomes a response
    """Something Gitea would not do, with its words."""

    def __init__(
        self, status: int, message: str = NOT_FOUND, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a token.

    Attributes:
        admin: Whether the permission on the repository is that of an administrator.
    """

    login: str
    permission: str
    scopes: frozenset[str]

    @property
    def may_read(self) -> bool:
        return self.permission != "none"

    @property
    def may_write(self) -> bool:
        return self.permission in {"write", "admin", "owner"}

    @property
    def is_admin(self) -> bool:
        return self.permission in {"admin", "owner"}


@dataclass(slots=True)
class Review:
    author: str
    state: str
    official: bool = True


@dataclass(slots=True)
class Comment:
    id: int
    number: int
    author: str
    body: str
    created: str = field(default_factory=now)
    reactions: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Issue:
    """An issue, and the half of a pull request that is one."""

    number: int
    title: str
    body: str
    author: str
    state: str = "open"
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)
    closed: str | None = None
    labels: list[int] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    milestone: int | None = None

    @property
    def open(self) -> bool:
        return self.state == "open"

    def close(self) -> None:
        self.state, self.closed = "closed", now()
        self.updated = now()

    def reopen(self) -> None:
        self.state, self.closed, self.updated = "open", None, now()


@dataclass(slots=True)
class Pull(Issue):
    """A pull request.

    Attributes:
        repo_id: Of the repository that the head branch lives in.
        checking: Answers in which Gitea still looks for conflicts.
    """

    head: str = ""
    base: str = ""
    head_sha: str = ""
    repo_id: int = 1
    merged: bool = False
    checking: int = 0
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def draft(self) -> bool:
        return self.title.lower().startswith(("wip:", "[wip]"))


@dataclass(frozen=True, slots=True)
class Label:
    id: int
    name: str
    color: str


@dataclass(slots=True)
class Rules:
    """What the base branch asks of a merge."""

    checks: list[str] = field(default_factory=list)
    approvals: int = 0
