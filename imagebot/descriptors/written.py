"""Make a reference out of the texts it is written in, or say why that cannot be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from imagebot.descriptors.comments import Orders
from imagebot.descriptors.nodes import Scalar
from imagebot.descriptors.piece import NotEditable, Piece, piece, unknown_part
from imagebot.descriptors.reference import Place, Reference, Skipped, Slot, Touched
from imagebot.descriptors.scopes import Scopes
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Hole, Pending, Value, Variable, filled, with_holes
from imagebot.errors import InvalidReference
from imagebot.references.image import ImageReference, parts
from imagebot.untrusted import clean

Item = Reference | Skipped | Pending | Variable
"""What is found: a reference, something not understood, one that needs a variable, or a variable."""

SHA256 = "sha256:"
OCI = "oci://"
_NO_ORDERS = Orders()
GROUPS = {"compose": "compose", "argocd": "go"}
"""Whose variables stand in a descriptor; all others are applied by Flux, which substitutes."""


def whole(source: Source, descriptor: str, scalar: Scalar, skip: int = 0) -> Item:
    """A reference written in one scalar: ``image: nginx:1.27``.

    Args:
        source: The file.
        descriptor: Kind of descriptor.
        scalar: The value.
        skip: Characters of the value before the reference, such as those of ``docker://``.
    """
    try:
        return together(descriptor, [piece(source, scalar).part(skip)])
    except NotEditable as problem:
        return skipped(source, scalar, unknown_part(scalar.value) or str(problem))


def prefixed(source: Source, descriptor: str, registry: Scalar, scalar: Scalar) -> Item:
    """A reference written in one scalar, without the registry that stands in another."""
    try:
        return together(descriptor, [piece(source, registry), "/", piece(source, scalar)])
    except NotEditable as problem:
        return skipped(source, scalar, unknown_part(scalar.value) or str(problem))


def joined(
    source: Source,
    descriptor: str,
    names: Sequence[Scalar | str],
    tag: Scalar | None,
    digest: Scalar | None = None,
    *,
    strict: bool = False,
) -> Item:
    """A reference whose parts stand in several scalars: ``repository`` and ``tag``.

    Args:
        source: The file.
        descriptor: Kind of descriptor.
        names: What makes up the name, such as registry and repository.
        tag: The tag's own scalar; it may hold ``tag@digest``.
        digest: The digest's own scalar, with or without ``sha256:``.
        strict: Whether the reader takes strings alone, and no numbers in their place.
    """
    scalars = [name for name in names if isinstance(name, Scalar)]
    at = tag or digest or scalars[-1]
    try:
        name = name_pieces(source, names)
        own = [replace(piece(source, part), strict=strict) for part in (tag, digest) if part is not None]
    except NotEditable as problem:
        return skipped(source, at, next(filter(None, (unknown_part(s.value) for s in scalars)), str(problem)))
    joint = "".join(part if isinstance(part, str) else part.text for part in name)
    try:
        if not unknown_part(joint) and parts(joint).name[1] != len(joint):
            return skipped(source, at, "the repository already holds a tag or digest of its own")
    except InvalidReference as error:
        return skipped(source, at, error.message)
    signs = ([_sign(":", tag)] if tag else []) + ([_sign("@", digest)] if digest else [])
    pairs = zip(signs, own, strict=True)
    return together(descriptor, [*name, *(part for pair in pairs for part in pair)])


def together(descriptor: str, written: Sequence[Piece | str]) -> Item:
    """A reference put together from pieces of text, in their order."""
    text = "".join(part if isinstance(part, str) else part.text for part in written)
    last = next(part for part in reversed(written) if isinstance(part, Piece))
    reason = unknown_part(text)
    if not reason:
        return assembled(descriptor, written)
    group = GROUPS.get(descriptor, "flux")
    parts_ = with_holes(written, group)
    if unknown_part("".join(part.text for part in parts_ if isinstance(part, Piece))):
        return Skipped(last.place.path, last.place.line, reason)
    return Pending(group, descriptor, parts_, last.place)


def resolve(pending: Pending, scopes: Scopes) -> Iterator[Reference | Skipped]:
    """The references that a pending one becomes: one for each set of values that it may get."""
    for values in scopes.seen_by(pending):
        try:
            written = _addressed(filled(pending.parts, values, pending.group))
        except NotEditable as problem:
            yield Skipped(pending.place.path, pending.place.line, str(problem), touched(pending, values))
        else:
            yield assembled(pending.descriptor, written, [pending.place])


def touched(pending: Pending, values: Mapping[str, Value] | None = None) -> tuple[Touched, ...]:
    """The texts that a reference would be put together from, could it be: they do not move without it."""
    known = [values.get(part.name) for part in pending.parts if isinstance(part, Hole)] if values else []
    pieces = [
        piece for value in known if value for piece in (value if isinstance(value, tuple) else (value,))
    ]
    return tuple(Touched(p.place.path, p.scalar) for p in pieces if isinstance(p, Piece))


def _addressed(written: list[Piece | str]) -> list[Piece | str]:
    """A name that was kept as an address: ``oci://`` goes, another scheme is that of no registry."""
    first = written[0]
    if not isinstance(first, Piece) or "://" not in first.text:
        return written
    if not first.text.startswith(OCI):
        raise NotEditable(f"the chart comes from {clean(first.text, 120)}, which is no OCI registry")
    return [first.part(len(OCI)), *written[1:]]


