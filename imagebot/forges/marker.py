"""The hidden marker in a pull-request body: what imagebot proposed there, and what people said to it.

It is the only memory beside Git: the next run, or another imagebot, reads it back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from imagebot.errors import UsageError
from imagebot.plan import Asked, Pin

if TYPE_CHECKING:
    from imagebot.plan import Update

_MARKER = re.compile(r"<!-- imagebot:v1 ([A-Za-z0-9_=-]{1,40000}) -->")
_LARGEST = 1_000_000
_TARGETS = 1000
_ROOM = 12_000
"""Characters of a new marker with its moves; what people say later comes on top of it."""

_SKIPPED = 20
_SMALLER = {
    "set": "ask for fewer at once: one image, or one environment after the other",
    "rollback": "revert the merge instead",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One reference as it stood before, and as it was written."""

    path: str
    image: str
    source: Pin
    written: Pin

    @property
    def target(self) -> str:
        """What it wants, as a short hash that can be compared."""
        return _short_hash(f"{self.path} {self.image} {self.written.tag} {self.written.digest or ''}")


@dataclass(frozen=True, slots=True)
class Hold:
    """A recorded decision that a proposal must not move.

    Attributes:
        until: With time zone; None for no end.
        by: Login of who said so.
        reason: In their words: hostile text.
    """

    until: datetime | None
    by: str
    reason: str

    def binds(self, now: datetime) -> bool:
        """Whether it still holds."""
        return self.until is None or now < self.until

    @property
    def words(self) -> str:
        """Who holds it, why and until when."""
        end = f"{self.until:%Y-%m-%d %H:%M} UTC" if self.until else "somebody says `/imagebot resume`"
        return f"@{self.by} holds it until {end}{f': {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, slots=True)
class Marker:
    """What imagebot last wrote to a pull request.

    Attributes:
        proposal: Id of the proposal.
        fingerprint: Hash of title and moves; it changes only when they do.
        targets: What every update wants, as short hashes. Cut at 1,000 for very large proposals.
        moves: The references themselves, those that are alike once; empty where they are too many to fit.
        closed_by_bot: Whether imagebot itself closed the pull request.
        skipped: Targets that a person turned down by command.
        skipped_moves: The same as references, for people to read: the last 20.
        hold: What a person said about waiting.
        lifted: Whether a person said that the versions of this closed pull request may come back.
        asked: Who asked for it, where no policy does.
        noted: Commit by a person that the body speaks of.
        draft: Whether imagebot made it a draft.
    """

    proposal: str
    fingerprint: str
    targets: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    closed_by_bot: bool = False
    skipped: tuple[str, ...] = ()
    skipped_moves: tuple[Move, ...] = ()
    hold: Hold | None = None
    lifted: bool = False
    asked: Asked | None = None
    noted: str = ""
    draft: bool = False

    def __str__(self) -> str:
        return f"<!-- imagebot:v1 {base64.urlsafe_b64encode(zlib.compress(_text(self), 9)).decode()} -->"


def marker(proposal: str, title: str, updates: Sequence[Update], asked: Asked | None = None) -> Marker:
    """The marker of a proposal.

    The fingerprint covers what moves where, and not the evidence beside it: a tag that appears and is
    rejected must not touch an open pull request.

    Raises:
        UsageError: If somebody asked for more moves than fit: nothing else tells what they asked for.
    """
    wanted = (
        f"{u.reference.path}:{u.reference.line} {u.reference.image} {u.to.tag} {u.to.digest}"
        + (f" {u.pending}" if u.pending else "")
        for u in updates
    )
    whole = "\n".join([title, *wanted]).encode("utf-8", "surrogateescape")
    moves = tuple(dict.fromkeys(move_of(update) for update in updates))
    found = Marker(proposal, hashlib.sha256(whole).hexdigest()[:32], targets(updates), asked=asked)
    if _fits(full := replace(found, moves=moves)):
        return full
    if asked:
        raise UsageError(
            f"{proposal} has {len(moves)} different moves, more than its pull request can record",
            hint=_SMALLER[asked.kind],
            id="asked-too-large",
        )
    return found


