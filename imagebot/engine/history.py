"""What references were in the past: which tag each had, and which commits moved it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagebot.descriptors.across import across
from imagebot.descriptors.find import NOTHING, Found
from imagebot.engine.reading import find_all
from imagebot.engine.scan import NOT_A_FILE
from imagebot.forges.text.message import EDIT_LINE

if TYPE_CHECKING:
    from datetime import datetime

    from imagebot.descriptors.reference import Reference
    from imagebot.descriptors.rules import Rule
    from imagebot.plan import Scanned
    from imagebot.repository.protocol import FileEntry, History, Landed

COMMITS = 2000
"""Most commits that are looked at."""

_Key = tuple[str, str, str, int]
"""What a reference is known by: path, image, kind of descriptor, and its place among such in the file."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A commit that gave a reference another tag.

    Attributes:
        since: Since when it had the tag before, as far as is known.
        own: Whether the commit is imagebot's, or merged one of imagebot's.
    """

    since: datetime
    at: datetime
    commit: str
    author: str
    own: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Past:
    """One reference over time.

    Attributes:
        tag: The first that is known.
        begin: Since when it is known.
        moves: Oldest first.
    """

    scanned: Scanned
    tag: str
    begin: datetime
    moves: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class Pasts:
    """What is known of the past of references.

    Attributes:
        begin: Since when all of it is known: later than was asked for where history ends before.
        ends: Why it is not known before that; empty if it is.
    """

    references: tuple[Past, ...]
    begin: datetime
    ends: str = ""


def pasts(
    wanted: Sequence[Scanned],
    everything: Iterable[Scanned],
    history: History,
    since: datetime,
    rules: tuple[Rule, ...] = (),
) -> Pasts:
    """The past of references, read from the files they stand in and no others.

    Args:
        wanted: References of the newest commit that have a tag.
        everything: All references of that commit: what is counted to know one from another.
        history: Where they stand.
        since: With time zone.
        rules: The team's own rules that they were found with.
    """
    groups = _groups(wanted)
    paths = {path for group in groups for path in group}
    log = history.log(paths, since, mark=EDIT_LINE, limit=COMMITS)
    begin, ends = since, ""
    if log.cut:
        begin, ends = (
            log.commits[-1].at,
            f"more than {COMMITS} commits touched these files, and no more are read",
        )
    elif history.shallow and log.commits and log.commits[-1].first:
        begin, ends = (
            log.commits[-1].at,
            "the clone is shallow, and has no older commits; `git fetch --unshallow`",
        )
    tip = {entry.path: entry for entry in history.tip().files() if entry.path in paths}
    found = _found(history, tip, log.commits, rules)
    references = [item.reference for item in everything]
    keys = dict(zip(references, _keys(references), strict=True))
    members: defaultdict[str, dict[_Key, Scanned]] = defaultdict(dict)
    for item in wanted:
        members[item.reference.path][keys[item.reference]] = item
    known: list[Past] = []
    for group in groups:
        moments = _moments(group, tip, log.commits, found, begin)
        for path in sorted(group):
            known += _pasts(members[path], moments)
    return Pasts(tuple(known), begin, ends)


def _groups(items: Iterable[Scanned]) -> list[frozenset[str]]:
    """Files that must be read together: a tag may stand in one and its image in another."""
    groups: dict[str, frozenset[str]] = {}
    for item in items:
        paths = {item.reference.path, *(use.path for use in item.reference.uses)}
        joined = frozenset(paths).union(*(groups[path] for path in paths if path in groups))
        groups.update(dict.fromkeys(joined, joined))
    return list(dict.fromkeys(groups.values()))


def _found(
    history: History, tip: Mapping[str, FileEntry], commits: Iterable[Landed], rules: tuple[Rule, ...]
) -> dict[tuple[str, str], Found]:
    """What the files held, by path and blob: each content is read once, however often it came back."""
    entries = {(entry.path, entry.blob): entry for entry in tip.values()}
    for commit in commits:
        for change in commit.changes:
            entries |= {(e.path, e.blob): e for e in (change.before, change.after) if e is not None}
    files = [entry for entry in entries.values() if entry.mode not in NOT_A_FILE]
    read = find_all(history.tip(), files, rules)
    return {(entry.path, entry.blob): found for entry, found in zip(files, read, strict=True)}


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a group of files held from one time on, and the commit that made it so."""

    at: datetime
    commit: Landed | None
    tags: Mapping[_Key, str]


def _moments(
    group: frozenset[str],
    tip: Mapping[str, FileEntry],
    commits: Sequence[Landed],
    found: Mapping[tuple[str, str], Found],
    begin: datetime,
) -> list[_Moment]:
    """What a group of files held, oldest first: the files of now, and back through what commits did."""
    state: dict[str, FileEntry | None] = {path: tip.get(path) for path in group}
    moments = []
    for commit in commits:
        changes = [change for change in commit.changes if change.path in group]
        if changes:
            moments.append(_Moment(commit.at, commit, _tags(state, found)))
            state |= {change.path: change.before for change in changes}
    moments.append(_Moment(begin, None, _tags(state, found)))
    return moments[::-1]


def _tags(state: Mapping[str, FileEntry | None], found: Mapping[tuple[str, str], Found]) -> dict[_Key, str]:
    files = [found.get((entry.path, entry.blob), NOTHING) for entry in state.values() if entry is not None]
    references = across(files).references
    keyed = zip(_keys(references), references, strict=True)
    return {key: reference.image.tag for key, reference in keyed if reference.image.tag is not None}


def _keys(references: Iterable[Reference]) -> list[_Key]:
    """The key of each reference, in their order."""
    listed = list(references)
    counted: Counter[tuple[str, str, str]] = Counter()
    keys: dict[int, _Key] = {}
    for at in sorted(range(len(listed)), key=lambda at: (listed[at].line, listed[at].column)):
        kind = (listed[at].path, str(listed[at].image.name), listed[at].descriptor)
        keys[at] = (*kind, counted[kind])
        counted[kind] += 1
    return [keys[at] for at in range(len(listed))]


def _pasts(items: Mapping[_Key, Scanned], moments: Sequence[_Moment]) -> Iterator[Past]:
    for key, item in items.items():
        had = [(moment, tag) for moment in moments if (tag := moment.tags.get(key)) is not None]
        if had:
            (first, tag), *later = had
            yield Past(item, tag, first.at, tuple(_moves(tag, first.at, later)))


def _moves(tag: str, since: datetime, moments: Iterable[tuple[_Moment, str]]) -> Iterator[Moved]:
    """Where the tag differs from the one before; a commit is no earlier than the one before."""
    for moment, after in moments:
        if after != tag and moment.commit is not None:
            at, commit = max(moment.at, since), moment.commit
            yield Moved(since, at, commit.id, commit.author, commit.marked, tag, after)
            tag, since = after, at
