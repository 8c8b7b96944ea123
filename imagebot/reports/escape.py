"""Put text from outside into Markdown so that it stays text."""

from __future__ import annotations

import re

from imagebot.untrusted import clean

LIMIT = 4096
"""Characters of one piece of text; the longest legal path."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_MENTION = re.compile(r"@(?=\w)")


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, mention, reference or HTML in it."""
    return _MENTION.sub("@\u200b", _SPECIAL.sub(r"\\\1", clean(text, LIMIT)))


def code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks inside.

    A pipe is escaped, because in a table it would end the cell even inside a code span.
    Nothing inside a code span is a mention or a reference.
    """
    shown = clean(text, LIMIT).replace("|", "\\|")
    runs = re.findall(r"`+", shown)
    if not runs:
        return f"`{shown}`"
    fence = "`" * (max(map(len, runs)) + 1)
    return f"{fence} {shown} {fence}"