def _fits(found: Marker) -> bool:
    """Whether it can be stored, and read back."""
    return len(found.moves) <= _TARGETS and len(_text(found)) < _LARGEST and len(str(found)) < _ROOM


def _text(found: Marker) -> bytes:
    text = json.dumps(_plain(found), separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")


def move_of(update: Update) -> Move:
    """What an update does to its reference."""
    reference = update.reference
    return Move(reference.path, str(reference.image.name), update.source, update.written)


def targets(updates: Iterable[Update]) -> tuple[str, ...]:
    """What every update wants, as short hashes that can be compared.

    The digest counts only where one is pinned: a tag alone asks for the tag, whatever it holds.
    """
    return tuple(sorted({move_of(update).target for update in updates})[:_TARGETS])


def find_marker(body: str) -> Marker | None:
    """The marker in a body, or None if there is none or a person damaged it."""
    match = _MARKER.search(body)
    if match is None:
        return None
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(base64.urlsafe_b64decode(match[1]), _LARGEST)
        return _read(json.loads(text)) if unpacking.eof else None
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, AttributeError):
        return None


def with_marker(body: str, found: Marker) -> str:
    """A body with another marker in the place of its own, or at its end."""
    if _MARKER.search(body):
        return _MARKER.sub(lambda _: str(found), body, count=1)
    return f"{body.rstrip()}\n{found}\n"


def without_marker(body: str) -> str:
    """A body as people see it."""
    return _MARKER.sub("", body).rstrip()


def _plain(found: Marker) -> Mapping[str, Any]:
    hold, asked = found.hold, found.asked
    content = {
        "proposal": found.proposal,
        "fingerprint": found.fingerprint,
        "targets": list(found.targets),
        "moves": _fields(found.moves),
        "closed": found.closed_by_bot,
        "skipped": list(found.skipped),
        "skipped_moves": _fields(found.skipped_moves[-_SKIPPED:]),
        "hold": [hold.until.isoformat() if hold.until else None, hold.by, hold.reason] if hold else None,
        "lifted": found.lifted,
        "asked": [asked.kind, asked.by, asked.number, asked.because] if asked else None,
        "noted": found.noted,
        "draft": found.draft,
    }
    return {key: value for key, value in content.items() if value or key in {"proposal", "fingerprint"}}


def _fields(moves: Iterable[Move]) -> list[list[str | None]]:
    return [[m.path, m.image, m.source.tag, m.source.digest, m.written.tag, m.written.digest] for m in moves]


def _read(content: Mapping[str, Any]) -> Marker:
    return Marker(
        proposal=str(content["proposal"]),
        fingerprint=str(content["fingerprint"]),
        targets=tuple(map(str, content.get("targets", ()))),
        moves=tuple(_move(*fields) for fields in content.get("moves", ())),
        closed_by_bot=content.get("closed") is True,
        skipped=tuple(map(str, content.get("skipped", ()))),
        skipped_moves=tuple(_move(*fields) for fields in content.get("skipped_moves", ())),
        hold=_hold(*content["hold"]) if content.get("hold") else None,
        lifted=content.get("lifted") is True,
        asked=_asked(*content["asked"]) if content.get("asked") else None,
        noted=str(content.get("noted", "")),
        draft=content.get("draft") is True,
    )


def _move(path: str, image: str, *pins: str | None) -> Move:
    old_tag, old_digest, new_tag, new_digest = pins
    return Move(str(path), str(image), Pin(old_tag, old_digest), Pin(new_tag, new_digest))


def _hold(until: str | None, by: str, reason: str) -> Hold:
    moment = datetime.fromisoformat(until) if until else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return Hold(moment, str(by), str(reason))


def _asked(kind: str, by: str, number: int, because: str) -> Asked:
    if kind not in {"rollback", "set"}:
        raise ValueError("nobody can ask for that")
    return Asked("rollback" if kind == "rollback" else "set", str(by), int(number), str(because))


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]
