"""Drafts: Gitea and Forgejo know them by the begin of the title.

Their owners can set other prefixes (``WORK_IN_PROGRESS_PREFIXES``); these are the ones that come with both.
"""

from __future__ import annotations

import re

PREFIX = "WIP: "
_PREFIXES = re.compile(r"(?:WIP:|\[WIP\])\s*", re.IGNORECASE)


def marked(title: str, *, draft: bool) -> str:
    """A title as it is stored."""
    return f"{PREFIX}{title}" if draft else title


def unmarked(title: str) -> str:
    """A stored title without the prefix."""
    return title[found.end() :] if (found := _PREFIXES.match(title)) else title


def is_marked(title: str) -> bool:
    """Whether a stored title says that it is a draft."""
    return _PREFIXES.match(title) is not None
