"""The commit message of a proposal, with trailers that ``git interpret-trailers`` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagebot.forges.body import summary, written
from imagebot.plan import Pin
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.plan import Proposal

EDIT_LINE = r"^Imagebot-Edit: ([0-9a-f]{64})$"
"""A line that only imagebot's own commits have; Git's extended expressions mean the same by it."""

_EDIT = re.compile(EDIT_LINE, re.MULTILINE)


def edit_hash(files: Mapping[str, bytes]) -> str:
    """A hash over the edited files: tells whether a branch holds what imagebot wrote, and only that."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return whole.hexdigest()


def recorded_edit(message: str) -> str | None:
    """The edit hash that a commit message records, or None for a commit of somebody else."""
    found = _EDIT.findall(message)
    return found[-1] if found else None


def commit_message(proposal: Proposal, files: Mapping[str, bytes], *, text: str | None) -> str:
    """Subject, text and trailers.

    Args:
        proposal: What is proposed.
        files: New content of the edited files, by path.
        text: What stands between subject and trailers; None for a short plain summary.
    """
    between = summary(proposal.updates) if text is None else text.strip()
    trailers = list(dict.fromkeys(_trailers(proposal)))
    trailers.append(f"Imagebot-Edit: {edit_hash(files)}")
    return "\n".join([proposal.title, "", between, "", *trailers, ""])


def _trailers(proposal: Proposal) -> list[str]:
    lines = [f"Imagebot-Proposal: {proposal.id}"]
    for update in proposal.updates:
        policy = update.scanned.policy
        if policy and policy.file:
            lines.append(f"Imagebot-Policy: {clean(policy.file)}")
        if update.scanned.environment:
            lines.append(f"Imagebot-Environment: {update.scanned.environment}")
        lines.append(f"Imagebot-Image: {update.reference.image.name}")
        lines.append(f"Imagebot-From: {written(update.source)}")
        lines.append(f"Imagebot-To: {written(Pin(update.to.tag, update.to.digest))}")
    return lines
