"""What ``imagebot backtest`` found: plain values from which its outputs are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from imagebot.plan import Failure

Outcome = Literal["proposed", "never", "back", "unknown"]


@dataclass(frozen=True, slots=True)
class Step:
    """References of one image that go from one tag to another, ``places`` of them."""

    image: str
    before: str
    after: str
    places: int


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request that would have been opened.

    Attributes:
        updated: How often something newer came while it was open.
        merged: When it was taken as merged; None if it was not, or would still be open.
        closed: When nothing was left to propose in it.
        steps: What it held in the end.
    """

    opened: datetime
    updated: int
    merged: datetime | None
    closed: datetime | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One proposal over the whole period.

    Attributes:
        id: As in a plan.
        pull_requests: Oldest first.
        travels: From the first tag of the period to the last one proposed.
    """

    id: str
    pull_requests: tuple[PullRequest, ...]
    travels: tuple[Step, ...]

    @property
    def updated(self) -> int:
        """How often an open pull request would have been updated."""
        return sum(pull_request.updated for pull_request in self.pull_requests)

    @property
    def merged(self) -> int:
        """How many pull requests were taken as merged."""
        return sum(pull_request.merged is not None for pull_request in self.pull_requests)


@dataclass(frozen=True, slots=True)
class Compared:
    """When a move that somebody made would have been proposed.

    Attributes:
        outcome: ``back`` is a move to an older version; ``unknown`` where dates are missing.
        at: When; None unless it was proposed.
        tag: What would have been proposed then: the same, or something newer.
        reason: Why it was not; empty if it was.
    """

    outcome: Outcome
    at: datetime | None = None
    tag: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A move that the history shows, of all places that one commit moved alike.

    Attributes:
        proposal: Id of the proposal that the references belong to.
        own: Whether imagebot proposed it.
        compared: None for imagebot's own.
    """

    at: datetime
    commit: str
    author: str
    own: bool
    proposal: str
    step: Step
    compared: Compared | None

    @property
    def lead(self) -> timedelta | None:
        """How much earlier it would have been proposed; negative for later, None for not at all."""
        return self.at - self.compared.at if self.compared and self.compared.at else None


@dataclass(frozen=True, slots=True)
class Period:
    """What is replayed.

    Attributes:
        since: With time zone.
        until: The time now.
        merged_after: How long after it was opened a pull request is taken as merged: longer than nothing.
    """

    since: datetime
    until: datetime
    merged_after: timedelta


@dataclass(frozen=True, slots=True)
class Backtest:
    """What the policies would have proposed, beside what was done.

    Attributes:
        policies: Names of the policies that were replayed, sorted.
        images: How many images could be replayed.
        dated: Images, each with whose word the dates of its tags are.
        moves: Oldest first.
        undated: Tags that were left out because no date is known of them.
        notes: What was left out or assumed, a sentence each.
    """

    period: Period
    policies: tuple[str, ...]
    images: int
    dated: tuple[tuple[str, str], ...]
    proposals: tuple[Replayed, ...]
    moves: tuple[Move, ...]
    undated: int
    notes: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def opened(self) -> int:
        """How many pull requests would have been opened."""
        return sum(len(proposal.pull_requests) for proposal in self.proposals)

    @property
    def per_week(self) -> float:
        """How many that is a week."""
        length = self.period.until - self.period.since
        return self.opened * (timedelta(weeks=1) / length) if length else 0.0

    @property
    def by_hand(self) -> tuple[Move, ...]:
        """Moves that people made."""
        return tuple(move for move in self.moves if not move.own)

    @property
    def median_lead(self) -> timedelta | None:
        """Of the moves by hand that would have been proposed."""
        leads = [move.lead.total_seconds() for move in self.by_hand if move.lead is not None]
        return timedelta(seconds=median(leads)) if leads else None
