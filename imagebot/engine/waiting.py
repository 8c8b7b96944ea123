"""Wait until pull requests are merged, or their checks have passed: for a CI job that goes on afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from imagebot.engine.world import named
from imagebot.errors import ForgeError

if TYPE_CHECKING:
    from imagebot.forges.protocol import Forge
    from imagebot.forges.values import PullRequest

Goal = Literal["merged", "checks"]


@dataclass(frozen=True, slots=True)
class Waited:
    """How the waiting for one pull request ended.

    Attributes:
        reached: Whether it came as it was waited for.
        what: In words.
    """

    number: int
    reached: bool
    what: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait.

    Attributes:
        until: When to give up, with time zone.
        now: The current time.
        pause: Waits until the next look.
        note: Is told what went wrong with a look, once for the same words.
    """

    until: datetime
    now: Callable[[], datetime]
    pause: Callable[[], None]
    note: Callable[[str], None] = lambda _: None


EVERY = timedelta(seconds=15)


def wait(forge: Forge, numbers: Sequence[int], goal: Goal, patience: Patience) -> Iterator[Waited]:
    """Look at pull requests until each is where it should be, or never will be.

    A look that fails is noted and taken again until the time is up.

    Args:
        forge: Where they are.
        numbers: Which ones.
        goal: ``merged``, or ``checks``: those of its head passed, or it is merged.
        patience: How long.
    """
    left = dict.fromkeys(numbers, "")
    while left:
        for number in list(left):
            try:
                found = _look(forge, number, goal)
            except ForgeError as error:  # a forge that is down for a minute ends no wait
                left[number] = _told(f"cannot look at #{number}: {error.message}", left[number], patience)
                continue
            left[number] = ""
            if found is not None:
                del left[number]
                yield found
        if left and patience.now() >= patience.until:
            for number, problem in left.items():
                yield Waited(number, reached=False, what=problem or f"#{number} is still open")
            return
        if left:
            patience.pause()


def _told(problem: str, before: str, patience: Patience) -> str:
    if problem != before:
        patience.note(f"{problem}; looking again")
    return problem


def _look(forge: Forge, number: int, goal: Goal) -> Waited | None:
    """How it ended; None while it has not."""
    request = forge.pull_request(number)
    if request is None:
        return Waited(number, reached=False, what=f"#{number} is gone")
    if request.merged:
        return Waited(number, reached=True, what=f"{named(request)} is merged")
    if not request.open:
        return Waited(number, reached=False, what=f"{named(request)} was closed without a merge")
    return _checked(forge, request) if goal == "checks" else None


def _checked(forge: Forge, request: PullRequest) -> Waited | None:
    ready = forge.readiness(request)
    if ready.checks == "failed":
        return Waited(request.number, reached=False, what=f"a check of {named(request)} failed")
    if ready.checks == "passed" and ready.required_passed:
        return Waited(request.number, reached=True, what=f"the checks of {named(request)} passed")
    return None
