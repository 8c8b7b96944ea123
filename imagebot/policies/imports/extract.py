"""Go's extraction templates (``$version``, ``$1-$2``) as named groups that a policy orders by.

Source: https://pkg.go.dev/regexp#Regexp.Expand. Flux orders the extracted texts and writes the tags they
came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from imagebot.policies.imports.regex import Group, outline, renamed, whole
from imagebot.policies.reading import VARIANT, VERSION

_REFERENCE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
_FIXED = re.compile(r"(?:(?:\\[dw]|\[[^\]]+\])(?:\{\d+\})?|[A-Za-z0-9])+")


@dataclass(frozen=True, slots=True)
class Extracted:
    """What of a tag is ordered.

    Attributes:
        match: Expression for the whole tag.
        by: Its groups; empty where ``match`` has a group ``version``, or the whole tag is meant.
        apart: Whether the groups are ordered one after the other, and stand for no single text.
    """

    match: str
    by: tuple[str, ...] = ()
    apart: bool = False


class NotExpressible(Exception):  # noqa: N818 - becomes a leftover
    """What a policy cannot say."""


def extracted(pattern: str, template: str, order: str) -> Extracted:
    """Groups for what a template extracts.

    Args:
        pattern: With which tags are filtered.
        template: Of what is ordered; empty for the whole tag.
        order: ``semver``, ``numerical`` or ``alphabetical``: several groups one after the other give the same
            order as their texts in a row only under conditions.

    Raises:
        NotExpressible: If no groups would give the same order.
    """
    if not template:
        return Extracted(whole(renamed(pattern, {})))
    found = outline(pattern)
    pieces = _REFERENCE.split(template)
    literals = pieces[::3]
    names = [braced or plain for braced, plain in zip(pieces[1::3], pieces[2::3], strict=True)]
    if any("$" in text for text in literals):
        raise NotExpressible(f"`{template}` holds a $ that names no group")
    numbers = [found.number(name) for name in names]
    if None in numbers or not numbers:
        raise NotExpressible(f"`{template}` names no group of `{pattern}`")
    wanted = [number for number in numbers if number is not None]
    if wanted == [0] and not any(literals):
        return Extracted(whole(f"(?P<{VERSION}>{renamed(pattern, {})})"))
    if 0 in wanted or literals[0] or literals[-1] or len(set(wanted)) < len(wanted):
        raise NotExpressible(f"`{template}` builds a text that does not stand in the tag")
    if len(wanted) == 1:
        return _one(pattern, found.groups[wanted[0] - 1], wanted[0])
    groups = [found.groups[number - 1] for number in wanted]
    return _in_a_row(pattern, groups, literals[1:-1]) or _apart(
        pattern, groups, wanted, literals[1:-1], order
    )


def _one(pattern: str, group: Group, number: int) -> Extracted:
    name = group.name if group.name not in {"", VARIANT} else VERSION
    return Extracted(whole(renamed(pattern, {number: name})), () if name == VERSION else (name,))


def _in_a_row(pattern: str, groups: list[Group], between: list[str]) -> Extracted | None:
    """One group around all, where they stand in the tag just as the template puts them together."""
    gaps = [pattern[a.end : b.start] for a, b in pairwise(groups)]
    if any(a.end > b.start for a, b in pairwise(groups)):
        return None
    if [re.sub(r"\\(\W)", r"\1", gap) for gap in gaps] != between or any("." in _bare(gap) for gap in gaps):
        return None
    if any(re.search(r"[\[\](){}*+?|^$]", _bare(gap)) for gap in gaps):
        return None
    if pattern[groups[-1].end : groups[-1].end + 1] in {"*", "+", "?", "{"}:
        return None
    first, last = groups[0].start, groups[-1].end
    wrapped = f"{pattern[:first]}(?P<{VERSION}>{pattern[first:last]}){pattern[last:]}"
    number = next(n for n, group in enumerate(outline(wrapped).groups, 1) if group.start == first)
    return Extracted(whole(renamed(wrapped, {number: VERSION})))


def _bare(gap: str) -> str:
    return re.sub(r"\\\W", "", gap)


def _apart(
    pattern: str, groups: list[Group], numbers: list[int], between: list[str], order: str
) -> Extracted:
    """Groups one after the other."""
    if order == "semver":
        same = between == [".", "."]
        why = "only the three numbers of a version can be put together"
    elif order == "numerical":
        same = not any(between) and all(_has_fixed_width(pattern, group) for group in groups[1:])
        why = "the parts behind the first may differ in length"
    else:
        same = all(_has_fixed_width(pattern, group) for group in groups[:-1])
        why = "the parts before the last may differ in length"
    if not same:
        raise NotExpressible(f"the parts do not stand in the tag in this order, and {why}")
    names = {
        number: group.name or f"part{n}"
        for n, (number, group) in enumerate(zip(numbers, groups, strict=True), 1)
    }
    names = {number: f"{name}_" if name in {VERSION, VARIANT} else name for number, name in names.items()}
    return Extracted(whole(renamed(pattern, names)), tuple(names[number] for number in numbers), apart=True)


def _has_fixed_width(pattern: str, group: Group) -> bool:
    return _FIXED.fullmatch(pattern[group.body : group.end - 1]) is not None
