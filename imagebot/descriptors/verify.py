"""Show that an edit changed the intended scalars and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagebot.descriptors.nodes import Event, events, properties_end
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
    wanted: dict[int, str] = {}
    for replacement in replacements:
        same = [r for r in replacements if r.scalar == replacement.scalar]
        if len(same) == 1:
            wanted[replacement.scalar] = replacement.value
            continue
        begin, end = replacement.scalar, max(r.span.end for r in same)
        text = source.text[begin:end]
        for part in reversed(same):
            text = text[: part.span.start - begin] + part.text + text[part.span.end - begin :]
        wanted[replacement.scalar] = text.lstrip("\"'")
    return wanted


def _same_event(source: Source, old: Event, new: Event, wanted: dict[int, str]) -> None:
    if type(old) is not type(new):
        raise EditError(f"{source.path}: the edit would change the structure of the file")
    value = getattr(old, "value", None)
    if value is not None:
        expected = wanted.pop(properties_end(source.text, old), None)
        if expected is not None:
            if new.value != expected:
                raise EditError(
                    f"{source.path}:{old.start_mark.line + 1}: the new value would be read differently"
                )
            return
    same = (
        getattr(old, name, None) == getattr(new, name, None)
        for name in ("value", "style", "anchor", "tag", "implicit", "flow_style")
    )
    if not all(same):
        raise EditError(f"{source.path}:{old.start_mark.line + 1}: the edit would change another value")
