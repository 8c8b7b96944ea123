"""Read the tags of a repository under a policy: what does not depend on the tag that is deployed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from typing import NamedTuple

from imagebot.policies.policy import Dated, TagRules, Verdict
from imagebot.references.image import is_version
from imagebot.references.orders import ORDERS
from imagebot.references.orders.order import Key, Order, Reading
from imagebot.references.version import TagVersion

VARIANT = "variant"
"""The group of ``match`` that is kept as it is in the current tag."""

VERSION = "version"
"""The group of ``match`` that is ordered where ``by`` does not say otherwise."""


class Read(NamedTuple):
    """A tag as a policy reads it; of two, the newer is the larger, and no two are equal.

    Attributes:
        key: Equal for what is the same version.
        version: Its parts; None under an order that has none.
        kept: What stands in the group ``variant`` of ``match``.
    """

    key: Key
    tag: str
    version: TagVersion | None = None
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads tags by the rules of one policy.

    Attributes:
        rules: Of the policy.
        dates: Of the tags, where the policy orders by date.
    """

    rules: TagRules
    dates: Mapping[str, Dated] = field(default_factory=dict)
    _order: Order | None = field(init=False)
    _groups: tuple[str, ...] = field(init=False)
    _ignored: tuple[tuple[str, re.Pattern[str]], ...] = field(init=False)

    def __post_init__(self) -> None:
        rules = self.rules
        named = rules.match.groups if rules.match else ()
        by = rules.by or ((VERSION,) if VERSION in named else ())
        object.__setattr__(self, "_order", ORDERS.get(rules.order))
        object.__setattr__(self, "_groups", (*by, *((VARIANT,) if VARIANT in named else ())))
        ignored = tuple((glob, re.compile(translate(glob))) for glob in rules.ignore)
        object.__setattr__(self, "_ignored", ignored)

    def filtered(self, tag: str) -> Verdict | None:
        """Why a tag is none that this policy looks at, or None."""
        if not is_version(tag):
            return rejected(tag, "tag", "not a valid tag")
        for glob, regex in self._ignored:
            if regex.match(tag):
                return rejected(tag, "ignore", f"ignored by {glob!r}")
        match = self.rules.match
        if match is not None and not self._groups and not match.matches(tag):
            return self._no_match(tag)
        return None

    def looks_at(self, tag: str) -> bool:
        """Whether no filter leaves a tag out."""
        match = self.rules.match
        return self.filtered(tag) is None and (not self._groups or match is None or match.matches(tag))

    def deployed(self, tag: str) -> Read | str:
        """The tag that is deployed, whether or not it is ignored; or in words why it cannot be compared."""
        match = self.rules.match
        if match is not None and not match.matches(tag):
            return f"does not match {match.text!r}"
        if (read := self.read(tag)) is not None:
            return read
        return f"is {self._order.unread}" if self._order else "has no date that is known"

    def judged(self, tag: str) -> Read | Verdict:
        """The tag, or the rule that keeps it from being read."""
        objection = self.filtered(tag)
        if objection is not None:
            return objection
        read = self.read(tag)
        if read is not None:
            return read
        if self._groups and self.rules.match and not self.rules.match.matches(tag):
            return self._no_match(tag)
        if self._order is None:
            return rejected(tag, "created", "no date is known of it")
        return rejected(tag, "version", self._order.unread)

    def read(self, tag: str) -> Read | None:
        """The tag as it is ordered: by the groups of ``by``, else as a whole; None if it is not ordered."""
        values: tuple[str, ...] = ()
        if self.rules.match is not None and self._groups:
            found = self.rules.match.values(tag, self._groups)
            if found is None:
                return None
            values = found
        kept = ""
        if self._groups[-1:] == (VARIANT,):
            *_, kept = values
            values = values[:-1]
        reading = self._reading(tag, values)
        return Read(reading.key, tag, reading.version, kept) if reading else None

    def _reading(self, tag: str, values: tuple[str, ...]) -> Reading | None:
        if self._order is None:
            dated = self.dates.get(tag)
            return Reading((dated.at,)) if dated else None
        first = self._order.read(values[0] if values else tag)
        if first is None or len(values) < 2:
            return first
        further = [self._order.further(value) for value in values[1:]]
        if None in further:
            return None
        return first._replace(key=(*first.key, *further))

    def _no_match(self, tag: str) -> Verdict:
        pattern = self.rules.match.text if self.rules.match else ""
        return rejected(tag, "match", f"does not match {pattern!r}")


def rejected(tag: str, rule: str, reason: str) -> Verdict:
    """The verdict of a rule that a tag does not pass."""
    return Verdict(tag, accepted=False, reason=reason, rule=rule)
