"""Make a reference out of the texts it is written in, or say why that cannot be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from imagebot.descriptors.assembled import SHA256, assembled
from imagebot.descriptors.nodes import Scalar
from imagebot.descriptors.piece import NotEditable, Piece, piece, unknown_part
from imagebot.descriptors.reference import Reference, Skipped, Touched
from imagebot.descriptors.scopes import Scopes
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import Hole, Pending, Value, Variable, filled, with_holes
from imagebot.errors import InvalidReference
from imagebot.references.image import CHART_SCHEMES, parts
from imagebot.untrusted import clean, without_secrets

Item = Reference | Skipped | Pending | Variable
"""What is found: a reference, something not understood, one that needs a variable, or a variable."""

OCI = "oci://"
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


def together(descriptor: str, written: Sequence[Piece | str], *, chart: bool = False) -> Item:
    """A reference put together from pieces of text, in their order.

    Args:
        descriptor: Kind of descriptor.
        written: The pieces.
        chart: Whether it is a Helm chart.
    """
    text = "".join(part if isinstance(part, str) else part.text for part in written)
    last = next(part for part in reversed(written) if isinstance(part, Piece))
    reason = unknown_part(text)
    if not reason:
        return assembled(descriptor, written, chart=chart)
    group = GROUPS.get(descriptor, "flux")
    parts_ = with_holes(written, group)
    if unknown_part("".join(part.text for part in parts_ if isinstance(part, Piece))):
        return Skipped(last.place.path, last.place.line, reason)
    return Pending(group, descriptor, parts_, last.place, chart)


def resolve(pending: Pending, scopes: Scopes) -> Iterator[Reference | Skipped]:
    """The references that a pending one becomes: one for each set of values that it may get."""
    for values in scopes.seen_by(pending):
        try:
            written = _addressed(filled(pending.parts, values, pending.group))
        except NotEditable as problem:
            yield Skipped(pending.place.path, pending.place.line, str(problem), touched(pending, values))
        else:
            yield assembled(pending.descriptor, written, [pending.place], chart=pending.chart)


def touched(pending: Pending, values: Mapping[str, Value] | None = None) -> tuple[Touched, ...]:
    """The texts that a reference would be put together from, could it be: they do not move without it."""
    known = [values.get(part.name) for part in pending.parts if isinstance(part, Hole)] if values else []
    pieces = [
        piece for value in known if value for piece in (value if isinstance(value, tuple) else (value,))
    ]
    return tuple(Touched(p.place.path, p.scalar) for p in pieces if isinstance(p, Piece))


def no_source(address: str) -> str:
    """Why an address is that of no chart, or nothing if it is."""
    if address.startswith((OCI, *CHART_SCHEMES)):
        return ""
    shown = clean(without_secrets(address), 120)
    reason = f"the chart comes from {shown}, which is neither an OCI registry nor an https:// repository"
    return unknown_part(address) or reason


def _addressed(written: list[Piece | str]) -> list[Piece | str]:
    """A name that was kept as an address: that of a registry goes without its scheme."""
    first = written[0]
    if not isinstance(first, Piece) or "://" not in first.text:
        return written
    if reason := no_source(first.text):
        raise NotEditable(reason)
    return [first.part(len(OCI)) if first.text.startswith(OCI) else first, *written[1:]]


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
