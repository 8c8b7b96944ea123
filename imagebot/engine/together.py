"""References that share the characters of a tag or digest: they move together, or none of them does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.plan import Held, Scanned, Update, proposal_id

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Skipped, Span

_Shared = tuple[str, "Span"]


def move_together(
    updates: Iterable[Update], references: Iterable[Scanned], skipped: Iterable[Skipped] = ()
) -> tuple[tuple[Update, ...], tuple[Held, ...]]:
    """Hold back every update that would move an image which should stay, or go elsewhere.

    An anchor or a variable may hold the tag of several images. Where all of them move to the same tag, their
    updates go into one proposal.

    Args:
        updates: What was decided for each reference on its own.
        references: Every reference of the scan.
        skipped: What was not understood; a text that it is put together from does not move without it.
    """
    wanted = {update.scanned: update for update in updates}
    if not wanted:
        return (), ()
    sharing: defaultdict[_Shared, list[Scanned]] = defaultdict(list)
    for item in references:
        for place in _places(item):
            sharing[place].append(item)
    held = [Held(item, reason) for item, reason in _tied(wanted, skipped).items()]
    for tied in held:
        del wanted[tied.scanned]
    while reasons := _disagreements(wanted, sharing):  # what is held back may hold back others
        held += [Held(item, reason) for item, reason in reasons.items()]
        for item in reasons:
            del wanted[item]
    return tuple(_in_one_proposal(wanted, sharing)), tuple(held)


def linked(ids: Iterable[str], references: Iterable[Scanned]) -> frozenset[str]:
    """Proposals, and all that share characters with them: what is open or failed in one is so in all.

    Args:
        ids: Ids of proposals.
        references: Every reference of the scan.
    """
    sharing: defaultdict[_Shared, set[str]] = defaultdict(set)
    for item in references:
        if item.managed:
            for place in _places(item):
                sharing[place].add(proposal_id(item))
    groups = [members for members in sharing.values() if len(members) > 1]
    found = set(ids)
    while more := {one for members in groups if members & found for one in members} - found:
        found |= more
    return frozenset(found)


def _tied(wanted: Iterable[Scanned], skipped: Iterable[Skipped]) -> dict[Scanned, str]:
    """References whose tag is also part of something that was not understood."""
    touched = {(touch.path, touch.scalar): item for item in skipped for touch in item.touches}
    found = {}
    for item in wanted if touched else ():
        for slot in (item.reference.tag, item.reference.digest):
            other = touched.get((item.reference.path, slot.scalar)) if slot else None
            if other is not None:
                place = f"{other.path}:{other.line}"
                found[item] = f"it shares its tag with {place}, which is not understood: {other.reason}"
    return found


def _disagreements(
    wanted: Mapping[Scanned, Update], sharing: Mapping[_Shared, list[Scanned]]
) -> dict[Scanned, str]:
    found = {}
    for item, update in wanted.items():
        for other in _others(item, sharing):
            if reason := _disagrees(update, other, wanted.get(other)):
                found[item] = reason
                break
    return found


def _in_one_proposal(
    wanted: Mapping[Scanned, Update], sharing: Mapping[_Shared, list[Scanned]]
) -> Iterator[Update]:
    """The updates, under one id where they share characters, also by way of others."""
    ids = {item: update.proposal for item, update in wanted.items()}
    groups = [[item for item in members if item in ids] for members in sharing.values()]
    while apart := [members for members in groups if len({ids[item] for item in members}) > 1]:
        for members in apart:
            ids |= dict.fromkeys(members, min(ids[item] for item in members))
    for item, update in wanted.items():
        yield update if ids[item] == update.proposal else replace(update, proposal=ids[item])


def _others(item: Scanned, sharing: Mapping[_Shared, list[Scanned]]) -> Iterator[Scanned]:
    for place in _places(item):
        yield from (other for other in sharing[place] if other is not item)


def _places(item: Scanned) -> Iterator[_Shared]:
    for slot in (item.reference.tag, item.reference.digest):
        if slot is not None:
            yield item.reference.path, slot.span


def _disagrees(update: Update, other: Scanned, others: Update | None) -> str:
    """Why two references that share a text cannot move to what one of them wants, or nothing."""
    name = other.reference.image.name
    if others is None:
        why = "is not managed by a policy" if not other.managed else "would not move"
        return f"it shares its tag with {name}, which {why}"
    if others.to.tag != update.to.tag:
        return f"it shares its tag with {name}, which would move to {others.to.tag}"
    if update.written.digest and others.to.digest != update.to.digest:
        return f"it shares its digest with {name}, which has another one"
    return ""
