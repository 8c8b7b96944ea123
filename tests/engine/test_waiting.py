from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from imagebot.engine.waiting import Patience, wait
from imagebot.errors import ForgeError
from imagebot.forges.protocol import Forge
from imagebot.forges.values import PullRequest, Readiness

BEGIN = datetime(2026, 11, 21, tzinfo=UTC)
OPEN = PullRequest(7, "", "imagebot/staging/web", "title", "", open=True, merged=False)


@dataclass
class Days:
    """A forge on which a pull request is something else after each pause."""

    days: list[PullRequest]
    checks: Readiness = field(default_factory=lambda: Readiness("none", True, "enough", mergeable=True))
    passed: int = 0
    down: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)

    def pull_request(self, number: int) -> PullRequest | None:
        if self.passed in self.down:
            raise ForgeError("git.test did not answer")
        return self.days[min(self.passed, len(self.days) - 1)]

    def readiness(self, pull_request: PullRequest) -> Readiness:
        return self.checks

    def patience(self) -> Patience:
        return Patience(BEGIN + timedelta(hours=3), self.now, self.rest, self.notes.append)

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


def test_a_forge_that_is_down_for_a_while_ends_no_wait() -> None:
    world = Days([OPEN, OPEN, OPEN, replace(OPEN, open=False, merged=True)], down=frozenset({0, 1}))

    found = list(wait(cast("Forge", world), [7, 8], "merged", world.patience()))

    assert [one.what for one in found] == ["#7 is merged", "#7 is merged"]
    assert world.notes == [f"cannot look at #{n}: git.test did not answer; looking again" for n in (7, 8)]


def test_a_forge_that_stays_down_is_what_is_said() -> None:
    world = Days([OPEN], down=frozenset(range(9)))

    (found,) = wait(cast("Forge", world), [7], "merged", world.patience())

    assert (found.reached, found.what) == (False, "cannot look at #7: git.test did not answer")
    assert world.passed == 3
