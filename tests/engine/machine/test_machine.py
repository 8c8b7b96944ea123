"""Whatever people, tags and dying bots do: nothing of theirs is lost, nothing is said twice, all comes to rest."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engine.machine.steps import PullRequestLife

LONG = "IMAGEBOT_LONG_MACHINE"
"""Set to a number of histories: they are longer then, and others every time."""


def test_the_life_of_pull_requests() -> None:
    long = int(os.environ.get(LONG, "0"))
    run_state_machine_as_test(
        PullRequestLife,
        settings=settings(
            max_examples=long or 6,
            stateful_step_count=25 if long else 10,
            derandomize=not long,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=bool(long),
        ),
    )
