"""What was gathered of the images of a proposal, for a reviewer: a line for each image.

Only what content under the digest says stands here, and what was checked: nothing that changes with the day,
so that an unchanged proposal has an unchanged body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagebot.reports.escape import code, escape

if TYPE_CHECKING:
    from imagebot.evidence import Described, Evidence
    from imagebot.plan import Update

IMAGES = 30
_SHOWN = 8
_LABEL = 200
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
    """What nobody but the image vouches for."""
    if described.created is not None:
        yield f"{described.created:%Y-%m-%d %H:%M} UTC"
    if source := _first(described.labels, _SOURCE):
        yield f"from {_link(source)}"
    if revision := _first(described.labels, _REVISION):
        yield f"at {code(revision[:_SHORT_REVISION])}"


def _first(labels: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((labels[key][:_LABEL] for key in keys if labels.get(key)), "")


def _link(text: str) -> str:
    """An address that may be followed as a link, everything else as code: an image says what it likes."""
    try:
        parts = urlsplit(text)
        plain = parts.hostname and parts.scheme == "https" and "@" not in parts.netloc
    except ValueError:
        plain = False
    if plain and text.isascii() and not set(text) & set(" <>()[]`|\\\"'*_~\t\r\n"):
        return f"<{text}>"
    return code(text)
