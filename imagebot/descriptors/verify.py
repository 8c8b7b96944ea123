"""Show that an edit changed the intended scalars and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ruamel.yaml.events import ScalarEvent

from imagebot.descriptors.events import Event, events, properties_end
from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.errors import EditError


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text for a span of the file.

    Attributes:
        span: Characters that go.
        text: Characters that come.
        scalar: Where the scalar begins that the span lies in.
        value: What the scalar must hold afterwards, if this were the only change to it.
    """

    span: Span
    text: str
    scalar: int
    value: str


def verify(source: Source, edited: str, replacements: Sequence[Replacement]) -> None:
    """Compare the file before and after, as characters and as YAML.

    Args:
        source: The file before.
        edited: The text after.
        replacements: What was to change, sorted by place and apart from each other.

    Raises:
        EditError: At the first difference that was not intended, or intended and missing.
    """
    _same_outside(source, edited, replacements)
    try:
        before, after = events(source.text), events(edited)
    except NotUnderstood as problem:
        raise EditError(
            f"{source.path}:{problem.line}: the edit would break it: {problem.reason}"
        ) from problem
    if len(before) != len(after):
        raise EditError(f"{source.path}: the edit would change the structure of the file")
    wanted = _wanted_values(source, replacements)
    for old, new in zip(before, after, strict=True):
        _same_event(source, old, new, wanted)
    if wanted:
        line = source.position(min(wanted))[0]
        raise EditError(f"{source.path}:{line}: the scalar to edit is not where it was found")


def _same_outside(source: Source, edited: str, replacements: Sequence[Replacement]) -> None:
    """Every character outside the spans is the same: walk both texts from span to span."""
    old_at = new_at = 0
    for replacement in replacements:
        length = replacement.span.start - old_at
        if source.text[old_at : replacement.span.start] != edited[new_at : new_at + length]:
            raise EditError(f"{source.path}: the edit would change other characters")
        old_at, new_at = replacement.span.end, new_at + length + len(replacement.text)
    if source.text[old_at:] != edited[new_at:]:
        raise EditError(f"{source.path}: the edit would change other characters")


def _wanted_values(source: Source, replacements: Sequence[Replacement]) -> dict[int, str]:
    """The value every edited scalar must have, by its start; a scalar may be edited in two places."""
    groups: defaultdict[int, list[Replacement]] = defaultdict(list)
    for replacement in replacements:
        groups[replacement.scalar].append(replacement)
    return {
        start: group[0].value if len(group) == 1 else _value_of_several(source, start, group)
        for start, group in groups.items()
    }


def _value_of_several(source: Source, start: int, group: Sequence[Replacement]) -> str:
    """A tag and a digest in one scalar; the digest, the last of them, ends it."""
    text = source.text[start : group[-1].span.end]
    for part in reversed(group):
        text = text[: part.span.start - start] + part.text + text[part.span.end - start :]
    return text.lstrip("\"'")


def _same_event(source: Source, old: Event, new: Event, wanted: dict[int, str]) -> None:
    if type(old) is not type(new):
        raise EditError(f"{source.path}: the edit would change the structure of the file")
    expected = None
    if isinstance(old, ScalarEvent):
        expected = wanted.pop(properties_end(source.text, old), None)
    line = old.start_mark.line + 1
    if expected is None:
        if not _alike(old, new, ("value", "style", "anchor", "tag", "implicit", "flow_style")):
            raise EditError(f"{source.path}:{line}: the edit would change another value")
        return
    if new.value != expected:
        raise EditError(f"{source.path}:{line}: the new value would be read differently")
    quoted = not old.style and new.style == '"'
    if not (quoted or old.style == new.style) or not _alike(old, new, ("anchor", "tag")):
        raise EditError(f"{source.path}:{line}: the edit would change how the value is written")


def _alike(old: Event, new: Event, names: Sequence[str]) -> bool:
    return all(getattr(old, name, None) == getattr(new, name, None) for name in names)
