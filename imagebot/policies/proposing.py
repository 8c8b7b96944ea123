"""How updates are proposed: what ``pull-request`` of a policy and the settings beside it say, loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

OnePer = Literal["policy", "image", "environment", "directory", "repository"]
Drafts = Literal["never", "pending", "always"]
MergeMethod = Literal["merge", "squash", "rebase"]
MergedBy = Literal["forge", "imagebot"]
MergeStep = Literal["major", "minor", "patch", "digest", "other"]

URGENT_LABEL = "imagebot/urgent"


@dataclass(frozen=True, slots=True)
class PullRequestRules:
    """The ``pull-request`` key of a policy.

    Attributes:
        group: Name that takes the place of the policy's own, so that policies share a pull request.
        one_per: What has a pull request of its own, beside the environment.
        reviewers: Logins; ``teams`` are teams, as the forge names them.
        codeowners: Whether the owners of the edited files are asked to review.
        draft: ``pending`` proposes what a gate still holds, as a draft that nobody can merge.
        automerge: Sizes of steps that are merged without a person; empty for none.
        merge_method: None for what the repository allows first.
        merged_by: Whose automatic merge it is.
    """

    group: str | None = None
    one_per: OnePer = "policy"
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    codeowners: bool = False
    draft: Drafts = "never"
    automerge: frozenset[MergeStep] = frozenset()
    merge_method: MergeMethod | None = None
    merged_by: MergedBy = "forge"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing new is proposed and nothing is merged.

    Either ``begin`` and ``end`` are set, or ``cron`` and ``lasting``.

    Attributes:
        begin: With time zone; ``end`` is the first moment after it.
        cron: When it begins, each time.
    """

    reason: str
    begin: datetime | None = None
    end: datetime | None = None
    cron: str = ""
    lasting: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something new may be proposed or merged.

    Attributes:
        time_zone: IANA name, by which cron expressions are read.
        schedule: Cron expressions; the minutes that one of them names are open. Empty: always.
    """

    time_zone: str = "UTC"
    schedule: tuple[str, ...] = ()
    freezes: tuple[Freeze, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be open at once; None for no limit.

    Attributes:
        open: Open pull requests, in each environment.
        new_per_hour: Pull requests opened in 60 minutes.
        branches: Branches of imagebot's on the remote.
    """

    open: int | None = None
    new_per_hour: int | None = None
    branches: int | None = None


@dataclass(frozen=True, slots=True)
class PullRequestSettings:
    """The ``pull-requests`` key of ``imagebot.yaml``.

    Attributes:
        limits: For the whole repository; ``open`` counts in each environment that has no number of its own.
        calendar: For environments that have none of their own.
        urgent_label: A pull request that has it is free of the calendar.
        own_labels: Whether imagebot's own labels are set: ``imagebot``, ``env/...``, ``step/...``.
        dashboard: Whether one issue shows everything.
        commands: Whether comments are read.
        release_notes: Whether the forge is asked for release notes and commits between versions.
    """

    limits: Limits = Limits(open=10)
    calendar: Calendar = Calendar()
    urgent_label: str = URGENT_LABEL
    own_labels: bool = True
    dashboard: bool = False
    commands: bool = True
    release_notes: bool = True


@dataclass(frozen=True, slots=True)
class CommitSettings:
    """The ``commits`` key of ``imagebot.yaml``.

    Attributes:
        through: ``api`` lets the forge make the commits, so that it shows them as verified.
        conventional: Whether subjects are Conventional Commits; None looks at those of the base branch.
        sign_off: Whether messages end with ``Signed-off-by``.
    """

    through: Literal["git", "api"] = "git"
    conventional: bool | None = None
    sign_off: bool = False
