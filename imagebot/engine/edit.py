"""Turn updates into new file contents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from imagebot.descriptors.reference import Change
from imagebot.descriptors.splice import apply
from imagebot.errors import EditError
from imagebot.plan import Failure, Pin, Update

if TYPE_CHECKING:
    from imagebot.descriptors.rules import Rule
    from imagebot.repository.protocol import Snapshot


def edited_files(
    snapshot: Snapshot, updates: Iterable[Update], rules: tuple[Rule, ...] = ()
) -> dict[str, bytes]:
    """The new content of every file that the updates touch, by path.

    Raises:
        EditError: If an edit cannot be shown to change exactly the intended scalars.
    """
    return {
        path: apply(snapshot.read(path), [_change(update) for update in members], rules)
        for path, members in _by_path(updates).items()
    }


def editable(
    snapshot: Snapshot, updates: Iterable[Update], rules: tuple[Rule, ...] = ()
) -> tuple[tuple[Update, ...], tuple[Failure, ...]]:
    """Split updates into those whose edit is shown to be exact and failures, file by file."""
    exact: list[Update] = []
    failures: list[Failure] = []
    for path, members in _by_path(updates).items():
        kept, refused = _exact(snapshot, path, members, rules)
        exact += kept
        failures += refused
    return tuple(exact), tuple(failures)


def _exact(
    snapshot: Snapshot, path: str, members: list[Update], rules: tuple[Rule, ...]
) -> tuple[list[Update], list[Failure]]:
    """Updates of one file that can be made together; one that cannot does not stop the others."""
    try:
        edited_files(snapshot, members, rules)
    except EditError as error:
        if len(together := _by_place(members)) == 1:
            proposals = frozenset(update.proposal for update in members)
            return [], [Failure(error, path=path, proposals=proposals)]
    else:
        return members, []
    kept: list[Update] = []
    failures: list[Failure] = []
    for some in together:
        fine, refused = _exact(snapshot, path, some, rules)
        kept += fine
        failures += refused
    return kept, failures


def _by_place(updates: Iterable[Update]) -> list[list[Update]]:
    """Updates that write the same characters cannot be tried apart."""
    members: defaultdict[object, list[Update]] = defaultdict(list)
    for update in updates:
        members[update.reference.tag or update.reference.digest].append(update)
    return list(members.values())


def _by_path(updates: Iterable[Update]) -> Mapping[str, list[Update]]:
    members: defaultdict[str, list[Update]] = defaultdict(list)
    for update in updates:
        members[update.reference.path].append(update)
    return members


def _change(update: Update) -> Change:
    """What to write: only parts that differ."""
    old, new = update.source, update.written
    return Change(
        update.reference,
        tag=new.tag if new.tag != old.tag else None,
        digest=new.digest if new.digest != old.digest else None,
        without=_without(old, new),
    )


def _without(old: Pin, new: Pin) -> Literal["tag", "digest"] | None:
    if old.tag and not new.tag:
        return "tag"
    return "digest" if old.digest and not new.digest else None
