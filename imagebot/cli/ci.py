"""Tell the CI job that imagebot runs in what came of it, where the job has a place for that.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli.output import note
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.plan import Outcome, Plan

_JOBS = (
    ("GITHUB_ACTIONS", ("GITHUB_WORKFLOW", "GITHUB_RUN_ID"), "GITHUB_ACTOR"),
    ("GITLAB_CI", ("CI_PROJECT_PATH", "CI_PIPELINE_ID"), "GITLAB_USER_LOGIN"),
    ("GITEA_ACTIONS", ("GITHUB_WORKFLOW", "GITHUB_RUN_ID"), "GITHUB_ACTOR"),
)
_SUMMARY_LIMIT = 900_000
"""Bytes; GitHub drops a summary above 1 MiB."""


def who_asks(environ: Mapping[str, str]) -> str:
    """Who runs this, as a CI job says it: ``build 4711 (alice)``; else ``imagebot set``."""
    for mark, names, person in _JOBS:
        if environ.get(mark):
            said = " ".join(environ[name] for name in names if environ.get(name))
            return f"{said or mark}{f' ({environ[person]})' if environ.get(person) else ''}"
    return "imagebot set"


def tell_ci(plan: Plan, outcomes: Sequence[Outcome], environ: Mapping[str, str]) -> None:
    """Step summary, outputs and annotations of a GitHub job; nothing elsewhere."""
    if not environ.get("GITHUB_ACTIONS"):
        return
    from imagebot.reports.annotations import refusals
    from imagebot.reports.markdown import plan_markdown

    summary = plan_markdown(plan, tuple(outcomes)).encode("utf-8", "replace")[:_SUMMARY_LIMIT]
    _append(environ.get("GITHUB_STEP_SUMMARY"), summary.decode("utf-8", "ignore"))
    if first := next(iter(of_plan(plan, outcomes)), None):
        values = {"number": first.number or "", "url": first.url or "", "action": first.action}
        lines = "".join(f"{key}={clean(str(value), 300)}\n" for key, value in values.items())
        _append(environ.get("GITHUB_OUTPUT"), lines)
    if refused := refusals(plan, outcomes):
        note(refused.rstrip("\n"))


def of_plan(plan: Plan, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What became of the proposals of a plan: not of the comments that were answered on the way."""
    ids = {proposal.id for proposal in plan.proposals}
    return [outcome for outcome in outcomes if outcome.proposal in ids]


def _append(path: str | None, text: str) -> None:
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        note(f"cannot write {path}: {error.strerror}")
