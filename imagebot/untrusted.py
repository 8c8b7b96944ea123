"""Text from outside (tags, file content, server messages): made safe to show on one line."""

from __future__ import annotations

import re

# C0, C1, soft hyphen, the characters that reorder or hide text (Unicode TR 36, "bidi" attacks), and the
# surrogates that stand for bytes of a file name that is no UTF-8.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)

_USER = re.compile(r"(?<=://)\S*@")
_QUERY = re.compile(r"(?P<address>://[^\s?#]*)[?#]\S*")


def clean(text: str, limit: int = 300) -> str:
    r"""Text on one line without control or direction characters, at most ``limit`` characters long.

    >>> clean("a\n\x1b[31mb")
    'a [31mb'
    """
    shown = _INVISIBLE.sub(" ", text[: limit * 4]).strip()
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def without_secrets(text: str) -> str:
    """Text whose addresses show neither user and password nor what stands behind ``?`` and ``#``.

    >>> without_secrets("https://me:secret@example.com/a?token=secret")
    'https://…@example.com/a…'
    """
    return _QUERY.sub(r"\g<address>…", _USER.sub("…@", text))
