"""Edit a file by replacing only the characters of tags and digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from imagebot.descriptors.find import find
from imagebot.descriptors.kustomize import DESCRIPTOR as KUSTOMIZE
from imagebot.descriptors.quoting import is_string, needs_quotes
from imagebot.descriptors.reference import Change, Reference, Slot
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.verify import Replacement, verify
from imagebot.errors import EditError
from imagebot.references.image import ImageReference, is_digest, is_tag
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
    for part in found:
        _check(source, part)
    replacements = [_replacement(source, part) for part in found]
    _check_apart(replacements, path)
    text = _spliced(source.text, replacements)
    verify(source, text, replacements)
    edited = source.encode(text)
    _check_meaning(content, edited, changes)
    return edited


def _parts(change: Change) -> Iterator[_Part]:
    reference = change.reference
    if change.tag is not None:
        if reference.tag is None or reference.image.tag is None:
            raise EditError(f"{_place(reference)}: there is no tag to replace")
        if not is_tag(change.tag):
            raise EditError(f"{_place(reference)}: {clean(change.tag, 80)!r} is no tag")
        yield _Part(change, reference.tag, reference.image.tag, change.tag)
    if change.digest is not None:
        if reference.digest is None or reference.image.digest is None:
            raise EditError(f"{_place(reference)}: there is no digest to replace")
        if not is_digest(change.digest):
            raise EditError(f"{_place(reference)}: {clean(change.digest, 80)!r} is no digest")
        yield _Part(change, reference.digest, reference.image.digest, change.digest)


def _check(source: Source, part: _Part) -> None:
    """The file must still hold the old text in the place."""
    if source.text[part.slot.span.start : part.slot.span.end] != part.old:
        place = _place(part.change.reference)
        message = f"{place}: the file no longer holds {clean(part.old, 80)} there"
        raise EditError(message, hint="scan it again")


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


def _spliced(text: str, replacements: Sequence[Replacement]) -> str:
    pieces, at = [], 0
    for replacement in replacements:
        pieces += [text[at : replacement.span.start], replacement.text]
        at = replacement.span.end
    return "".join([*pieces, text[at:]])


def _check_meaning(content: bytes, edited: bytes, changes: Sequence[Change]) -> None:
    """What is found afterwards must be what was found before, moved as was asked and nothing else."""
    path = changes[0].reference.path
    moves = {change.reference: change for change in changes}
    before, after = find(path, content), find(path, edited)
    known = frozenset(before.references)
    if missing := next((reference for reference in moves if reference not in known), None):
        raise EditError(f"{_place(missing)}: the file no longer holds it", hint="scan it again")
    if len(before.references) != len(after.references) or len(before.skipped) != len(after.skipped):
        raise EditError(f"{path}: the edit would change which images are found")
    for old, new in zip(before.references, after.references, strict=True):
        if _meaning(new) != (_moved(old, moves.get(old)), *_meaning(old)[1:]):
            raise EditError(f"{_place(old)}: the edit would change the meaning of {old.written}")


def _meaning(reference: Reference) -> tuple[ImageReference, str, int, bool, str | None]:
    return reference.image, reference.descriptor, reference.line, reference.ignored, reference.bound


def _moved(reference: Reference, change: Change | None) -> ImageReference:
    image = reference.image
    if change is None:
        return image
    return replace(image, tag=change.tag or image.tag, digest=change.digest or image.digest)


def _place(reference: Reference) -> str:
    return f"{reference.path}:{reference.line}:{reference.column}"
