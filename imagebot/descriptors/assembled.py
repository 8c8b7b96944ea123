"""A reference put together from pieces of text, in which nothing is left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imagebot.descriptors.comments import Orders
from imagebot.descriptors.piece import NotEditable, Piece, unknown_part
from imagebot.descriptors.reference import Place, Reference, Skipped, Slot
from imagebot.errors import InvalidReference
from imagebot.references.charts import as_tag, is_exact
from imagebot.references.image import CHART_SCHEMES, ImageReference, parts

SHA256 = "sha256:"
RANGE = "a range of chart versions: it moves without a commit"
_NO_ORDERS = Orders()


def assembled(
    descriptor: str, written: Sequence[Piece | str], uses: Iterable[Place] = (), *, chart: bool = False
) -> Reference | Skipped:
    """A reference put together from pieces of text without variables.

    Tag and digest must each stand in one piece, and in one file.

    Args:
        descriptor: Kind of descriptor.
        written: The pieces, in their order.
        uses: Places that name it as a variable.
        chart: Whether it is a Helm chart: its name may be an address, its version may hold ``+``.
    """
    text = "".join(part if isinstance(part, str) else part.text for part in written)
    pieces = [part for part in written if isinstance(part, Piece)]
    last = pieces[-1]
    if reason := unknown_part(text):
        return Skipped(last.place.path, last.place.line, reason)
    try:
        meant = _chart(text) if chart else text
        found = parts(meant)
        image = ImageReference.of(meant, found)
        if image.name.scheme and not chart:
            raise NotEditable(f"{text} is an address, and no image")
    except (InvalidReference, NotEditable) as problem:
        return Skipped(last.place.path, last.place.line, str(problem))
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
        tag=_slot(tag, plus=chart and not image.name.scheme),
        digest=_slot(digest),
        ignored=asked.ignored,
        bound=asked.bound,
        uses=tuple(sorted(others - {at.place})) if others else (),
    )


def _chart(text: str) -> str:
    """What a chart is called where it comes from, in as many characters: a tag has ``_`` for ``+``.

    Raises:
        NotEditable: If it asks for a range of versions.
    """
    name, colon, version = text.rpartition(":")
    if not is_exact(version):
        raise NotEditable(RANGE)
    return text if text.startswith(CHART_SCHEMES) else f"{name}{colon}{as_tag(version)}"


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


def _slot(part: Piece | None, *, plus: bool = False) -> Slot | None:
    if part is None:
        return None
    before, behind = part.span.start - part.scalar.start, part.scalar.end - part.span.end
    own = part.quotable and before == behind  # nothing around it, or a quote on each side
    return Slot(part.span, part.scalar, own, part.strict, part.region, plus and "_" not in part.text)


def _orders(pieces: Sequence[Piece]) -> Orders:
    """The orders on any line of the reference; the first policy named counts."""
    commented = {part.comment: part for part in pieces if "#" in part.comment}
    if not commented:
        return _NO_ORDERS
    found = [part.orders for part in commented.values()]
    bound = next((order.bound for order in found if order.bound), None)
    fault = next((order.fault for order in found if order.fault), "")
    return Orders(any(order.ignored for order in found), bound, fault)
