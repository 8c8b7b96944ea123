"""Read the tags of a repository under a policy: what does not depend on the tag that is deployed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import translate
from types import MappingProxyType
from typing import NamedTuple

from imagebot.policies.policy import Dated, TagRules, Verdict
from imagebot.references.image import is_version
from imagebot.references.orders import ORDERS
from imagebot.references.orders.order import Key, Order, Reading
from imagebot.references.version import TagVersion
from imagebot.untrusted import clean

VARIANT = "variant"
"""The group of ``match`` that is kept as it is in the current tag."""

VERSION = "version"
"""The group of ``match`` that is ordered where ``by`` does not say otherwise."""


class Read(NamedTuple):
    """A tag as a policy reads it.

    Attributes:
        key: What is ordered; the numbers of a suffix come on top, among tags of one family.
        version: Its parts; None under an order that has none.
        kept: What stands in the group ``variant`` of ``match``.
    """

    key: Key
    tag: str
    version: TagVersion | None = None
    kept: str = ""

    @property
    def family(self) -> str:
        """Its suffix family; empty under an order that has none."""
        return self.version.family if self.version else ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its suffix."""
        return self.version.numbers if self.version else ()

    def is_newer_than(self, other: Read) -> bool:
        """Whether it is newer: numbers of different families say nothing of each other."""
        if self.key != other.key:
            return self.key > other.key
        return self.family == other.family and self.numbers > other.numbers


class Reader:
    """Reads tags by the rules of one policy.

    Args:
        rules: Of the policy.
        dates: Of the tags, where the policy orders by date.
    """

    def __init__(self, rules: TagRules, dates: Mapping[str, Dated] = MappingProxyType({})) -> None:
        self.rules = rules
        self.dates = dates
        named = rules.match.groups if rules.match else ()
        by = rules.by or ((VERSION,) if VERSION in named else ())
        # as it is written, without the backslashes that a repr would add
        self._unmatched = f"does not match '{clean(rules.match.text, 300)}'" if rules.match else ""
        self._order = ORDERS.get(rules.order)
        self._keeps = VARIANT in named
        self._groups = (*by, *((VARIANT,) if self._keeps else ()))
        self._is_plain = rules.match is None and not rules.ignore
        self._ignored = tuple((glob, re.compile(translate(glob))) for glob in rules.ignore)

    def looks_at(self, tag: str) -> bool:
        """Whether no filter leaves a tag out."""
        return self._left_out(tag) is None and self._values(tag) is not None

    def deployed(self, tag: str) -> Read | str:
        """The tag that is deployed, whether or not it is ignored; or in words why it cannot be compared."""
        read = self._read(tag)
        if isinstance(read, Read):
            return read
        said = {"match": read.reason, "created": "has no date that is known"}
        return said.get(read.rule, f"is {read.reason}")

    def read(self, tag: str) -> Read | None:
        """The tag as it is ordered, whether or not it is ignored; None if it cannot be."""
        found = self._read(tag)
        return found if isinstance(found, Read) else None

    def judged(self, tag: str) -> Read | Verdict:
        """The tag as it is ordered, or the rule that keeps it from being read."""
        if self._is_plain and self._order and is_version(tag):  # the common case, of perhaps 100,000
            reading = self._order.read(tag)
            return Read(reading.key, tag, reading.version) if reading else self._unread(tag, self._order)
        return self._left_out(tag) or self._read(tag)

    def _left_out(self, tag: str) -> Verdict | None:
        if not is_version(tag):
            return rejected(tag, "tag", "not a valid tag")
        for glob, regex in self._ignored:
            if regex.match(tag):
                return rejected(tag, "ignore", f"ignored by {glob!r}")
        return None

    def _read(self, tag: str) -> Read | Verdict:
        values = self._values(tag)
        if values is None:
            return rejected(tag, "match", self._unmatched)
        kept = ""
        if self._keeps:
            *values, kept = values
        reading = self._reading(tag, values)
        if reading is not None:
            return Read(reading.key, tag, reading.version, kept)
        if self._order is None:
            return rejected(tag, "created", "no date is known of it")
        return self._unread(tag, self._order)

    @staticmethod
    def _unread(tag: str, order: Order) -> Verdict:
        return rejected(tag, "version", order.unread)

    def _values(self, tag: str) -> Sequence[str] | None:
        """What stands in the groups that matter; None if the tag does not match."""
        match = self.rules.match
        if match is None:
            return ()
        if not self._groups:
            return () if match.matches(tag) else None
        return match.values(tag, self._groups)

    def _reading(self, tag: str, values: Sequence[str]) -> Reading | None:
        """By date, by the groups of ``by`` one after the other, or as a whole."""
        if self._order is None:
            dated = self.dates.get(tag)
            return Reading((dated.at,)) if dated else None
        first = self._order.read(values[0] if values else tag)
        if first is None or len(values) < 2:
            return first
        further = [self._further(value, self._order) for value in values[1:]]
        return None if None in further else Reading((*first.key, *further), first.version)

    @staticmethod
    def _further(value: str, order: Order) -> Key | None:
        """A group that took no part comes before all that did: ``20240115`` before ``20240115-2``."""
        if not value:
            return (0,)
        found = order.further(value)
        return (1, *found) if found else None


def rejected(tag: str, rule: str, reason: str) -> Verdict:
    """The verdict of a rule that a tag does not pass."""
    return Verdict(tag, accepted=False, reason=reason, rule=rule)
