"""How texts are stored on GitLab, and read back as they were meant."""

from __future__ import annotations

import re

DRAFT = "Draft: "
"""https://docs.gitlab.com/user/project/merge_requests/drafts/"""

_DRAFTS = re.compile(r"(?:\s*(?:\[draft\]|\(draft\)|draft:))+\s*", re.IGNORECASE)
_ACTION = re.compile(r"^([^\S\n]*)(?=\\*/[A-Za-z_])", re.MULTILINE)
_DISARMED = re.compile(r"^([^\S\n]*)\\(?=\\*/[A-Za-z_])", re.MULTILINE)


def title_of(title: str) -> str:
    """A title without the prefixes by which GitLab marks drafts."""
    match = _DRAFTS.match(title)
    return title[match.end() :] if match else title


def stored_title(title: str, *, draft: bool) -> str:
    """A title as GitLab is to store it."""
    return f"{DRAFT}{title}" if draft else title


def disarmed(text: str) -> str:
    r"""A text of which no line is a quick action, which GitLab would carry out with the token's rights.

    Bodies hold text from outside, and a line such as ``/merge`` in it is a command:
    https://docs.gitlab.com/user/project/quick_actions/. ``armed`` is the inverse.

    >>> disarmed("text\n/merge")
    'text\n\\/merge'
    """
    return _ACTION.sub(r"\g<1>\\", text)


def armed(text: str) -> str:
    """A text as it was before ``disarmed``."""
    return _DISARMED.sub(r"\g<1>", text)
