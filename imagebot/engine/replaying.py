"""Backtest: ask for the dates of tags, replay the policies, and compare with what people did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from imagebot.engine.backtest import Track, replay
from imagebot.engine.caveats import caveats
from imagebot.engine.facts import Facts, gather, name_of, policy_of
from imagebot.engine.hindsight import compare
from imagebot.engine.history import Past, pasts
from imagebot.plan import Failure, proposal_id
from imagebot.replay import Backtest, Compared, Move, Period, Step

if TYPE_CHECKING:
    from imagebot.engine.history import Moved
    from imagebot.plan import Scan, Scanned
    from imagebot.registries.protocol import Registries
    from imagebot.repository.protocol import History

_UNASKED = Compared("unknown", reason="its registry could not be asked")


def backtest(
    chosen: Sequence[Scanned], scanned: Scan, history: History, registries: Registries, period: Period
) -> Backtest:
    """What the policies of references would have proposed, beside what their history shows.

    A registry that cannot answer becomes a failure and stops no other.

    Args:
        chosen: Managed references among those of the scan.
        scanned: The newest commit.
        history: How it came to be.
        registries: Who is asked for tags and their dates.
        period: What is replayed; less if the history does not go back so far.
    """
    replayed = [item for item in chosen if _is_replayed(item)]
    known = pasts(replayed, scanned.references, history, period.since, scanned.rules)
    period = replace(period, since=min(known.begin, period.until))
    found, failures = gather(known.references, registries)
    tracks: list[Track] = []
    moves: list[Move] = []
    lost = [past for past in known.references if name_of(past) in failures]
    moves += _moves(lost, {moved: _UNASKED for past in lost for moved in past.moves})
    for facts in found:
        compared = {
            moved: _compared(moved, facts, period.until) for past in facts.pasts for moved in past.moves
        }
        moves += _moves(facts.pasts, compared)
        if not facts.doubt:
            tracks += _tracks(facts, compared)
    return Backtest(
        period=period,
        policies=tuple(sorted({policy_of(item).name for item in chosen})),
        images=len({facts.name for facts in found if not facts.doubt}),
        dated=tuple(dict.fromkeys((str(facts.name), facts.says) for facts in found if facts.says)),
        proposals=replay(tracks, period.until, period.merged_after),
        moves=tuple(
            sorted(moves, key=lambda move: (move.at, move.proposal, move.step.image, move.step.after))
        ),
        undated=sum(facts.undated for facts in found),
        notes=caveats(chosen, known, found),
        failures=tuple(Failure(error, str(name)) for name, error in sorted(failures.items())),
    )


def _is_replayed(item: Scanned) -> bool:
    return policy_of(item).tags.order != "digest" and item.reference.image.tag is not None


def _compared(moved: Moved, facts: Facts, until: datetime) -> Compared | None:
    if moved.own:
        return None
    if facts.doubt:
        return Compared("unknown", reason=facts.doubt)
    return compare(moved, facts.ranking, facts.out, until)


def _moves(references: Iterable[Past], compared: Mapping[Moved, Compared | None]) -> Iterator[Move]:
    """What each commit did, in all places that it moved alike."""
    alike: defaultdict[tuple[str, str, Step], list[Moved]] = defaultdict(list)
    for past in references:
        for moved in past.moves:
            step = Step(str(name_of(past)), moved.before, moved.after, 1)
            alike[moved.commit, proposal_id(past.scanned), step].append(moved)
    for (commit, proposal, step), members in alike.items():
        moved = min(members, key=lambda member: member.since)
        places = replace(step, places=len(members))
        yield Move(moved.at, commit, moved.author, moved.own, proposal, places, compared[moved])


def _tracks(facts: Facts, compared: Mapping[Moved, Compared | None]) -> Iterator[Track]:
    """References that begin alike, and were moved alike by hand in ways that the policy never does."""
    alike: Counter[tuple[str, str, datetime, tuple[tuple[datetime, str, str], ...]]] = Counter()
    for past in facts.pasts:
        left = [
            moved for moved in past.moves if (one := compared[moved]) and one.outcome in {"never", "back"}
        ]
        taken = tuple((moved.at, moved.before, moved.after) for moved in left)
        alike[proposal_id(past.scanned), past.tag, past.begin, taken] += 1
    image = str(facts.name)
    for (proposal, tag, begin, taken), places in alike.items():
        yield Track(proposal, image, facts.ranking, facts.out, tag, begin, taken, places)
