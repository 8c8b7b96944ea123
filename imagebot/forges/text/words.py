"""Words of others inside our own text: shown as they are, and meaning nothing to a forge.

A mention notifies, a reference leaves a mark at the thing it names, and with a keyword before it closes it.
In a code span every forge leaves them alone, and a reader still sees what was written. A backslash is not
enough: forges look for them in what Markdown makes of the text.

Sources: https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls,
https://docs.gitlab.com/user/markdown/#gitlab-specific-references.
"""

from __future__ import annotations

import re

LIMIT = 4096
"""Characters of one piece of text; the longest legal path."""

URL_LIMIT = 500
"""Characters of an address that is made a link."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
"""Control characters and those that hide or reorder text; white space is left to ``one_line``."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#&|~!$^])")
_WORD = re.compile(r"\||[^\s|]+")
_OPENING = "([{<\"'*_~"
_CLOSING = ")]}>\"'*_~.,;:!?"
_HAZARD = re.compile(
    r"@\w|[#!$&%]\d|\b(?:[A-Z][A-Z0-9_]+|(?i:gh))-\d|://|^(?i:www\.)|^/[a-z]|^[0-9a-f]{7,64}$"
)
"""Mentions, references of every forge, keys of trackers, addresses, commands, and commits."""

_ADDRESS = re.compile(
    r"https://(?P<host>[0-9a-z-]+(?:\.[0-9a-z-]+)*)(?P<port>:[1-9]\d{0,4})?"
    r"(?P<rest>[/?#](?:[0-9A-Za-z._~:/?#@!$&+,;=-]|%[0-9A-F]{2})*)?"
)
_REFERS = re.compile(
    r"/(?:issues|pulls?|merge_requests|work_items|epics|commits?|discussions|snippets)(?:/|$)", re.IGNORECASE
)
_GITHUB = frozenset({"github.com", "www.github.com"})
_REDIRECT = "redirect.github.com"
_CLOSES = re.compile(
    r"\b((?:clos|fix|resolv|implement)(?:e[sd]?|s|ing|ed)?)(:?\s+)(?=\S*(?:[#!]\d|://|[A-Z]-\d))",
    re.IGNORECASE,
)
_BLOCK_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=/:]))")


def visible(text: str) -> str:
    """Text without characters that a reader cannot see."""
    return _INVISIBLE.sub("", text)


def one_line(text: str) -> str:
    """Text with each run of white space made one blank, those at both ends too."""
    return re.sub(r"\s+", " ", visible(text))


def words(text: str, limit: int = LIMIT, *, links: bool = True) -> str:
    """One line of somebody else's text, for any place inside a line of ours, cells of tables too.

    Args:
        text: Hostile.
        limit: Characters of it that are shown.
        links: Whether addresses may be followed; not inside a link.
    """
    shown = one_line(text[: limit * 4])
    if len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return _WORD.sub(lambda found: _word(found[0], links=links), shown)


def _word(word: str, *, links: bool) -> str:
    start = len(word) - len(word.lstrip(_OPENING))
    end = max(len(word.rstrip(_CLOSING)), start)
    core = word[start:end]
    if _HAZARD.search(core):
        to = followed(core) if links else None
        shown = f"<{to}>" if to else code_span(core)
    else:
        shown = escaped(core)
    return f"{escaped(word[:start])}{shown}{escaped(word[end:])}"


def escaped(text: str) -> str:
    """Text without markup in it."""
    return _SPECIAL.sub(r"\\\1", text)


def at_line_start(line: str) -> str:
    """A line of escaped text that begins neither a list, an underlined heading, a table, nor a command."""
    return _BLOCK_START.sub(r"\1\\", line, count=1)


def inside_code(text: str) -> str:
    """Text for code: it stays without meaning where a forge makes a commit message of a body, too."""
    return _CLOSES.sub(r"\1\2… ", text).replace("<!--", "<! --")


def code_span(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside; nothing for a blank text."""
    shown = inside_code(one_line(text).strip())
    longest = max(map(len, re.findall(r"`+", shown)), default=0)
    if not shown:
        return ""
    pad = " " if longest else ""
    fence = "`" * (longest + 1)
    return f"{fence}{pad}{shown}{pad}{fence}"


def code(text: str) -> str:
    """A code span for any place of ours: in a table a pipe would end the cell even inside one."""
    return code_span(text[:LIMIT]).replace("|", "\\|")


def address(url: str) -> str | None:
    """An address of the web that can stand in a link as it is; None for all others."""
    return url if len(url) <= URL_LIMIT and _ADDRESS.fullmatch(url) else None


def followed(url: str) -> str | None:
    """The address that a link in quoted text may have; None for what is better shown as text.

    A link to an issue would leave a mark there: GitHub has a host that leads to the same place without one.
    """
    match = _ADDRESS.fullmatch(url) if address(url) else None
    if match is None:
        return None
    if match["host"] in _GITHUB:
        return f"https://{_REDIRECT}{match['rest'] or ''}"
    if match["host"] != _REDIRECT and _REFERS.search(match["rest"] or ""):
        return None
    return url
