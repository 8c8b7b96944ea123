"""Regular expressions of policies, matched in time that is linear in the tag, whatever the pattern.

Syntax: RE2 (https://github.com/google/re2/wiki/Syntax), as in Flux, Argo CD Image Updater and Renovate. It
has no look-around and no back-references, which are what lets an expression run for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
LARGEST = 2000
"""Instructions of a compiled expression: each character of a tag may cost a step through all of them."""

_SMALLER = "write smaller counts: `*` or `+` for `{0,100}`, and no counts inside of counts"
_NAMED = re.compile(r"(?<!\\)\(\?P?<(\w+)>")
_NO_NAME = re.compile(r"\(\?P(?!<)")


class InvalidPattern(ValueError):  # noqa: N818 - names a thing, as the rest of the tree
    """A text that is no regular expression.

    Attributes:
        message: What is wrong.
        offset: 0-based offset in the text where it is wrong.
        hint: How to fix it, or empty.
    """

    def __init__(self, message: str, offset: int, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression that a whole tag must match.

    Attributes:
        text: As written.
        groups: Names of its groups, in order.
    """

    text: str
    groups: tuple[str, ...]
    _compiled: Any = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Compile an expression.

        Raises:
            InvalidPattern: With the place of what is wrong, as far as it is known.
        """
        try:
            # bytes on both sides: tags are ASCII, and offsets need no translation for each of them
            compiled = re2.compile(text.encode(), _OPTIONS)
        except (re2.error, UnicodeEncodeError) as error:
            raise _invalid(text, error) from error
        if compiled.programsize > LARGEST:
            raise InvalidPattern("too large: it would be slow on many tags", 0, _SMALLER)
        _refuse_namesakes(text)
        named = {place: name.decode() for name, place in compiled.groupindex.items()}
        return cls(text, tuple(named[place] for place in sorted(named)), compiled)

    def matches(self, tag: str) -> bool:
        """Whether the whole tag matches."""
        return self._compiled.fullmatch(tag.encode("utf-8", "replace")) is not None

    def values(self, tag: str, groups: tuple[str, ...]) -> tuple[str, ...] | None:
        """What stands in the named groups, empty where one took no part; None if the tag does not match."""
        match = self._compiled.fullmatch(tag.encode("utf-8", "replace"))
        if match is None:
            return None
        return tuple((match[name.encode()] or b"").decode("utf-8", "replace") for name in groups)


def _refuse_namesakes(text: str) -> None:
    """RE2 takes the first of two groups with one name and says nothing of the other."""
    names = set()
    for found in _NAMED.finditer(text):
        if found[1] in names:
            raise InvalidPattern(f"two groups are named {found[1]!r}", found.start(), "give one another name")
        names.add(found[1])


def _invalid(text: str, error: Exception) -> InvalidPattern:
    """RE2 says what and quotes the part; where that part stands is found again."""
    raw = error.args[0] if error.args else b""
    said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(error)
    what, _, part = said.partition(": ")
    hint = ""
    if part == "(?P" and (found := _NO_NAME.search(text)):
        part = text[found.start() : found.end() + 1]  # of these it quotes too little to be found again
    if part.startswith(("(?=", "(?!", "(?<", "(?P=")) or part[1:].isdigit():
        what = "look-around and back-references are not possible"
        hint = "they can run for ever; leave tags out with `ignore`, or write the wanted form out"
    # of a missing parenthesis it quotes everything; the last one that is open is the likely one
    offset = text.rfind("(") if what == "missing )" else text.find(part) if part else 0
    return InvalidPattern(what, max(offset, 0), hint)
