"""Which commits say that they break something.

https://www.conventionalcommits.org/en/v1.0.0/#specification, items 12 to 14: a ``!`` before the colon of the
subject, or a footer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from imagebot.untrusted import clean

LIMIT = 20
"""Subjects that are told at most."""

SUBJECT = 200
"""Characters of a subject."""

_MARKED = re.compile(r"[a-z]+(?:\([^()\n]{0,100}\))?!: ", re.IGNORECASE)
_FOOTER = re.compile(r"^BREAKING[ -]CHANGE: ", re.MULTILINE)


def breaking(messages: Iterable[str]) -> tuple[str, ...]:
    """Subjects of the commits that break something, made safe to show.

    Args:
        messages: Whole messages of commits.
    """
    subjects = (message.partition("\n")[0] for message in messages if _breaks(message))
    return tuple(clean(subject, SUBJECT) for subject in islice(subjects, LIMIT))


def _breaks(message: str) -> bool:
    return bool(_MARKED.match(message) or _FOOTER.search(message))
