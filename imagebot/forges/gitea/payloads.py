"""The parts of Gitea's answers that are read; everything else in them is left alone.

Names are Gitea's. Go writes an empty list or text as null at times, and older servers lack fields.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever was sent
    return [] if value is None else value


class Payload(BaseModel):
    """Something that was sent."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class User(Payload):
    """A person or an organisation."""

    login: Text = ""


class Team(Payload):
    """A team of an organisation."""

    name: Text = ""


class Label(Payload):
    """A label of a repository or its organisation."""

    id: int
    name: Text = ""


class Milestone(Payload):
    """A milestone."""

    id: int
    title: Text = ""


class Permissions(Payload):
    """What the token's account may do."""

    push: Flag = False


class Repository(Payload):
    """A repository."""

    full_name: Text
    default_branch: Text = ""
    archived: Flag = False
    has_issues: Flag = False
    allow_merge_commits: Flag = False
    allow_squash_merge: Flag = False
    allow_rebase: Flag = False
    default_merge_style: Text = ""
    permissions: Permissions | None = None


class BranchEnd(Payload):
    """One end of a pull request.

    Attributes:
        label: Name of the branch; ``ref`` turns into ``refs/pull/N/head`` when it is deleted.
    """

    label: Text = ""
    sha: Text = ""
    repo_id: int = -1


class Pull(Payload):
    """A pull request."""

    number: int
    html_url: Text = ""
    title: Text = ""
    body: Text = ""
    state: Text = ""
    draft: bool | None = None
    merged: Flag = False
    mergeable: Flag = False
    head: BranchEnd
    base: BranchEnd
    user: User | None = None
    labels: Annotated[tuple[Label, ...], BeforeValidator(_listed)] = ()
    assignees: Annotated[tuple[User, ...], BeforeValidator(_listed)] = ()
    milestone: Milestone | None = None
    requested_reviewers: Annotated[tuple[User | None, ...], BeforeValidator(_listed)] = ()
    requested_reviewers_teams: Annotated[tuple[Team | None, ...], BeforeValidator(_listed)] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None


class Issue(Payload):
    """An issue."""

    number: int
    html_url: Text = ""
    title: Text = ""
    body: Text = ""
    state: Text = ""
    user: User | None = None


class Comment(Payload):
    """A comment.

    Attributes:
        pull_request_url: Page of its pull request; empty for a comment on an issue.
    """

    id: int
    body: Text = ""
    user: User | None = None
    created_at: datetime
    pull_request_url: Text = ""


class Status(Payload):
    """What one check says of a commit."""

    context: Text = ""
    status: Text = ""


class CombinedStatus(Payload):
    """What all checks say of a commit, the latest of each."""

    state: Text = ""
    statuses: Annotated[tuple[Status, ...], BeforeValidator(_listed)] = ()


class Branch(Payload):
    """A branch with the rules that hold for it, as anybody who may read it sees them."""

    required_approvals: int = 0
    enable_status_check: Flag = False
    status_check_contexts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()


class Review(Payload):
    """A review.

    Attributes:
        official: Whether its author's word counts for the rules of the branch.
    """

    state: Text = ""
    official: Flag = False
    dismissed: Flag = False
    stale: Flag = False
    user: User | None = None


class Collaborator(Payload):
    """What somebody may do."""

    permission: Text = ""


class Release(Payload):
    """A release."""

    tag_name: Text = ""
    html_url: Text = ""
    body: Text = ""
    draft: Flag = False


class CommitMessage(Payload):
    """The inner part of a commit."""

    message: Text = ""


class Commit(Payload):
    """A commit."""

    commit: CommitMessage | None = None


class Compare(Payload):
    """What lies between two commits."""

    total_commits: int = 0
    commits: Annotated[tuple[Commit, ...], BeforeValidator(_listed)] = ()
