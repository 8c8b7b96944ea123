"""One history of a team and its bot: every step does something, says what, and checks the promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Self

from imagebot.demo.github.state import PullRequest
from tests.engine.machine.bot import Bot, Run
from tests.engine.machine.ledger import Ledger
from tests.engine.machine.people import NO_CHANGE, People
from tests.engine.machine.promises import check_always, check_left_alone, check_settled, untouchable
from tests.engine.machine.wire import FATES, Fate, Moment, Script
from tests.engine.machine.world import World

Meanwhile = Literal["push", "close", "merge", "delete", "base", "tag", "bot", "dying bot"]
"""What others do while a bot runs."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a request of a run.

    Attributes:
        at: The request of the run.
        which: Whose pull request it is about, counted among those that are open then.
    """

    at: Moment
    what: Fate | Meanwhile
    which: int = 0


class Life:
    """A world, its people and its bots.

    Args:
        folder: Empty.
        tell: Takes what happened, step by step.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] = lambda text: None) -> None:
        self.world = World(folder)
        self.ledger = Ledger(self.world.hosted.tip("main") or "")
        self.people = People(self.world, self.ledger)
        self._bot, self._other = Bot(self.world, "one"), Bot(self.world, "two")
        self._tell = tell

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.world.__exit__(*error)

    def run(self, *events: Event) -> Run:
        """The bot runs, and things happen meanwhile."""
        before = untouchable(self.world, self.ledger)
        run = self._bot.run(self._script(events))
        self._tell(str(run))
        check_left_alone(self.world, self.ledger, before)
        self.ledger.busy.clear()
        check_always(self.world, self.ledger)
        return run

    def settle(self) -> None:
        """Faults stop: one run puts everything right, and the next has nothing to do."""
        self.world.recover()
        first = self.run()
        second = self.run()
        check_settled(self.world, self.ledger, first, second)

    def open(self, branch: str) -> PullRequest:
        """The open pull request from a branch."""
        return next(pull for pull in self.world.open_pulls if pull.head == f"imagebot/{branch}")

    def _script(self, events: Iterable[Event]) -> Script:
        events = tuple(events)
        fates = {event.at: fate for event in events for fate in FATES if fate == event.what}
        acts = {event.at: partial(self._meanwhile, event) for event in events if event.at not in fates}
        return Script(fates, acts)

    def _meanwhile(self, event: Event) -> None:
        self._tell(
            f"meanwhile, at {event.at.number} of the {event.at.among}, {event.what}: {self._happen(event)}"
        )

    def _happen(self, event: Event) -> str:
        if event.what == "base":
            return self.people.move_base("same file")
        if event.what == "tag":
            self.world.registry.push("acme/web", "1.1.1")
            return "acme/web:1.1.1"
        if event.what in {"bot", "dying bot"}:
            death: dict[Moment, Fate] = {Moment(1 + event.which, "writes"): "die after"}
            return str(self._other.run(Script(fates=death if event.what == "dying bot" else {})))
        pulls = self.world.open_pulls
        return self._act(event.what, pulls[event.which % len(pulls)]) if pulls else NO_CHANGE

    def _act(self, what: str, pull: PullRequest) -> str:
        self.ledger.busy.add(pull.head)
        if what == "push":
            return self.people.push(pull.head)
        if what == "close":
            return self.people.close(pull, racing=True)
        if what == "delete":
            return self.people.delete(pull.head, racing=True)
        return self.people.merge(pull)
