from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from imagebot.engine.waiting import Patience, wait
from imagebot.forges.protocol import Forge, PullRequest, Readiness

BEGIN = datetime(2026, 11, 21, tzinfo=UTC)
OPEN = PullRequest(7, "", "imagebot/staging/web", "title", "", open=True, merged=False)


@dataclass
class Days:
    """A forge on which a pull request is something else after each pause."""

    days: list[PullRequest]
    checks: Readiness = field(default_factory=lambda: Readiness("none", True, "enough", mergeable=True))
    passed: int = 0

    def pull_request(self, number: int) -> PullRequest | None:
        return self.days[min(self.passed, len(self.days) - 1)]

    def readiness(self, pull_request: PullRequest) -> Readiness:
        return self.checks

    def patience(self) -> Patience:
        return Patience(BEGIN + timedelta(hours=3), self.now, self.rest)

    def now(self) -> datetime:
        return BEGIN + timedelta(hours=self.passed)

    def rest(self) -> None:
        self.passed += 1


def test_it_looks_again_until_it_is_merged() -> None:
    world = Days([OPEN, OPEN, replace(OPEN, open=False, merged=True)])

    (found,) = wait(cast("Forge", world), [7, 7], "merged", world.patience())

    assert (found.reached, found.what) == (True, "#7 is merged")
    assert world.passed == 2


def test_it_gives_up_in_time() -> None:
    world = Days([OPEN])

    (found,) = wait(cast("Forge", world), [7], "merged", world.patience())

    assert (found.reached, found.what) == (False, "#7 is still open")
    assert world.passed == 3


def test_no_report_is_no_pass() -> None:
    world = Days([OPEN])

    (found,) = wait(cast("Forge", world), [7], "checks", world.patience())

    assert not found.reached
