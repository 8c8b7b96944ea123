"""Show that an edit changed the intended scalars and nothing else."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice, takewhile

from ruamel.yaml.events import ScalarEvent

from imagebot.descriptors.events import Event, events, properties_end
from imagebot.descriptors.reference import Span
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.errors import EditError

_NAMES = ("value", "style", "anchor", "tag", "implicit", "flow_style")


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text for a span of the file.

    Attributes:
        span: Characters that go.
        text: Characters that come.
        region: The block scalar whose text is YAML itself and holds the span, or None.
    """

    span: Span
    text: str
    region: Span | None = None


def spliced(text: str, replacements: Sequence[Replacement]) -> str:
    """The text with every replacement made; they are sorted and apart from each other."""
    pieces, at = [], 0
    for replacement in replacements:
        pieces += [text[at : replacement.span.start], replacement.text]
        at = replacement.span.end
    return "".join([*pieces, text[at:]])


def verify_characters(source: Source, edited: str, replacements: Sequence[Replacement]) -> None:
    """Show that every character outside the spans is the same.

    Raises:
        EditError: At the first difference.
    """
    old_at = new_at = 0
    for replacement in [*replacements, Replacement(Span(len(source.text), len(source.text)), "")]:
        length = replacement.span.start - old_at
        if source.text[old_at : replacement.span.start] != edited[new_at : new_at + length]:
            raise EditError(f"{source.path}: the edit would change other characters")
        old_at, new_at = replacement.span.end, new_at + length + len(replacement.text)
    if new_at != len(edited):
        raise EditError(f"{source.path}: the edit would change other characters")


def verify_yaml(source: Source, edited: str, replacements: Sequence[Replacement]) -> None:
    """Compare the file before and after as YAML, and every block scalar that holds YAML likewise.

    Args:
        source: The file before.
        edited: The text after.
        replacements: What was to change, sorted by place and apart from each other.

    Raises:
        EditError: At the first difference that was not intended, or intended and missing.
    """
    _verify_text(source, source.text, edited, replacements, 0)
    growth = list(accumulate((len(r.text) - r.span.end + r.span.start for r in replacements), initial=0))
    by_region: defaultdict[Span, list[int]] = defaultdict(list)
    for place, replacement in enumerate(replacements):
        if replacement.region is not None:
            by_region[replacement.region].append(place)
    for region, places in by_region.items():
        before = source.text[region.start : region.end]
        after = edited[region.start + growth[places[0]] : region.end + growth[places[-1] + 1]]
        _verify_text(source, before, after, [replacements[place] for place in places], region.start)


def _verify_text(
    source: Source, before: str, after: str, replacements: Sequence[Replacement], base: int
) -> None:
    """Walk both streams of events in step; ``base`` is where the text begins in the file."""
    inside = [replace(r, span=Span(r.span.start - base, r.span.end - base)) for r in replacements]
    try:
        old_events, new_events = events(before), events(after)
    except NotUnderstood as problem:
        line = source.position(base)[0] + (problem.line or 1) - 1
        raise EditError(f"{source.path}:{line}: the edit would break it: {problem.reason}") from problem
    if len(old_events) != len(new_events):
        raise EditError(f"{source.path}: the edit would change the structure of the file")
    at = 0
    for old, new in zip(old_events, new_events, strict=True):
        here: list[Replacement] = []
        if at < len(inside) and isinstance(old, ScalarEvent):
            start, end = properties_end(before, old), old.end_mark.index
            if start <= inside[at].span.start < end:
                here = list(takewhile(lambda r: r.span.end <= end, islice(inside, at, None)))  # noqa: B023 - used at once
                at += len(here)
        if here or not _alike(old, new):
            line = source.position(base + old.start_mark.index)[0]
            _same_but_for(f"{source.path}:{line}", before, old, new, here)
    if at < len(inside):
        line = source.position(base + inside[at].span.start)[0]
        raise EditError(f"{source.path}:{line}: the scalar to edit is not where it was found")


def _same_but_for(place: str, before: str, old: Event, new: Event, inside: Sequence[Replacement]) -> None:
    """Refuse an event that differs in more than the replacements that lie in it."""
    if type(old) is not type(new):
        raise EditError(f"{place}: the edit would change the structure of the file")
    if not inside:
        raise EditError(f"{place}: the edit would change another value")
    if new.value != _expected(place, before, old, inside):
        raise EditError(f"{place}: the new value would be read differently")
    quoted = not old.style and new.style == '"'
    if not (quoted or old.style == new.style) or old.anchor != new.anchor or old.tag != new.tag:
        raise EditError(f"{place}: the edit would change how the value is written")


def _expected(place: str, before: str, old: Event, replacements: Sequence[Replacement]) -> str:
    """The value that a scalar must have afterwards, from its characters and the replacements alone."""
    start, end = properties_end(before, old), old.end_mark.index
    if old.style in {"|", ">"}:
        return _expected_block(place, before, old, replacements)
    shift = [replace(r, span=Span(r.span.start - start, r.span.end - start)) for r in replacements]
    shown = spliced(before[start:end], shift)
    quoted = bool(old.style) or before[start : start + 1] != shown[:1] == '"'
    return shown[1:-1] if quoted else shown


def _expected_block(place: str, before: str, old: Event, replacements: Sequence[Replacement]) -> str:
    """As ``_expected``, line by line: a line of the value is a line of the file without its indentation."""
    was = old.value.split("\n")
    value = list(was)
    start = before.find("\n", properties_end(before, old)) + 1
    content = list(_lines(before, start, old.end_mark.index))
    if old.style == ">":
        content = [line for line in content if line[1].strip()]
        content[1:] = []
    starts = [line[0] for line in content]
    for replacement in reversed(replacements):
        number = bisect_right(starts, replacement.span.start) - 1
        if not 0 <= number < len(value):
            raise EditError(f"{place}: the text to edit is not one line of a block")
        begin, shown = content[number]
        indent = len(shown) - len(was[number])
        first, last = replacement.span.start - begin - indent, replacement.span.end - begin - indent
        value[number] = value[number][:first] + replacement.text + value[number][last:]
    return "\n".join(value)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Offset and text of every line, without its end."""
    while start < end:
        newline = text.find("\n", start, end)
        stop = end if newline < 0 else newline
        yield start, text[start:stop].removesuffix("\r")
        start = stop + 1


def _alike(old: Event, new: Event) -> bool:
    return type(old) is type(new) and all(getattr(old, n, None) == getattr(new, n, None) for n in _NAMES)
