"""What an order of tags is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from imagebot.references.ranges import Range
from imagebot.references.suffix import LONGEST
from imagebot.references.version import TagVersion

Key = tuple[Any, ...]


class Reading(NamedTuple):
    """A text as an order reads it.

    Attributes:
        key: Compares with every key of the same order; equal for what is the same version.
        version: Its parts; None for orders whose texts have none.
    """

    key: Key
    version: TagVersion | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """How tags are ordered.

    Attributes:
        name: Its name in a policy.
        unread: What a text is that it cannot read, in words: "not a version".
        read: Reads a text; None if it cannot.
        range: Reads a range of its versions; raises ``InvalidRange``.
        versions: Whether its texts have parts: a release, perhaps a pre-release and a suffix.
        further: Reads what stands in the second and later groups of ``by``; None if it cannot.
    """

    name: str
    unread: str
    read: Callable[[str], Reading | None]
    further: Callable[[str], Key | None]
    range: Callable[[str], Range] = Range.parse
    versions: bool = False


def identifier(text: str) -> Key:
    """A text as SemVer compares identifiers (item 11.4): numbers by value, and before words."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST
    return (0, int(text), "") if is_number else (1, 0, text)
