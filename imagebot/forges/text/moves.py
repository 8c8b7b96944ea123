"""The table of what moves where: it never drops, it only says how much of it is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagebot.forges.text.page import rows_that_fit
from imagebot.forges.text.phrases import count, image, shown
from imagebot.forges.text.words import code, words
from imagebot.plan import short_digest

if TYPE_CHECKING:
    from imagebot.forges.text.page import Page
    from imagebot.plan import Update

SHOWN_UPDATES = 100
"""Most rows."""


def table_of_moves(page: Page) -> str:
    """A row for each update, on at most half of the page; the rest is counted."""
    head = "| Environment | File | Image | From | To | Step |\n|---|---|---|---|---|---|"
    rows = rows_that_fit([_row(update) for update in page.updates[:SHOWN_UPDATES]], page.limit // 2)
    hidden = len(page.updates) - len(rows)
    note = f"\n\nand {count(hidden, 'more reference')}: see the changed files." if hidden else ""
    return "\n".join([head, *rows]) + note


def _aim(update: Update) -> str:
    """Where it goes; a digest that is not written says only what the tag points to."""
    tag, digest = update.to.tag, update.to.digest
    if tag and digest and update.written.digest is None:
        return f"{code(tag)} (now {code(f'sha256:{short_digest(digest)}…')})"
    return shown(update.to)


def _row(update: Update) -> str:
    cells = (
        words(update.scanned.environment or "none"),
        code(f"{update.reference.path}:{update.reference.line}"),
        code(image(update)),
        shown(update.source),
        _aim(update),
        update.step,
    )
    return f"| {' | '.join(cells)} |"
