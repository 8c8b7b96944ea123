from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from imagebot.engine.dashboard import Dashboard
from imagebot.engine.world import Bot
from imagebot.errors import ForgeDenied
from imagebot.forges.dashboard import ticked
from imagebot.forges.values import Abilities, Issue, PullRequest, RepositoryFacts
from imagebot.plan import Outcome, Plan, Scan
from imagebot.policies.policy import Settings
from imagebot.policies.proposing import PullRequestSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = Plan(Scan("c0ffee0", (), ()))
WAITS = tuple(
    Outcome(name, f"imagebot/{name}", "held", "waits: a limit", waits=True) for name in ("a/x", "a/y")
)


@dataclass
class Board:
    """A forge of which only the issue matters."""

    abilities: Abilities = field(default_factory=lambda: Abilities(issues=True))
    issue: Issue | None = None
    refuses: bool = False
    writes: int = 0

    def facts(self) -> RepositoryFacts:
        return RepositoryFacts("acme/config", "main")

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        return {}

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        return ()

    def find_issue(self, mark: str) -> Issue | None:
        if self.refuses:
            raise ForgeDenied("issues are not for this token", hint="grant Issues: write")
        return self.issue

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        self.writes += 1
        self.issue = Issue(1, "https://forge.test/1", title, body, open=True)
        return self.issue

    def update_issue(self, issue: Issue, body: str) -> None:
        self.writes += 1
        self.issue = replace(issue, body=body)

    def tick(self, proposal: str) -> None:
        assert self.issue is not None
        box = f"- [ ] <!-- imagebot:now {proposal} -->"
        assert box in self.issue.body
        self.issue = replace(self.issue, body=self.issue.body.replace(box, box.replace("[ ]", "[x]")))


def dashboard(board: Board, told: list[str] | None = None) -> Dashboard:
    """The dashboard of one run."""
    bot = Bot(
        repository=cast("Any", None),
        forge=cast("Any", board),
        base="main",
        commit="c0ffee0",
        name="imagebot",
        email="imagebot@example.com",
        now=lambda: NOW,
        settings=Settings(pull_requests=PullRequestSettings(dashboard=True)),
    )
    return Dashboard(bot, (told if told is not None else []).append)


def test_a_box_that_is_ticked_while_a_run_is_under_way_is_for_the_next() -> None:
    board = Board()
    dashboard(board).post(PLAN, WAITS)
    board.tick("a/x")
    run = dashboard(board)
    assert run.ticked() == {"a/x"}

    board.tick("a/y")
    run.post(PLAN, WAITS)

    assert board.issue is not None
    assert ticked(board.issue.body) == {"a/y"}
    assert dashboard(board).ticked() == {"a/y"}


def test_a_plan_that_is_not_whole_is_not_shown() -> None:
    board = Board()

    dashboard(board).post(replace(PLAN, waiting=frozenset({"a/x"})), WAITS)
    dashboard(board).post(replace(PLAN, judged=False), WAITS)

    assert board.writes == 0


def test_what_waited_at_first_and_was_opened_later_waits_no_more() -> None:
    board = Board()

    dashboard(board).post(PLAN, (*WAITS, Outcome("a/x", "imagebot/a/x", "created")))

    assert board.issue is not None
    assert "imagebot:now a/y" in board.issue.body
    assert "imagebot:now a/x" not in board.issue.body


def test_a_token_that_may_not_is_told_and_stops_nothing() -> None:
    told: list[str] = []
    run = dashboard(Board(refuses=True), told)

    assert run.ticked() == frozenset()
    run.post(PLAN, WAITS)

    assert told == [
        "the dashboard cannot be read: issues are not for this token",
        "the dashboard cannot be written: issues are not for this token; grant Issues: write",
    ]
