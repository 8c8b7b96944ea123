"""What several texts say alike of updates: their images, environments and moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from imagebot.forges.text.words import code
from imagebot.plan import Pin, short_digest

if TYPE_CHECKING:
    from imagebot.plan import Update


def written(pin: Pin) -> str:
    """A pin as one word: ``tag``, ``@digest`` or ``tag@digest``."""
    return f"{pin.tag or ''}{'@' + pin.digest if pin.digest else ''}"


def said(pin: Pin) -> str:
    """A pin in a sentence: its tag, or the begin of its digest where no tag is written."""
    return pin.tag or (short_digest(pin.digest) if pin.digest else "")


def shown(pin: Pin) -> str:
    """A pin in a cell: tag, and the begin of its digest."""
    digest = code(f"sha256:{short_digest(pin.digest)}…") if pin.digest else "(no digest)"
    return f"{code(pin.tag)} {digest}" if pin.tag else digest


def image(update: Update) -> str:
    """The normalised name of the image that moves."""
    return str(update.reference.image.name)


def aim(update: Update) -> tuple[str, str]:
    """Image and tag that an update leads to: what evidence and release notes are of."""
    return image(update), update.to.tag or ""


def by_aim(updates: Iterable[Update]) -> dict[tuple[str, str], Update]:
    """One update for each image and tag; one that something was gathered of before one without."""
    found: dict[tuple[str, str], Update] = {}
    for update in sorted(updates, key=lambda one: one.evidence is None):
        found.setdefault(aim(update), update)
    return {key: found[key] for key in dict.fromkeys(map(aim, updates))} if found else {}


def moves(updates: Iterable[Update]) -> list[tuple[str, Pin, Pin]]:
    """Distinct moves (image, from, to) in the order of the updates."""
    return list(dict.fromkeys((image(u), u.source, u.to) for u in updates))


def short_names(updates: Iterable[Update]) -> dict[str, str]:
    """The last part of each image's name; the whole path of those that would be called alike."""
    paths = {image(u): u.reference.image.name.path for u in updates}
    alike = Counter(path.rpartition("/")[2] for path in paths.values())
    return {
        name: last if alike[last := path.rpartition("/")[2]] == 1 else path for name, path in paths.items()
    }


def environments(updates: Iterable[Update]) -> list[str]:
    """Environments that change, in the order of the updates; none for what belongs to none."""
    return list(dict.fromkeys(u.scanned.environment for u in updates if u.scanned.environment))


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
