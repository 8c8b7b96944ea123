"""The keys ``pull-requests`` and ``commits`` of ``imagebot.yaml``, and the limits of an environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from imagebot.policies.base_model import Model, fault
from imagebot.policies.calendar_model import CalendarModel
from imagebot.policies.proposing import URGENT_LABEL
from imagebot.policies.pull_request_model import label
from imagebot.untrusted import clean

_MOST = 10_000


def _limit(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST
    if not is_number and value not in (None, "none"):
        hint = f"write a number from 1 to {_MOST}, or `none` for no limit"
        fault("settings-limit", f"{clean(repr(value), 80)} is no limit", hint=hint)
    return value


def _conventional(value: object) -> object:
    if not isinstance(value, bool) and value != "auto":
        message = f"`conventional` is {clean(repr(value), 80)}"
        fault("settings-type", message, hint="choose from true, false, auto")
    return value


Limit = Annotated[Annotated[int, Field(ge=1, le=_MOST)] | Literal["none"] | None, BeforeValidator(_limit)]
"""A number, ``none`` for no limit; null where it is not written."""


class EnvironmentLimitsModel(Model):
    """How much may be open at once in an environment."""

    open: Limit = Field(
        None, description="Open pull requests; `none` for no limit. Default: that of `pull-requests`."
    )
    new_per_hour: Limit = Field(
        None, alias="new-per-hour", description="Pull requests opened in 60 minutes; default: no limit."
    )


class LimitsModel(Model):
    """How much may be open at once."""

    open: Limit = Field(
        None,
        description="Open pull requests in each environment that sets no number; default: 10, `none` for "
        "no limit.",
    )
    new_per_hour: Limit = Field(
        None,
        alias="new-per-hour",
        description="Pull requests opened in 60 minutes in the whole repository; default: no limit.",
    )
    branches: Limit = Field(
        None, description="Branches of imagebot's in the whole repository; default: no limit."
    )


class PullRequestsModel(Model):
    """What holds for all pull requests."""

    limits: LimitsModel = Field(LimitsModel(), description="How much may be open at once.")
    calendar: CalendarModel = Field(
        CalendarModel(), description="When environments may change that have no calendar of their own."
    )
    urgent_label: Annotated[str, label("settings")] = Field(
        URGENT_LABEL, alias="urgent-label", description="A pull request that has it is free of the calendar."
    )
    own_labels: bool = Field(
        default=True,
        alias="own-labels",
        description="Whether imagebot's own labels are set: imagebot, env/..., step/...",
    )
    dashboard: bool = Field(default=False, description="Whether one issue shows everything.")
    commands: bool = Field(default=True, description="Whether commands in comments are obeyed.")
    release_notes: bool = Field(
        default=True,
        alias="release-notes",
        description="Whether the forge is asked for release notes and commits between versions.",
    )


class CommitsModel(Model):
    """How commits are made."""

    through: Literal["git", "api"] = Field(
        "git", description="git pushes them; api lets the forge make them, so that it shows them as verified."
    )
    conventional: Annotated[bool | Literal["auto"], BeforeValidator(_conventional)] = Field(
        "auto",
        description="Whether subjects are Conventional Commits; auto looks at those of the base branch.",
    )
    sign_off: bool = Field(
        default=False, alias="sign-off", description="Whether messages end with Signed-off-by."
    )
