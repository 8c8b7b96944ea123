"""Regular expressions of other tools as those of ``match``.

Flux and Argo CD Image Updater look for the expression anywhere in a tag (Go, https://pkg.go.dev/regexp/syntax);
``match`` is asked for the whole tag. Both know RE2's syntax, so that an expression need only be padded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from imagebot.policies.reading import VARIANT, VERSION

_OPEN = re.compile(r"\((?:\?P?<(?P<name>\w+)>|\?(?P<flags>[a-zA-Z-]*)(?P<end>[:)]))?")
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_START = ("^", r"\A")


@dataclass(frozen=True, slots=True)
class Group:
    """A group that captures.

    Attributes:
        name: Empty for one that has only a number.
        start: Offset of its parenthesis.
        body: Offset behind what opens it.
        end: Offset behind its closing parenthesis.
    """

    name: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What an expression is made of, as far as it matters here.

    Attributes:
        groups: Groups that capture, by number from 1.
        alternatives: Whether a ``|`` stands outside of every group.
    """

    groups: tuple[Group, ...]
    alternatives: bool

    def number(self, reference: str) -> int | None:
        """The number of the group that a template names; 0 is the whole match; None if there is none."""
        if reference.isdecimal():
            return int(reference) if int(reference) <= len(self.groups) else None
        return next((n for n, group in enumerate(self.groups, 1) if group.name == reference), None)


def outline(pattern: str) -> Outline:
    """Find the groups of an expression; of what is none it makes nonsense, which ``Pattern`` refuses."""
    groups: list[Group] = []
    opened: list[int | None] = []
    alternatives, at = False, 0
    while at < len(pattern):
        sign, end = pattern[at], at + 1
        if sign == "\\":
            quoted = pattern.find(r"\E", at) if pattern.startswith(r"\Q", at) else -1
            end = quoted + 2 if quoted >= 0 else at + 2
        elif sign == "[" and (found := _CLASS.match(pattern, at)):
            end = found.end()
        elif sign == "(" and (found := _OPEN.match(pattern, at)):
            end = found.end()
            if found["end"] != ")":
                opened.append(None if found["end"] else len(groups))
                if not found["end"]:
                    groups.append(Group(found["name"] or "", at, end, len(pattern)))
        elif sign == ")" and opened:
            number = opened.pop()
            if number is not None:
                group = groups[number]
                groups[number] = Group(group.name, group.start, group.body, end)
        elif sign == "|" and not opened:
            alternatives = True
        at = end
    return Outline(tuple(groups), alternatives)


def whole(pattern: str) -> str:
    """An expression that matches whole tags exactly where this one is found in them, with the same groups.

    What is put before is lazy, as the first place counts.
    """
    if outline(pattern).alternatives:
        return f".*?(?:{pattern}).*"
    before = "" if pattern.startswith((*_START, ".*")) else ".*?"
    after = "" if _ends(pattern) else ".*"
    return f"{before}{pattern}{after}"


def _ends(pattern: str) -> bool:
    last = r"(?<!\\)(?:\\\\)*(?:\$|\\z|\.\*)\Z"
    return re.search(last, pattern) is not None


def renamed(pattern: str, names: Mapping[int, str]) -> str:
    """The expression with groups called as ``match`` needs them.

    Args:
        pattern: Any expression.
        names: New names by number. Other groups that are called like one, or ``version`` or ``variant``,
            which mean something in a policy, get an underscore behind their name.
    """
    found = outline(pattern).groups
    reserved = {VERSION, VARIANT, *names.values()}
    for number in range(len(found), 0, -1):
        group = found[number - 1]
        name = names.get(number) or (f"{group.name}_" if group.name in reserved else group.name)
        if name:
            pattern = f"{pattern[: group.start]}(?P<{name}>{pattern[group.body :]}"
    return pattern
