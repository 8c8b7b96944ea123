"""The commit message of a proposal, with trailers that ``git interpret-trailers`` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from imagebot.forges.text.phrases import by_aim, image, said, written
from imagebot.forges.text.source import revision_of, source_links
from imagebot.forges.text.words import LIMIT, inside_code
from imagebot.plan import Pin
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.plan import Proposal, Update

EDIT_LINE = r"^Imagebot-Edit: ([0-9a-f]{64})$"
"""A line that only imagebot's own commits have; Git's extended expressions mean the same by it."""

_EDIT = re.compile(EDIT_LINE, re.MULTILINE)
_TARGET = re.compile(r"^Imagebot-(Image|To): (\S+)$", re.MULTILINE)


def edit_hash(files: Mapping[str, bytes]) -> str:
    """A hash over the edited files: tells whether a branch holds what imagebot wrote, and only that."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(
            f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode("utf-8", "surrogateescape")
        )
    return whole.hexdigest()


def recorded_edit(message: str) -> str | None:
    """The edit hash that a commit message records, or None for a commit of somebody else."""
    found = _EDIT.findall(message)
    return found[-1] if found else None


def recorded_targets(message: str) -> dict[str, tuple[Pin, ...]]:
    """Where each image goes by the trailers of one of imagebot's own commits."""
    found: dict[str, dict[Pin, None]] = {}
    name = ""
    for key, value in _TARGET.findall(message):
        if key == "Image":
            name = value
        elif name:
            tag, _, digest = value.partition("@")
            found.setdefault(name, {})[Pin(tag or None, digest or None)] = None
    return {image: tuple(pins) for image, pins in found.items()}


def commit_message(
    proposal: Proposal, files: Mapping[str, bytes], *, text: str | None, signed_off_by: str = ""
) -> str:
    """Subject, text and trailers.

    Args:
        proposal: What is proposed.
        files: New content of the edited files, by path.
        text: What stands between subject and trailers; None for a short plain summary.
        signed_off_by: ``Name <address>`` of who vouches for it; empty for nobody.
    """
    between = summary(proposal.updates) if text is None else text.strip()
    trailers = list(_trailers(proposal))
    trailers.append(f"Imagebot-Edit: {edit_hash(files)}")
    if signed_off_by:
        trailers.append(f"Signed-off-by: {clean(signed_off_by)}")
    return "\n".join([proposal.title, "", between, "", *trailers, ""])


def summary(updates: Sequence[Update]) -> str:
    """The plain-text part of the message: a line for each reference, why, and what changed in the sources."""
    lines = [
        f"{clean(u.reference.path)}:{u.reference.line}: {u.reference.image.name} "
        f"{written(u.source)} -> {written(u.written)}"
        for u in updates
    ]
    whys = dict.fromkeys(f"Why: {clean(update.why, LIMIT)}." for update in updates)
    compared = dict.fromkeys(filter(None, map(_compared, by_aim(updates).values())))
    return "\n".join([*lines, "", *whys, *compared])


def _compared(update: Update) -> str:
    described = update.evidence.described if update.evidence else None
    link = source_links(update.before, described).compare
    return f"Compare {image(update)} {said(update.source)} with {said(update.to)}: {link}" if link else ""


def _trailers(proposal: Proposal) -> Iterator[str]:
    """What each image moves to stands together; what they share stands once."""
    updates = proposal.updates
    policies = (u.scanned.policy.file for u in updates if u.scanned.policy and u.scanned.policy.file)
    yield f"Imagebot-Proposal: {clean(proposal.id, LIMIT)}"
    yield from dict.fromkeys(f"Imagebot-Policy: {clean(file)}" for file in policies)
    yield from dict.fromkeys(
        f"Imagebot-Environment: {u.scanned.environment}" for u in updates if u.scanned.environment
    )
    yield from dict.fromkeys("\n".join(_moved(update)) for update in updates)


def _moved(update: Update) -> Iterator[str]:
    yield f"Imagebot-Image: {image(update)}"
    yield f"Imagebot-From: {written(update.source)}"
    yield f"Imagebot-To: {written(update.to)}"
    evidence = update.evidence
    if revision := revision_of(evidence.described if evidence else None):
        yield f"Imagebot-Source-Revision: {revision}"
    if evidence and evidence.signature:
        yield f"Imagebot-Signature: {evidence.signature.state}: {inside_code(clean(evidence.signature.how))}"
