"""What stands on the forge: pull requests that are open, versions that were turned down, holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from imagebot.plan import Pin, short_digest

State = Literal["open", "draft", "on-hold", "hands-off", "merging", "no-marker"]
How = Literal["closed", "skipped", "gone-back"]


@dataclass(frozen=True, slots=True)
class Shift:
    """References of one image that go from one version to another.

    Attributes:
        places: How many.
    """

    image: str
    source: Pin
    written: Pin
    places: int = 1

    @property
    def words(self) -> str:
        """What moves, with the last part of the image's name: ``web 1.4.2 to 1.5.0``."""
        name, old, new = self.image.rpartition("/")[2], self.source, self.written
        if old.tag != new.tag:
            return f"{name} {_said(old)} to {_said(new)}"
        content = f"digest {_digest(old)} to {_digest(new)}"
        return f"{name} {new.tag} ({content})" if new.tag else f"{name} {content}"


@dataclass(frozen=True, slots=True)
class Request:
    """A pull request as people know it.

    Attributes:
        number: 0 on plain Git, where ``branch`` is its name.
        title: As on the forge: hostile text, as a person may have changed it.
        proposal: Id of the proposal; empty where the body has no marker.
        environment: Name of the environment; empty for none.
    """

    number: int
    url: str
    branch: str
    title: str
    proposal: str = ""
    environment: str = ""

    @property
    def name(self) -> str:
        """How people call it."""
        return f"#{self.number}" if self.number else self.branch


@dataclass(frozen=True, slots=True)
class Open:
    """A pull request that is open.

    Attributes:
        state: What matters most of it; what nobody said anything about is ``open``.
        reason: Why it is in that state, in words; empty for ``open``. May hold words of a person: hostile.
        shifts: What it moves; empty where that is more than a marker holds.
        created: With time zone; None if the forge does not say.
    """

    request: Request
    state: State
    reason: str = ""
    shifts: tuple[Shift, ...] = ()
    created: datetime | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """Versions that are not proposed again until a person says so, or something newer is out.

    Attributes:
        how: ``closed`` without merging, ``skipped`` by command, or merged and ``gone-back``.
        reason: The same in words, with the way on.
        closed: When the pull request was closed; None where it is open, or the forge does not say.
    """

    request: Request
    how: How
    reason: str
    shifts: tuple[Shift, ...] = ()
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnHold:
    """A proposal that a person put on hold.

    Attributes:
        by: Login.
        until: With time zone; None for no end.
        reason: In their words: hostile text.
    """

    request: Request
    by: str
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The last trace that imagebot left on the forge: a run that changes nothing leaves none.

    Attributes:
        what: What it did then, in words.
    """

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that stands, by environment and proposal.

    Attributes:
        last_seen: None if the forge knows of nothing that has a date.
    """

    open: tuple[Open, ...] = ()
    turned_down: tuple[TurnedDown, ...] = ()
    holds: tuple[OnHold, ...] = ()
    last_seen: LastSeen | None = None


_SHOWN = 3


def moved(shifts: Sequence[Shift]) -> str:
    """What moves, in words; of more than three images the first, and how many more."""
    words = [shift.words for shift in shifts]
    more = len(words) - _SHOWN
    return ", ".join([*words[:_SHOWN], *([f"{more} more"] if more > 0 else [])])


def _said(pin: Pin) -> str:
    return pin.tag or f"digest {_digest(pin)}"


def _digest(pin: Pin) -> str:
    return short_digest(pin.digest) if pin.digest else "none"
