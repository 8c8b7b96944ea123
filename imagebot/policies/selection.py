"""Which tag a policy selects, and for every other tag the first rule that rejected it.

The tags of a repository are read and sorted once for each policy (``rank``); what depends on the tag that is
deployed (``Ranking.choose``) looks only at those of its kind that are newer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType

from imagebot.policies.advice import to_start
from imagebot.policies.policy import Dated, Selection, TagRules, Verdict
from imagebot.policies.reading import Read, Reader, rejected
from imagebot.policies.rules import CHOICES, Judge, Lane, lane, lanes, step
from imagebot.untrusted import clean

FURTHER = 5
"""Most further major versions that are proposed, the newest: who can review more at once?"""

NONE_REJECTED: Mapping[str, Verdict] = MappingProxyType({})
NO_DATES: Mapping[str, Dated] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ranking:
    """The tags of a repository as one policy reads them, whatever is deployed.

    Attributes:
        reader: How it reads tags.
        read: What can be ordered, in no order.
        unread: Verdicts on all others, in no order.
        tags: What can be ordered, to look up.
    """

    reader: Reader
    read: Sequence[Read]
    unread: Sequence[Verdict]
    tags: frozenset[str]
    _lanes: Mapping[Lane, Sequence[Read]]
    _sorted: dict[tuple[tuple[Lane, ...], str], Sequence[Read]] = field(default_factory=dict)

    def choose(self, current: str | None) -> Choice:
        """What the policy makes of its tags where one of them is deployed.

        Args:
            current: Tag that is deployed now. Without one there is no family, precision or step to keep, and
                ``variant: same`` means no suffix.
        """
        rules = self.reader.rules
        if current is None:
            return Choice(self, Judge(rules, None), None, sorted(self.read, key=newness(""), reverse=True))
        deployed = self.reader.deployed(current)
        if isinstance(deployed, str):
            return Choice(self, Judge(rules, None), current, (), no_way=deployed)
        return Choice(self, Judge(rules, deployed), current, self._newest_first(deployed))

    def newest_first(self) -> Iterator[str]:
        """All tags that can be ordered."""
        return (read.tag for read in sorted(self.read, key=newness(""), reverse=True))

    def _newest_first(self, deployed: Read) -> Sequence[Read]:
        """The tags of one kind, sorted when they are asked for first: most kinds never are."""
        kinds = lanes(self.reader.rules, deployed)
        found = self._sorted.get((kinds, deployed.family))
        if found is None:
            members = (read for kind in kinds for read in self._lanes.get(kind, ()))
            found = sorted(members, key=newness(deployed.family), reverse=True)
            self._sorted[kinds, deployed.family] = found
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """The tags that may follow the one that is deployed.

    Attributes:
        judge: The rules, and what is deployed.
        current: Tag that is deployed, whether or not it could be read.
        major: Only tags of this major version, or of all.
        no_way: Why the tag that is deployed cannot be compared; empty if it can.
    """

    _ranking: Ranking
    judge: Judge
    current: str | None
    _lane: Sequence[Read]
    major: int | None = None
    no_way: str = ""

    def accepted(self) -> Iterator[str]:
        """Tags that every rule lets through, newest first, down to the one that is deployed."""
        return (read.tag for read, verdict in self._judged() if verdict is None)

    def parts(self) -> tuple[Choice, ...]:
        """One choice for each major version, oldest first, where the policy asks for that; else this one."""
        if self.judge.rules.newest_of_each is None or self.judge.version is None:
            return (self,)
        majors = {read.version.release[0] for read in self._newer() if read.version}
        current = self.judge.version.release[0]
        further = sorted(majors - {current})[-FURTHER:]
        return tuple(
            Choice(self._ranking, self.judge, self.current, self._lane, major)
            for major in (current, *further)
        )

    @property
    def is_next(self) -> bool:
        """Whether this is a part for another major version than the deployed one."""
        version = self.judge.version
        return self.major is not None and version is not None and self.major != version.release[0]

    def decided(self, refused: Mapping[str, Verdict] = NONE_REJECTED) -> Selection:
        """The newest accepted tag, and what was passed over for it; no verdicts on what is older.

        Args:
            refused: Verdicts on accepted tags whose images turned out not to be what the policy asks for.
        """
        passed_over: list[Verdict] = []
        for read, verdict in self._judged():
            objection = verdict or refused.get(read.tag)
            if objection is None:
                moves = read.tag != self.current and self.current is not None
                found = step(self.judge.version, read.version) if moves else None
                return Selection(read.tag, (), found, tuple(passed_over))
            if objection.rule in CHOICES:
                passed_over.append(objection)
        return Selection(None, (), None)

    def selection(self, refused: Mapping[str, Verdict] = NONE_REJECTED) -> Selection:
        """The same with a verdict for every tag; under ``newest-of-each`` over all major versions."""
        parts = [part.decided(refused) for part in self.parts()]
        moving = [part for part in parts if part.selected and part.selected != self.current]
        first = (*moving, *(part for part in parts if part.selected), parts[0])[0]
        each = tuple(part.selected for part in moving if part.selected) if len(parts) > 1 else ()
        return Selection(first.selected, tuple(self._verdicts(refused)), first.step, first.passed_over, each)

    def _newer(self) -> Iterator[Read]:
        """Tags of the same kind down to the one that is deployed, newest first."""
        deployed = self.judge.deployed
        for read in self._lane:
            if deployed is not None and not read.is_newer_than(deployed):
                break
            if self.major is None or (read.version and read.version.release[0] == self.major):
                yield read

    def _judged(self) -> Iterator[tuple[Read, Verdict | None]]:
        for read in self._newer():
            yield read, self._verdict(read)
        deployed = self.judge.deployed
        if deployed is not None and not self.is_next and deployed.tag in self._ranking.tags:
            yield deployed, self._verdict(deployed)

    @property
    def _family(self) -> str:
        return self.judge.deployed.family if self.judge.deployed else ""

    def _verdict(self, read: Read) -> Verdict | None:
        found = self.judge.objection(read)
        return rejected(read.tag, *found) if found else None

    def _verdicts(self, refused: Mapping[str, Verdict]) -> Iterator[Verdict]:
        """Accepted tags, then rejected ones, then those that were not read."""
        if self.no_way:
            yield from self._no_way()
            return
        accepted, objections = [], []
        for read in sorted(self._ranking.read, key=newness(self._family), reverse=True):
            verdict = self._verdict(read) or refused.get(read.tag)
            if verdict is None:
                accepted.append(read)
            else:
                objections.append(verdict)
        yield from self._praise(accepted)
        yield from objections
        yield from sorted(self._ranking.unread, key=attrgetter("tag"))

    def _praise(self, accepted: Iterable[Read]) -> Iterator[Verdict]:
        newest: dict[int | None, str] = {}
        each = self.judge.rules.newest_of_each is not None
        for read in accepted:
            major = read.version.release[0] if each and read.version else None
            first = newest.setdefault(major, read.tag)
            current = read.tag == self.current
            if read.tag != first:
                reason = f"{'current' if current else 'allowed'}; {first} is newer"
            else:
                of = f" of {major}.x" if major is not None else ""
                reason = f"{'current, and the ' if current else ''}newest allowed{of}"
            yield Verdict(read.tag, accepted=True, reason=reason + self._date(read.tag))

    def _date(self, tag: str) -> str:
        dated = self._ranking.reader.dates.get(tag)
        return f" ({dated.says} {dated.at:%Y-%m-%d %H:%M} UTC)" if dated else ""

    def _no_way(self) -> Iterator[Verdict]:
        """The current tag is where everything starts: without it nothing can be compared."""
        reason = (
            f"the current tag {clean(self.current or '', 60)!r} {self.no_way} under this policy; "
            f"{to_start(self.current or '', self.judge.rules)}"
        )
        rule = "created" if self.judge.rules.order == "created" else "version"
        tags = sorted([read.tag for read in self._ranking.read] + [v.tag for v in self._ranking.unread])
        yield from (rejected(tag, rule, reason) for tag in tags)


def rank(rules: TagRules, tags: Iterable[str], dates: Mapping[str, Dated] = NO_DATES) -> Ranking:
    """Read and sort the tags of a repository; the outcome does not depend on their order.

    Args:
        rules: Rules of any order but ``digest``.
        tags: Duplicates do not matter.
        dates: By tag, where the rules order by date.
    """
    reader = Reader(rules, dates)
    read: list[Read] = []
    unread: list[Verdict] = []
    for tag in set(tags):
        judged = reader.judged(tag)
        if isinstance(judged, Read):
            read.append(judged)
        else:
            unread.append(judged)
    by_lane: defaultdict[Lane, list[Read]] = defaultdict(list)
    for item in read:
        by_lane[lane(rules, item)].append(item)
    return Ranking(reader, read, unread, frozenset(item.tag for item in read), by_lane)


def newness(family: str) -> Callable[[Read], tuple[object, ...]]:
    """A key by which tags are sorted, the newest largest, and no two equal.

    Where two are the same version, that of a family comes first, then the one without a suffix, then the one
    with the higher numbers in its suffix, then the one whose text sorts last.
    """

    def key(read: Read) -> tuple[object, ...]:
        return (*read.key, read.family == family, not read.family, read.family, read.numbers, read.tag)

    return key


def select(
    rules: TagRules, tags: Iterable[str], current: str | None, dates: Mapping[str, Dated] = NO_DATES
) -> Selection:
    """Judge every tag and select the newest one that every rule lets through."""
    return rank(rules, tags, dates).choose(current).selection()