def assembled(
    descriptor: str, written: Sequence[Piece | str], uses: Iterable[Place] = ()
) -> Reference | Skipped:
    """A reference put together from pieces of text without variables.

    Tag and digest must each stand in one piece, and in one file.

    Args:
        descriptor: Kind of descriptor.
        written: The pieces, in their order.
        uses: Places that name it as a variable.
    """
    text = "".join(part if isinstance(part, str) else part.text for part in written)
    pieces = [part for part in written if isinstance(part, Piece)]
    last = pieces[-1]
    if reason := unknown_part(text):
        return Skipped(last.place.path, last.place.line, reason)
    try:
        found = parts(text)
        image = ImageReference.of(text, found)
    except InvalidReference as error:
        return Skipped(last.place.path, last.place.line, error.message)
    tag, digest = _holder(written, found.tag), _digest_holder(written, found.digest)
    if (found.tag and not tag) or (found.digest and not digest):
        return Skipped(
            last.place.path, last.place.line, f"{text}: one part of it is put together from several values"
        )
    at = tag or digest or _holder(written, found.name) or last
    if tag and digest and tag.place.path != digest.place.path:
        return Skipped(
            at.place.path, at.place.line, f"{text}: its tag and its digest stand in different files"
        )
    asked = _orders(pieces)
    if asked.fault:
        return Skipped(at.place.path, at.place.line, asked.fault)
    others = {part.place for part in pieces if part.place.path != at.place.path}.union(uses)
    return Reference(
        path=at.place.path,
        line=at.place.line,
        column=at.place.column,
        descriptor=descriptor,
        image=image,
        written=text,
        tag=_slot(tag),
        digest=_slot(digest),
        ignored=asked.ignored,
        bound=asked.bound,
        uses=tuple(sorted(others - {at.place})) if others else (),
    )


def skipped(source: Source, scalar: Scalar, reason: str) -> Skipped:
    """Something at a scalar that was not understood."""
    return Skipped(source.path, source.position(scalar.start)[0], reason)


def name_pieces(source: Source, names: Sequence[Scalar | str]) -> list[Piece | str]:
    """The pieces of a name with ``/`` between them; slashes at the ends of the scalars do not count twice."""
    found: list[Piece | str] = []
    for name in names:
        part: Piece | str
        if isinstance(name, str):
            part = name.strip("/")
        else:
            whole_piece = piece(source, name)
            text = whole_piece.text
            start = len(text) - len(text.lstrip("/"))
            part = whole_piece.part(start, max(start, len(text.rstrip("/"))))
        found += ["/", part] if found else [part]
    return found


def _sign(sign: str, part: Scalar) -> str:
    """What joins a part to the name: some charts write it themselves, or leave out a digest's algorithm."""
    if part.value.startswith((":", "@")):
        return ""
    return f"@{SHA256}" if sign == "@" and ":" not in part.value else sign


def _holder(written: Sequence[Piece | str], place: tuple[int, int] | None) -> Piece | None:
    """The part of the piece that holds a range of the joint text, or None if none holds all of it."""
    if place is None:
        return None
    at = 0
    for part in written:
        length = len(part if isinstance(part, str) else part.text)
        if isinstance(part, Piece) and at <= place[0] and place[1] <= at + length:
            return part.part(place[0] - at, place[1] - at)
        at += length
    return None


def _digest_holder(written: Sequence[Piece | str], place: tuple[int, int] | None) -> Piece | None:
    """As ``_holder``; the algorithm may stand outside of the file."""
    if place is None:
        return None
    return _holder(written, place) or _holder(written, (place[0] + len(SHA256), place[1]))


def _slot(part: Piece | None) -> Slot | None:
    if part is None:
        return None
    before, behind = part.span.start - part.scalar.start, part.scalar.end - part.span.end
    own = part.quotable and before == behind  # nothing around it, or a quote on each side
    return Slot(part.span, part.scalar, own, part.strict, part.region)


def _orders(pieces: Sequence[Piece]) -> Orders:
    """The orders on any line of the reference; the first policy named counts."""
    commented = {part.comment: part for part in pieces if "#" in part.comment}
    if not commented:
        return _NO_ORDERS
    found = [part.orders for part in commented.values()]
    bound = next((order.bound for order in found if order.bound), None)
    fault = next((order.fault for order in found if order.fault), "")
    return Orders(any(order.ignored for order in found), bound, fault)
