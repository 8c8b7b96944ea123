"""What was gathered of the images of a proposal, for a reviewer: a line for each image.

Only what content under the digest says stands here, and what was checked: nothing that changes with the day,
so that an unchanged proposal has an unchanged body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagebot.reports.escape import code, escape

if TYPE_CHECKING:
    from imagebot.evidence import Described, Evidence
    from imagebot.plan import Update

IMAGES = 30
_SHOWN = 8
_SOURCE = ("org.opencontainers.image.source", "org.label-schema.vcs-url")
_REVISION = ("org.opencontainers.image.revision", "org.label-schema.vcs-ref")
_SHORT_REVISION = 12


def evidence_lines(updates: Sequence[Update]) -> list[str]:
    """Platforms, build time, source and signature of each image that something is known of."""
    lines: dict[str, str] = {}
    for update in updates:
        facts = "; ".join(_facts(update.evidence)) if update.evidence else ""
        name = f"{update.reference.image.name.path.rpartition('/')[2]}:{update.to.tag}"
        if facts:
            lines.setdefault(f"{update.reference.image.name} {update.to}", f"- {code(name)}: {facts}")
    shown = list(lines.values())[:IMAGES]
    hidden = len(lines) - len(shown)
    return [*shown, *([f"- and {hidden} more images"] if hidden else [])]


def _facts(evidence: Evidence) -> Iterator[str]:
    if evidence.platforms:
        more = len(evidence.platforms) - _SHOWN
        names = ", ".join(code(platform) for platform in evidence.platforms[:_SHOWN])
        yield f"runs on {names}{f' and {more} more' if more > 0 else ''}"
    if evidence.signature is not None:
        yield f"signature {evidence.signature.state}: {escape(evidence.signature.how)}"
    if own := " ".join(_own_words(evidence.described)) if evidence.described else "":
        yield f"says it was built {own}"


def _own_words(described: Described) -> Iterator[str]:
    """What nobody but the image vouches for, as far as it has the form of what it should be."""
    if described.created is not None:
        yield f"{described.created:%Y-%m-%d %H:%M} UTC"
    if source := _first(described.labels, _SOURCE, _is_address):
        yield f"from <{source}>"
    if revision := _first(described.labels, _REVISION, _is_revision):
        yield f"at {code(revision[:_SHORT_REVISION])}"


def _first(labels: Mapping[str, str], keys: Sequence[str], fits: Callable[[str], bool]) -> str:
    return next((labels[key] for key in keys if fits(labels.get(key, ""))), "")


def _is_revision(text: str) -> bool:
    return re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,127}", text, re.ASCII) is not None


def _is_address(text: str) -> bool:
    """Whether a text is an address that can be followed, and stand between angle brackets as it is."""
    if not re.fullmatch(r"https://[0-9A-Za-z._~:/?#@!$&+,;=%-]{1,200}", text, re.ASCII):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
