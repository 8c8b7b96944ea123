"""Make a reference out of the scalars it is written in, or say why that cannot be done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imagebot.descriptors.comments import Orders, orders
from imagebot.descriptors.nodes import Scalar
from imagebot.descriptors.reference import Reference, Skipped, Slot, Span
from imagebot.descriptors.source import Source
from imagebot.errors import InvalidReference
from imagebot.references.image import ImageReference, parts

_VARIABLE = re.compile(r"\$\{|\$\(|\$[A-Za-z_]")
_TEMPLATE = re.compile(r"\{\{|\{%")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_COMMENT_REACH = 4096
"""Characters behind a value in which its comment begins; a line of generated JSON may have millions."""


def is_empty(scalar: Scalar | None) -> bool:
    """Whether a value is absent, empty or null."""
    return scalar is None or (not scalar.value if scalar.style else scalar.value in _NULLS)


def whole(source: Source, descriptor: str, scalar: Scalar) -> Reference | Skipped:
    """A reference written in one scalar: ``image: nginx:1.27``."""
    if reason := _not_editable(source, scalar):
        return _skipped(source, scalar, reason)
    try:
        image, found = ImageReference.parse(scalar.value), parts(scalar.value)
    except InvalidReference as error:
        return _skipped(source, scalar, error.message)
    tag = _part(scalar, found.tag)
    digest = _part(scalar, found.digest)
    return _reference(source, descriptor, scalar, scalar.value, image, tag, digest, [scalar])


def joined(
    source: Source,
    descriptor: str,
    names: Sequence[Scalar],
    tag: Scalar | None,
    digest: Scalar | None,
) -> Reference | Skipped:
    """A reference whose parts stand in several scalars: ``repository`` and ``tag``.

    Args:
        source: The file.
        descriptor: Kind of descriptor.
        names: Scalars that make up the name, such as registry and repository.
        tag: The tag's own scalar; it may hold ``tag@digest``.
        digest: The digest's own scalar.
    """
    at = tag or digest or names[-1]
    scalars = [*names, *([tag] if tag else []), *([digest] if digest else [])]
    for scalar in scalars:
        if reason := _not_editable(source, scalar):
            return _skipped(source, scalar, reason)
    name = "/".join(scalar.value.strip("/") for scalar in names)
    written = name + (f":{tag.value}" if tag else "") + (f"@{digest.value}" if digest else "")
    try:
        if parts(name).name[1] != len(name):
            return _skipped(source, at, "the repository already holds a tag or digest of its own")
        image = ImageReference.parse(written)
    except InvalidReference as error:
        return _skipped(source, at, error.message)
    tag_slot, digest_slot = _slots(tag, digest)
    return _reference(source, descriptor, at, written, image, tag_slot, digest_slot, scalars)


def _slots(tag: Scalar | None, digest: Scalar | None) -> tuple[Slot | None, Slot | None]:
    if tag is None:
        return None, _own(digest)
    before, at, _ = tag.value.partition("@")
    if not at:
        return _own(tag), _own(digest)
    end = len(before)
    return _part(tag, (0, end)), _part(tag, (end + 1, len(tag.value)))


def _own(scalar: Scalar | None) -> Slot | None:
    return _part(scalar, (0, len(scalar.value))) if scalar else None


def _part(scalar: Scalar, place: tuple[int, int] | None) -> Slot | None:
    """The place of a part of a scalar whose text stands in the file as it is."""
    if place is None:
        return None
    begin = scalar.start + (1 if scalar.style else 0)
    span = Span(begin + place[0], begin + place[1])
    return Slot(span, Span(scalar.start, scalar.end), place == (0, len(scalar.value)))


def _reference(
    source: Source,
    descriptor: str,
    at: Scalar,
    written: str,
    image: ImageReference,
    tag: Slot | None,
    digest: Slot | None,
    scalars: Sequence[Scalar],
) -> Reference | Skipped:
    line, column = source.position(at.start)
    found = _orders(source, [at, *scalars])
    if found.fault:
        return _skipped(source, at, found.fault)
    return Reference(
        path=source.path,
        line=line,
        column=column,
        descriptor=descriptor,
        image=image,
        written=written,
        tag=tag,
        digest=digest,
        ignored=found.ignored,
        bound=found.bound,
    )


def _orders(source: Source, scalars: Sequence[Scalar]) -> Orders:
    """The orders on any line of the reference; the first policy named counts."""
    lines = dict.fromkeys(source.rest_of_line(scalar.end, _COMMENT_REACH) for scalar in scalars)
    found = [orders(line) for line in lines]
    bound = next((order.bound for order in found if order.bound), None)
    fault = next((order.fault for order in found if order.fault), "")
    return Orders(any(order.ignored for order in found), bound, fault)


def _not_editable(source: Source, scalar: Scalar) -> str:
    """Why the characters of a value are not its text, or nothing if they are."""
    if _TEMPLATE.search(scalar.value):
        return "holds a template expression"
    if _VARIABLE.search(scalar.value):
        return "holds a variable that is set elsewhere"
    if scalar.style in {"|", ">"}:
        return "written as a block scalar, which is not edited"
    shown = source.text[scalar.start : scalar.end]
    if (shown[1:-1] if scalar.style else shown) != scalar.value:
        return "written with escapes or over several lines, which is not edited"
    return ""


def _skipped(source: Source, scalar: Scalar, reason: str) -> Skipped:
    return Skipped(source.path, source.position(scalar.start)[0], reason)
