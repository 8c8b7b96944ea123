"""Edit a file by replacing only the characters of tags and digests."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from imagebot.descriptors.assembled import SHA256
from imagebot.descriptors.find import find, is_text
from imagebot.descriptors.piece import Piece
from imagebot.descriptors.quoting import is_string, needs_quotes, needs_quotes_in_json
from imagebot.descriptors.reference import Change, Reference, Slot, Span
from imagebot.descriptors.rules import Rule
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.verify import Replacement, spliced, verify_characters, verify_yaml
from imagebot.errors import EditError
from imagebot.references.charts import as_version
from imagebot.references.image import ImageReference, is_digest, is_tag, is_version
from imagebot.untrusted import clean

_HEAD = 4096


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a reference that gets a new text."""

    change: Change
    slot: Slot
    old: str
    new: str


def apply(content: bytes, changes: Sequence[Change], rules: tuple[Rule, ...] = ()) -> bytes:
    """The new content of a file.

    The result is shown to differ in the intended scalars only before it is returned.

    Args:
        content: The file's bytes.
        changes: Changes of references that were found in exactly these bytes.
        rules: The rules they were found with.

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
    replacements = list(dict.fromkeys(_replacement(source, part) for part in found))
    _check_apart(replacements, path)
    text = spliced(source.text, replacements)
    verify_characters(source, text, replacements)
    if not is_text(source):
        verify_yaml(source, text, replacements)
    edited = source.encode(text)
    _check_meaning(content, edited, changes, replacements, rules)
    return edited


def _parts(change: Change) -> Iterator[_Part]:
    reference, image = change.reference, change.outcome
    has = (reference.tag is not None, reference.digest is not None)
    if has != (image.tag is not None, image.digest is not None):
        yield _reshaped(change, image)
        return
    if change.tag is not None:
        if reference.tag is None or reference.image.tag is None:
            raise EditError(f"{_place(reference)}: there is no tag to replace")
        _check_tag(reference, change.tag)
        old, new = reference.image.tag, change.tag
        if reference.tag.plus:
            old, new = as_version(old), as_version(new)
        yield _Part(change, reference.tag, old, new)
    if change.digest is not None:
        if reference.digest is None or reference.image.digest is None:
            raise EditError(f"{_place(reference)}: there is no digest to replace")
        _check_digest(reference, change.digest)
        yield _Part(change, reference.digest, reference.image.digest, change.digest)


def _reshaped(change: Change, image: ImageReference) -> _Part:
    """A part comes or goes: what stands behind the name is written anew, where that is one text."""
    reference, old = change.reference, change.reference.image
    slots = [slot for slot in (reference.tag, reference.digest) if slot]
    if any(slot.whole for slot in slots) or not slots or old.name.scheme:
        part = "digest" if (old.digest is None) != (image.digest is None) else "tag"
        raise EditError(f"{_place(reference)}: there is no place for a {part} that comes or goes")
    if image.tag is not None:
        _check_tag(reference, image.tag)
    if image.digest is not None:
        _check_digest(reference, image.digest)
    keeps_tag = old.tag is not None and image.tag is not None
    start = slots[0].span.start - (0 if keeps_tag else 1)
    slot = replace(slots[0], span=Span(start, slots[-1].span.end))
    return _Part(change, slot, _tail(old, colon=not keeps_tag), _tail(image, colon=not keeps_tag))


def _tail(image: ImageReference, *, colon: bool) -> str:
    """What stands behind the name; the colon stays in the file where a tag stands before and after."""
    tag = f"{':' if colon else ''}{image.tag}" if image.tag else ""
    return f"{tag}@{image.digest}" if image.digest else tag


def _check_tag(reference: Reference, tag: str) -> None:
    is_legal = is_version if reference.image.name.scheme else is_tag
    if not is_legal(tag):
        raise EditError(f"{_place(reference)}: {clean(tag, 80)!r} is no tag")


def _check_digest(reference: Reference, digest: str) -> None:
    if not is_digest(digest):
        raise EditError(f"{_place(reference)}: {clean(digest, 80)!r} is no digest")


def _check(source: Source, part: _Part) -> None:
    """The file must still hold the old text in the place; some keep a digest without its algorithm."""
    shown = source.text[part.slot.span.start : part.slot.span.end]
    if shown != part.old and shown != part.old.removeprefix(SHA256):
        place = _place(part.change.reference)
        message = f"{place}: the file no longer holds {clean(part.old, 80)} there"
        raise EditError(message, hint="scan it again")


def _replacement(source: Source, part: _Part) -> Replacement:
    """Replace the part's characters; a whole plain scalar gets quotes where it would change type."""
    slot = part.slot
    shown = source.text[slot.span.start : slot.span.end]
    if shown != part.old and not part.new.startswith(SHA256):
        place = _place(part.change.reference)
        raise EditError(f"{place}: a digest without its algorithm can only be one of sha256")
    new = part.new.removeprefix(SHA256) if shown != part.old else part.new
    if slot.whole and source.text[slot.scalar.start] not in "\"'" and _wants_quotes(source, slot, shown, new):
        return Replacement(slot.scalar, f'"{new}"', slot.region)
    return Replacement(slot.span, new, slot.region)


