"""Replay policies over dates: the pull requests that would have been opened. Values in, values out.

What was out at a moment is what had come by then, a gate on age included. The rules do not depend on time,
so the tags are ranked once; for a tag that is deployed only those count that were the newest when they came.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.policies.rules import lane, lanes
from imagebot.replay import PullRequest, Replayed, Step

if TYPE_CHECKING:
    from imagebot.policies.selection import Choice, Ranking


@dataclass(frozen=True, slots=True)
class Track:
    """References that are alike all the time: one image, one policy, one tag to begin with.

    Attributes:
        proposal: Id of the proposal they belong to.
        ranking: The tags of the image under the policy.
        out: Since when each tag may be proposed; one without a date never was.
        begin: When the replay begins for them.
        taken: Moves by hand that the policy never makes, oldest first: time, tag before and after.
        places: How many they are.
    """

    proposal: str
    image: str
    ranking: Ranking
    out: Mapping[str, datetime]
    tag: str
    begin: datetime
    taken: tuple[tuple[datetime, str, str], ...] = ()
    places: int = 1


@dataclass(frozen=True, slots=True)
class Stairs:
    """What a policy would select for one deployed tag, over time: each tag is better than all before it.

    Attributes:
        major: The further major version they are of, where a policy asks for the newest of each.
    """

    major: int | None
    steps: tuple[tuple[datetime, str], ...]

    @classmethod
    def of(cls, choice: Choice, out: Mapping[str, datetime]) -> Stairs:
        """The tags that were the newest allowed ones when they came."""
        best: int | None = None
        steps: list[tuple[datetime, str]] = []
        allowed = (tag for tag in choice.accepted() if tag != choice.current)
        for at, place, tag in sorted(
            (out[tag], place, tag) for place, tag in enumerate(allowed) if tag in out
        ):
            if best is None or place < best:
                best = place
                steps.append((at, tag))
        return cls(choice.major if choice.is_next else None, tuple(steps))

    def at(self, when: datetime) -> str | None:
        """What is selected at a time; None if nothing is."""
        place = self._passed(when)
        return self.steps[place - 1][1] if place else None

    def after(self, when: datetime) -> datetime | None:
        """When something else is selected next."""
        place = self._passed(when)
        return self.steps[place][0] if place < len(self.steps) else None

    def _passed(self, when: datetime) -> int:
        return bisect_right(self.steps, when, key=lambda step: step[0])


def replay(tracks: Iterable[Track], until: datetime, merged_after: timedelta) -> tuple[Replayed, ...]:
    """The proposals that would have had a pull request, sorted.

    Args:
        tracks: Those of one proposal share its pull requests.
        until: When the replay ends.
        merged_after: How long after it was opened a pull request is merged, longer than nothing.
    """
    members: defaultdict[str, list[_Course]] = defaultdict(list)
    for track in tracks:
        members[track.proposal].append(_Course(track))
    found = (one for id_ in members for one in _Run(id_, members[id_], merged_after).until(until))
    return tuple(sorted(found, key=lambda one: one.id))


@dataclass(slots=True, eq=False)
class _Course:
    """A track on its way."""

    track: Track
    tag: str = field(init=False)
    taken: int = 0
    stairs: tuple[Stairs, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.move(self.track.tag)

    def move(self, tag: str) -> None:
        """Another tag is deployed."""
        self.tag = tag
        parts = self.track.ranking.choose(tag).parts()
        self.stairs = tuple(Stairs.of(part, self.track.out) for part in parts)

    def take(self, when: datetime) -> None:
        """Follow people in what they did by then, unless the replay is further than they were."""
        for at, before, after in self.track.taken[self.taken :]:
            if at > when:
                return
            self.taken += 1
            if self.tag == before or self._is_ahead(after):
                self.move(after)

    def _is_ahead(self, tag: str) -> bool:
        """Whether a tag is not older than the one deployed: where they compare at all."""
        reader = self.track.ranking.reader
        old, new = reader.read(self.tag), reader.read(tag)
        if old is None or new is None or lane(reader.rules, new) not in lanes(reader.rules, old):
            return True
        return new.is_newer_than(old)

    def wanted(self, when: datetime) -> Iterator[tuple[int | None, str]]:
        """Tags that are proposed, each with its further major version."""
        if when >= self.track.begin:
            yield from ((stairs.major, tag) for stairs in self.stairs if (tag := stairs.at(when)))

    def after(self, when: datetime) -> Iterator[datetime]:
        """Times at which something may change."""
        yield from (at for stairs in self.stairs if (at := stairs.after(when)))
        yield from (at for at, _, _ in self.track.taken[self.taken : self.taken + 1])
        if when < self.track.begin:
            yield self.track.begin


@dataclass(slots=True)
class _Open:
    """A pull request that is open; ``steps`` is where each course goes, and where it comes from."""

    opened: datetime
    steps: dict[_Course, tuple[str, str]]
    updated: int = 0

    def ended(self, *, merged: datetime | None = None, closed: datetime | None = None) -> PullRequest:
        steps = _steps((course, before, after) for course, (before, after) in self.steps.items())
        return PullRequest(self.opened, self.updated, merged, closed, steps)


@dataclass(slots=True)
class _Run:
    """One proposal, and those of further major versions beside it."""

    proposal: str
    courses: list[_Course]
    merged_after: timedelta
    open: dict[int | None, _Open] = field(default_factory=dict)
    done: defaultdict[int | None, list[PullRequest]] = field(default_factory=lambda: defaultdict(list))
    travels: dict[tuple[int | None, _Course], tuple[str, str]] = field(default_factory=dict)

    def until(self, end: datetime) -> Iterator[Replayed]:
        """Run to the end."""
        at: datetime | None = min(course.track.begin for course in self.courses)
        while at is not None and at <= end:
            self._merge(at)
            for course in self.courses:
                course.take(at)
            self._propose(at)
            at = self._next(at)
        for major, still in self.open.items():
            self.done[major].append(still.ended())
        for major, pull_requests in self.done.items():
            travels = ((course, *way) for (of, course), way in self.travels.items() if of == major)
            id_ = self.proposal if major is None else f"{self.proposal}@{major}"
            yield Replayed(id_, tuple(pull_requests), _steps(travels))

    def _merge(self, when: datetime) -> None:
        due = [major for major, found in self.open.items() if found.opened + self.merged_after <= when]
        for major in sorted(due, key=lambda major: -1 if major is None else major):
            merged = self.open.pop(major)
            for course, (_, after) in merged.steps.items():
                course.move(after)
            self.done[major].append(merged.ended(merged=when))

    def _propose(self, when: datetime) -> None:
        """Bring what is open to what is wanted now."""
        wanted: defaultdict[int | None, dict[_Course, tuple[str, str]]] = defaultdict(dict)
        for course in self.courses:
            for major, tag in course.wanted(when):
                wanted[major][course] = (course.tag, tag)
                first, _ = self.travels.get((major, course), (course.tag, ""))
                self.travels[major, course] = (first, tag)
        for major in [major for major in self.open if major not in wanted]:
            self.done[major].append(self.open.pop(major).ended(closed=when))
        for major, steps in wanted.items():
            if (found := self.open.get(major)) is None:
                self.open[major] = _Open(when, steps)
            elif found.steps != steps:
                found.updated += 1
                found.steps = steps

    def _next(self, when: datetime) -> datetime | None:
        times = [at for course in self.courses for at in course.after(when)]
        times += [found.opened + self.merged_after for found in self.open.values()]
        return min(times, default=None)


def _steps(ways: Iterable[tuple[_Course, str, str]]) -> tuple[Step, ...]:
    """Where references go, those that go alike together; sorted."""
    places: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for course, before, after in ways:
        places[course.track.image, before, after] += course.track.places
    return tuple(Step(*way, number) for way, number in sorted(places.items()))
