"""The hidden marker in a pull-request body: what imagebot proposed there, readable by the next run."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagebot.plan import Update

_MARKER = re.compile(r"<!-- imagebot:v1 ([A-Za-z0-9_=-]{1,40000}) -->")
_LIST_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Marker:
    """What imagebot last wrote to a pull request.

    Attributes:
        proposal: Id of the proposal.
        fingerprint: Hash of title and moves; it changes only when they do.
        targets: A hash for what every update wants; says whether two plans want the same thing.
            Cut at 500 for very large proposals.
        closed_by_bot: Whether imagebot itself closed the pull request.
    """

    proposal: str
    fingerprint: str
    targets: tuple[str, ...]
    closed_by_bot: bool = False

    def __str__(self) -> str:
        content = {
            "proposal": self.proposal,
            "fingerprint": self.fingerprint,
            "targets": list(self.targets),
            "closed": self.closed_by_bot,
        }
        text = json.dumps(content, separators=(",", ":"), sort_keys=True)
        return f"<!-- imagebot:v1 {base64.urlsafe_b64encode(text.encode()).decode()} -->"


def marker(proposal: str, title: str, updates: Sequence[Update]) -> Marker:
    """The marker of a proposal.

    The fingerprint covers what moves where, and not the evidence beside it: a tag that appears and is
    rejected must not touch an open pull request.
    """
    moves = (
        f"{u.reference.path}:{u.reference.line} {u.reference.image} {u.to.tag} {u.to.digest}" for u in updates
    )
    fingerprint = hashlib.sha256("\n".join([title, *moves]).encode("utf-8", "surrogateescape")).hexdigest()[
        :32
    ]
    return Marker(proposal, fingerprint, targets(updates))


def targets(updates: Sequence[Update]) -> tuple[str, ...]:
    """What every update wants, as short hashes that can be compared.

    The digest counts only where one is pinned: a tag alone asks for the tag, whatever it holds.
    """
    wanted = {
        f"{u.reference.path} {u.reference.image.name} {u.to.tag} {u.written.digest or ''}" for u in updates
    }
    return tuple(sorted(map(_short_hash, wanted))[:_LIST_LIMIT])


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def find_marker(body: str) -> Marker | None:
    """The marker in a body, or None if there is none or a person damaged it."""
    match = _MARKER.search(body)
    if match is None:
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(match[1]))
        return Marker(
            proposal=str(content["proposal"]),
            fingerprint=str(content["fingerprint"]),
            targets=tuple(str(target) for target in content["targets"]),
            closed_by_bot=content["closed"] is True,
        )
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