def _wants_quotes(source: Source, slot: Slot, old: str, new: str) -> bool:
    """Some readers take a string alone: a number that others would stringify is an error there."""
    if not is_string(old) and _is_json(source, slot):
        return slot.strict or needs_quotes_in_json(new) or needs_quotes(old, new)
    return not is_string(new) if slot.strict else needs_quotes(old, new)


def _is_json(source: Source, slot: Slot) -> bool:
    """Whether a text begins as JSON does; in YAML of that form, quotes do no harm."""
    start = slot.region.start if slot.region else 0
    return source.text[start : start + _HEAD].lstrip()[:1] in {"{", "["}


def _check_apart(replacements: Sequence[Replacement], path: str) -> None:
    for first, second in pairwise(replacements):
        if second.span.start < first.span.end:
            raise EditError(f"{path}: two updates want to change the same characters")


def _check_meaning(
    content: bytes,
    edited: bytes,
    changes: Sequence[Change],
    replacements: Sequence[Replacement],
    rules: tuple[Rule, ...],
) -> None:
    """What is found afterwards must be what was found before, moved as was asked and nothing else."""
    path = changes[0].reference.path
    before, after = find(path, content, rules), find(path, edited, rules)
    counts = [(len(f.references), len(f.skipped), len(f.pending), len(f.variables)) for f in (before, after)]
    if counts[0] != counts[1]:
        raise EditError(f"{path}: the edit would change which images are found")
    moves = {(c.reference.tag, c.reference.digest, c.reference.image): c for c in changes}
    known = {(r.tag, r.digest, r.image) for r in before.references}
    shared = {variable.value.scalar for variable in before.variables} | {
        piece.scalar for pending in before.pending for piece in pending.pieces()
    }
    for key, change in moves.items():
        if key not in known and not any(slot.scalar in shared for slot in key[:2] if slot):
            raise EditError(f"{_place(change.reference)}: the file no longer holds it", hint="scan it again")
    for old, new in zip(before.references, after.references, strict=True):
        moved = _moved(old, moves.get((old.tag, old.digest, old.image)))
        if _meaning(new) != (moved, *_meaning(old)[1:]):
            raise EditError(f"{_place(old)}: the edit would change the meaning of {old.written}")
    edits = _Edits(replacements)
    for was, now in zip(before.variables, after.variables, strict=True):
        wanted = [edits.text(piece) for piece in was.pieces()]
        if (now.group, now.folder, now.name) != (was.group, was.folder, was.name) or wanted != [
            piece.text for piece in now.pieces()
        ]:
            raise EditError(f"{path}:{was.value.place.line}: the edit would change the meaning of {was.name}")
    for waiting, still in zip(before.pending, after.pending, strict=True):
        if [piece.text for piece in still.pieces()] != [edits.text(piece) for piece in waiting.pieces()]:
            line = waiting.place.line
            raise EditError(
                f"{path}:{line}: the edit would change the meaning of a reference with a variable"
            )


class _Edits:
    """What texts of the file must be after the replacements."""

    def __init__(self, replacements: Sequence[Replacement]) -> None:
        self._replacements = replacements
        self._starts = [replacement.span.start for replacement in replacements]

    def text(self, value: Piece) -> str:
        """What a value must be afterwards."""
        first = bisect_left(self._starts, value.scalar.start)
        last = bisect_left(self._starts, value.scalar.end)
        inside = self._replacements[first:last]
        if any(r.span == value.scalar and r.text.startswith('"') for r in inside):
            return inside[0].text[1:-1]
        at = value.span.start
        here = [r for r in inside if value.span.start <= r.span.start and r.span.end <= value.span.end]
        moved = [replace(r, span=Span(r.span.start - at, r.span.end - at)) for r in here]
        return spliced(value.text, moved)


def _meaning(reference: Reference) -> tuple[ImageReference, str, int, bool, str | None]:
    return reference.image, reference.descriptor, reference.line, reference.ignored, reference.bound


def _moved(reference: Reference, change: Change | None) -> ImageReference:
    return change.outcome if change else reference.image


def _place(reference: Reference) -> str:
    return f"{reference.path}:{reference.line}:{reference.column}"
