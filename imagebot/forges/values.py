"""The values that pass between the engine and a forge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from imagebot.policies.proposing import MergeMethod


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a forge can do, and how long its texts may be, in characters.

    Attributes:
        body: Longest body or comment.
        folds: Whether ``<details>`` is rendered.
        checkboxes: Whether a person can tick a task list in an issue.
        auto_merge: Whether the forge merges by itself when its checks have passed.
        api_commits: Whether commits can be made through its API, shown as verified.
        permissions: Whether it tells who may write, so that commands in comments can be obeyed.
    """

    body: int = 60_000
    title: int = 250
    label: int = 50
    folds: bool = True
    checkboxes: bool = True
    drafts: bool = False
    labels: bool = False
    teams: bool = False
    comments: bool = False
    permissions: bool = False
    issues: bool = False
    auto_merge: bool = False
    merge: bool = False
    api_commits: bool = False


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """What the forge says of the repository.

    Attributes:
        name: As the forge calls it now: after a rename, the new name.
        login: Who imagebot is on this forge; empty where the token does not tell.
        may_write: Whether the token may push; None if the forge does not say.
        auto_merge: Whether the repository allows the forge's own automatic merge.
        merge_methods: Those that are allowed, the first preferred.
        issues: Whether issues are on.
    """

    name: str
    default_branch: str
    login: str = ""
    archived: bool = False
    may_write: bool | None = None
    auto_merge: bool = False
    merge_methods: tuple[MergeMethod, ...] = ("merge",)
    issues: bool = True


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request from one of imagebot's branches, as the forge tells it.

    Attributes:
        number: The forge's number, by which people know it; 0 on plain Git.
        url: Where a person reads it.
        branch: Head branch.
        title: Title, without a prefix by which a forge marks drafts.
        body: Body, as stored.
        open: Whether it is open.
        merged: Whether it was merged.
        head: Commit at its head, as the forge saw it; empty if unknown.
        author: Login of who opened it.
        auto_merge: Whether the forge is to merge it by itself.
        auto_merge_by: Login of who said so; empty if nobody did, or if it is unknown.
    """

    number: int
    url: str
    branch: str
    title: str
    body: str
    open: bool
    merged: bool
    head: str = ""
    base: str = ""
    author: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    created: datetime | None = None
    closed: datetime | None = None
    auto_merge: bool = False
    auto_merge_by: str = ""


@dataclass(frozen=True, slots=True)
class Decoration:
    """What is put on a pull request beside its text; what is empty is left as it is.

    Attributes:
        labels: Added; labels that people set stay.
        dropped: Labels taken away, if they are there.
        teams: As the forge names them; an organisation before a ``/`` may be left out.
        milestone: Title of an open milestone.
    """

    labels: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request.

    Attributes:
        number: Of the pull request.
        own: Whether imagebot wrote it.
    """

    id: int
    number: int
    author: str
    body: str
    created: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a pull request can be merged now.

    Attributes:
        checks: Of its head: ``none`` where nothing was reported.
        required_passed: Whether the checks that rules ask for passed; True where none are asked for.
        review: ``missing`` where one is required and not given, ``refused`` where changes were asked for.
        mergeable: Whether it merges without conflict; None while the forge works it out.
        why: What stands against merging, in the forge's words or ours; empty if nothing does.
    """

    checks: Literal["none", "pending", "passed", "failed"]
    required_passed: bool
    review: Literal["enough", "missing", "refused"]
    mergeable: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that imagebot wrote."""

    number: int
    url: str
    title: str
    body: str
    open: bool
