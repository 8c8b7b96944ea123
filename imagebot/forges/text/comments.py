"""What imagebot says beside the body: that something moved, that it keeps away, that it closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from imagebot.forges.text.page import takes_commands
from imagebot.forges.text.phrases import image
from imagebot.forges.text.words import code, words
from imagebot.forges.values import Abilities
from imagebot.plan import Pin, short_digest

if TYPE_CHECKING:
    from imagebot.plan import Update

_SHOWN = 30


def targets(updates: Iterable[Update]) -> Mapping[str, tuple[Pin, ...]]:
    """Where each image goes: what ``moved_comment`` compares."""
    found: dict[str, dict[Pin, None]] = {}
    for update in updates:
        found.setdefault(image(update), {})[update.to] = None
    return {name: tuple(pins) for name, pins in found.items()}


def moved_comment(old: Mapping[str, tuple[Pin, ...]], new: Mapping[str, tuple[Pin, ...]]) -> str:
    """What moved since the last body; empty if nothing did.

    Args:
        old: Where each image went, as ``targets`` or ``recorded_targets`` tell it.
        new: Where it goes now.
    """
    names = dict.fromkeys((*new, *old))
    lines = [line for name in names if (line := _moved(name, old.get(name), new.get(name)))]
    if not lines:
        return ""
    if len(lines) == 1:
        return f"{lines[0]}; please review again."
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    listed = "\n".join(f"- {line}" for line in (*lines[:_SHOWN], *more))
    return f"This pull request moved; please review again.\n\n{listed}"


def _moved(name: str, old: tuple[Pin, ...] | None, new: tuple[Pin, ...] | None) -> str:
    if new is None:
        return f"{code(name)} is no longer part of it"
    if old is None:
        return f"{code(name)} is a part of it now: {_said(new)}"
    if set(old) == set(new):
        return ""
    if {pin.tag for pin in old} == {pin.tag for pin in new}:
        now, was = ([code(short_digest(pin.digest or "") or "none") for pin in side] for side in (new, old))
        digests = f"{', '.join(now)} (was {', '.join(was)})"
        return f"{code(name)} is still {_said(new)}, but the digest moved: now {digests}"
    return f"{code(name)} is now {_said(new)} (was {_said(old)})"


def _said(pins: Iterable[Pin]) -> str:
    return ", ".join(dict.fromkeys(code(pin.tag or short_digest(pin.digest or "")) for pin in pins))


def hands_off_note(branch: str, abilities: Abilities = Abilities()) -> str:
    """That a person's commit is on the branch, and how to hand it back."""
    way = "take that commit off the branch"
    if takes_commands(abilities):
        way = f"comment `/imagebot recreate`, which drops it, or {way}"
    return (
        f"**imagebot keeps its hands off this pull request:** branch {code(branch)} has a commit that it did "
        f"not write. It neither updates, rebases nor closes it. To hand it back, {way}."
    )


def closed_note(reason: str) -> str:
    """Why imagebot closed a pull request."""
    return f"**Closed by imagebot:** {words(reason, 500).rstrip('. ')}."
