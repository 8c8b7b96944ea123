"""How updates are proposed, as the values that the rest of the program reads."""

from __future__ import annotations

from typing import get_args

from imagebot.policies.calendar_model import CalendarModel
from imagebot.policies.proposing import (
    Calendar,
    CommitSettings,
    Limits,
    MergeStep,
    PullRequestRules,
    PullRequestSettings,
)
from imagebot.policies.pull_request_model import PullRequestModel
from imagebot.policies.pull_requests_model import CommitsModel, EnvironmentLimitsModel, PullRequestsModel

_OPEN = PullRequestSettings().limits.open
"""Pull requests that may be open in an environment where nobody says otherwise."""


def loaded_rules(model: PullRequestModel) -> PullRequestRules:
    """The ``pull-request`` key of a policy; what is listed twice counts once."""
    return PullRequestRules(
        group=model.group,
        one_per=model.one_per,
        labels=_once(model.labels),
        reviewers=_once(model.reviewers),
        teams=_once(model.teams),
        assignees=_once(model.assignees),
        milestone=model.milestone,
        codeowners=model.codeowners,
        draft=model.draft,
        automerge=_steps(model),
        merge_method=model.merge_method,
        merged_by=model.merge_by,
    )


def loaded_pull_requests(model: PullRequestsModel) -> PullRequestSettings:
    """The ``pull-requests`` key of ``imagebot.yaml``."""
    limits = model.limits
    return PullRequestSettings(
        limits=Limits(_limit(limits.open, _OPEN), _limit(limits.new_per_hour), _limit(limits.branches)),
        calendar=model.calendar.loaded("UTC"),
        urgent_label=model.urgent_label,
        own_labels=model.own_labels,
        dashboard=model.dashboard,
        commands=model.commands,
        release_notes=model.release_notes,
    )


def loaded_limits(model: EnvironmentLimitsModel | None, everywhere: Limits) -> Limits | None:
    """The limits of an environment: what may be open is that of all environments where it is not written."""
    if model is None:
        return None
    return Limits(_limit(model.open, everywhere.open), _limit(model.new_per_hour))


def loaded_calendar(model: CalendarModel | None, everywhere: Calendar) -> Calendar | None:
    """The calendar of an environment, in the time zone of all environments where none is written."""
    return model.loaded(everywhere.time_zone) if model else None


def loaded_commits(model: CommitsModel) -> CommitSettings:
    """The ``commits`` key of ``imagebot.yaml``."""
    conventional = None if model.conventional == "auto" else model.conventional
    return CommitSettings(model.through, conventional, model.sign_off)


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _steps(model: PullRequestModel) -> frozenset[MergeStep]:
    match model.automerge:
        case True:
            return frozenset(get_args(MergeStep))
        case False:
            return frozenset()
        case list(steps):
            return frozenset(steps)
        case step:
            return frozenset({step})


def _limit(written: int | str | None, default: int | None = None) -> int | None:
    """A limit as it is meant: ``none`` for none, the default where it is not written."""
    return written if isinstance(written, int) else None if written == "none" else default
