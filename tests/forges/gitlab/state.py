"""What a GitLab stand-in holds: users, projects with a bare Git repository each, merge requests, issues."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from imagebot.demo.hosting import BareRepository

DEVELOPER, MAINTAINER = 30, 40


def now() -> str:
    """The time as GitLab writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Refused(Exception):  # noqa: N818 - becomes a response
    """Something GitLab would not do.

    Attributes:
        status: HTTP status.
        content: The answer: ``message``, or ``error`` of OAuth.
    """

    def __init__(
        self, status: int, message: object = "", *, headers: dict[str, str] | None = None, **content: str
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.content: dict[str, object] = dict(content) if content else {"message": message}


@dataclass(frozen=True, slots=True)
class User:
    id: int
    username: str


@dataclass(slots=True)
class Note:
    id: int
    author: User
    body: str
    system: bool = False
    created_at: str = field(default_factory=now)
    awards: list[tuple[User, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Milestone:
    id: int
    title: str


@dataclass(slots=True)
class Pipeline:
    """Jobs of one commit, and what other CI reported of it."""

    id: int
    sha: str
    ref: str
    jobs: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """https://docs.gitlab.com/ci/pipelines/: it runs on while one job does, whatever the others came to."""
        states = set(self.jobs.values())
        if states & {"pending", "running"}:
            return "pending" if states == {"pending"} else "running"
        return "failed" if "failed" in states else "success"


@dataclass(slots=True)
class MergeRequest:
    iid: int
    source_project_id: int
    source_branch: str
    target_branch: str
    author: User
    title: str
    description: str
    sha: str
    state: str = "opened"
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    closed_at: str | None = None
    merged_at: str | None = None
    labels: list[str] = field(default_factory=list)
    reviewers: list[User] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    milestone: Milestone | None = None
    notes: list[Note] = field(default_factory=list)
    pipeline: Pipeline | None = None
    approved_by: set[str] = field(default_factory=set)
    refused_by: set[str] = field(default_factory=set)
    auto_merge: bool = False
    squash: bool = False
    squash_message: str = ""

    @property
    def draft(self) -> bool:
        """https://docs.gitlab.com/user/project/merge_requests/drafts/."""
        return self.title.casefold().startswith(("draft:", "[draft]", "(draft)"))

    def close(self) -> None:
        """Close it without merging."""
        self.state, self.closed_at, self.updated_at = "closed", now(), now()


@dataclass(slots=True)
class Issue:
    iid: int
    author: User
    title: str
    description: str
    labels: list[str]
    state: str = "opened"
    created_at: str = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Release:
    tag: str
    description: str


class Project:
    """A project; its settings are fields, named as in GitLab's API.

    ``read_only_labels`` is none of them: it drops labels and milestones without a word, as for a token of
    a role that may not set them.
    """

    def __init__(self, number: int, path: str, root: Path, default_branch: str) -> None:
        self.id = number
        self.path = path
        self.repository = BareRepository(root / f"{path}.git", default_branch)
        self.members: dict[str, int] = {}
        self.merge_requests: dict[int, MergeRequest] = {}
        self.issues: dict[int, Issue] = {}
        self.milestones: list[Milestone] = []
        self.releases: dict[str, Release] = {}
        self.pipelines: list[Pipeline] = []
        self.archived = False
        self.merge_method = "merge"
        self.squash_option = "default_off"
        self.only_allow_merge_if_pipeline_succeeds = False
        self.approvals_required = 0
        self.read_only_labels = False

    def role(self, user: User | None) -> int:
        """Access level of a user; 0 for nobody."""
        return self.members.get(user.username, 0) if user else 0

    def merge_request(self, iid: int) -> MergeRequest:
        """A merge request by the number that people know."""
        if iid not in self.merge_requests:
            raise Refused(404, "404 Not found")
        return self.merge_requests[iid]
