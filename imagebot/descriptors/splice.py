"""Edit a file by replacing only the characters of tags and digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from imagebot.descriptors.kustomize import DESCRIPTOR as KUSTOMIZE
from imagebot.descriptors.quoting import is_string, needs_quotes
from imagebot.descriptors.reference import Change, Slot
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.verify import Replacement, verify
from imagebot.errors import EditError
from imagebot.references.image import is_digest, is_tag
from imagebot.untrusted import clean


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a reference that gets a new text."""

    change: Change
    slot: Slot
    old: str
    new: str


def apply(content: bytes, changes: Sequence[Change]) -> bytes:
    """The new content of a file.

    The result is shown to differ in the intended scalars only before it is returned.

    Args:
        content: The file's bytes.
        changes: Changes of references that were found in exactly these bytes.

    Raises:
        EditError: With file, line and reason, if that cannot be shown; the file stays as it is.
    """
    if not changes:
        return content
    path = changes[0].reference.path
    try:
        source = Source.decode(path, content)
    except NotUnderstood as problem:
        raise EditError(f"{path}: {problem.reason}") from problem
    found = sorted((part for change in changes for part in _parts(change)), key=lambda p: p.slot.span.start)
    text, replacements = source.text, []
    for part in found:
        _check(source, part)
        replacements.append(_replacement(source, part))
    _check_apart(replacements, path)
    for replacement in reversed(replacements):
        text = text[: replacement.span.start] + replacement.text + text[replacement.span.end :]
    verify(source, text, replacements)
    return source.encode(text)


def _parts(change: Change) -> Iterator[_Part]:
    reference = change.reference
    if change.tag is not None:
        if reference.tag is None or reference.image.tag is None:
            raise EditError(f"{_place(change)}: there is no tag to replace")
        yield _Part(change, reference.tag, reference.image.tag, change.tag)
    if change.digest is not None:
        if reference.digest is None or reference.image.digest is None:
            raise EditError(f"{_place(change)}: there is no digest to replace")
        yield _Part(change, reference.digest, reference.image.digest, change.digest)


def _check(source: Source, part: _Part) -> None:
    """The file must still hold the old text in the place, and the new one must be legal."""
    place = _place(part.change)
    if source.text[part.slot.span.start : part.slot.span.end] != part.old:
        raise EditError(
            f"{place}: the file no longer holds {clean(part.old, 80)} there", hint="scan it again"
        )
    if not (is_tag(part.new) or is_digest(part.new)):
        raise EditError(f"{place}: {clean(part.new, 80)!r} is no tag and no digest")


def _replacement(source: Source, part: _Part) -> Replacement:
    """Replace the part's characters; a whole plain scalar gets quotes where it would change type."""
    slot = part.slot
    value = (
        source.text[slot.scalar.start : slot.span.start]
        + part.new
        + source.text[slot.span.end : slot.scalar.end]
    )
    if _quoted(source, slot):
        return Replacement(slot.span, part.new, slot.scalar.start, value[1:-1])
    if slot.whole and _wants_quotes(part):
        return Replacement(slot.scalar, f'"{part.new}"', slot.scalar.start, part.new)
    return Replacement(slot.span, part.new, slot.scalar.start, value)


def _wants_quotes(part: _Part) -> bool:
    """Kustomize takes a string alone: a number that others would stringify is an error there."""
    if part.change.reference.descriptor == KUSTOMIZE:
        return not is_string(part.new)
    return needs_quotes(part.old, part.new)


def _quoted(source: Source, slot: Slot) -> bool:
    return source.text[slot.scalar.start] in "\"'"


def _check_apart(replacements: Sequence[Replacement], path: str) -> None:
    for first, second in pairwise(replacements):
        if second.span.start < first.span.end:
            raise EditError(f"{path}: two updates want to change the same characters")


def _place(change: Change) -> str:
    return f"{change.reference.path}:{change.reference.line}:{change.reference.column}"
