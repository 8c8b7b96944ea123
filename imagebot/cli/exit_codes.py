"""Which exit code a plan and its outcomes deserve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagebot.diagnosis import Diagnosis
    from imagebot.plan import Outcome, Plan
    from imagebot.replay import Backtest

DONE = 0
FAILED = 1
USAGE = 2
DENIED = 4
PARTLY = 5
PENDING = 10


def exit_code(plan: Plan, outcomes: Sequence[Outcome] | None = None) -> int:
    """0 if nothing failed, 5 if something went through, else 4 for credentials and 1 for the rest."""
    errors = [failure.error for failure in plan.failures]
    errors += [outcome.error for outcome in outcomes or () if outcome.error]
    if not errors:
        return DONE
    if _something_went_through(plan, outcomes):
        return PARTLY
    return DENIED if any(error.exit_code == DENIED for error in errors) else FAILED


def diagnosis_code(diagnosis: Diagnosis) -> int:
    """0 if all is well, 4 if all that is wrong are credentials, 5 if a host works all the same, else 1."""
    errors = [check.error for check in diagnosis.checks if check.error]
    errors += [host.error for host in diagnosis.hosts if host.error]
    if not errors:
        return DONE
    if all(error.exit_code == DENIED for error in errors):
        return DENIED
    return PARTLY if any(host.works for host in diagnosis.hosts) else FAILED


def backtest_code(found: Backtest) -> int:
    """0 if nothing failed, 5 if some image was replayed, else 4 for credentials and 1 for the rest."""
    errors = [failure.error for failure in found.failures]
    if not errors:
        return DONE
    if found.images:
        return PARTLY
    return DENIED if any(error.exit_code == DENIED for error in errors) else FAILED


def _something_went_through(plan: Plan, outcomes: Sequence[Outcome] | None) -> bool:
    if outcomes:
        return any(outcome.action != "failed" for outcome in outcomes)
    return bool(plan.updates or plan.current or plan.held)
