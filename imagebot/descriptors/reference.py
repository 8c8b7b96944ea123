"""A reference as it stands in a descriptor, and what to do to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from imagebot.references.image import ImageReference


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters in the decoded text of a file (byte order mark excluded)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one part (tag or digest) of a reference.

    Attributes:
        span: The characters of the part alone: without quotes, ``:`` or ``@``.
        scalar: The whole scalar the part lies in, quotes included, anchor and tag excluded.
        whole: Whether the part is the whole value of a YAML scalar, so that a new text may need quotes.
        strict: Whether its reader takes a string alone, and no number in its place.
        region: The block scalar whose text is YAML itself and holds the scalar, or None.
        plus: Whether ``+`` is written where the tag has ``_``: the version of a chart in a registry.
    """

    span: Span
    scalar: Span
    whole: bool
    strict: bool = False
    region: Span | None = None
    plus: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file: path relative to the root, line and column from 1."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reference:
    """One image reference written in one place of one descriptor.

    Attributes:
        path: File of the tag, relative to the root of the config repository, with ``/``.
        line: 1-based line of the scalar that an edit would change.
        column: 1-based column, in characters, of that scalar's first character.
        descriptor: Kind of descriptor, such as ``kubernetes``, ``helm-values``, ``compose``.
        image: What it means, normalised.
        written: The reference as written; parts from several scalars are joined as
            ``[registry/]repository[:tag][@digest]``.
        tag: Where the tag stands, or None where none is written.
        digest: Where the digest stands, or None where none is written.
        ignored: Whether a comment ``# imagebot: ignore`` keeps it.
        bound: Policy name of a comment ``# imagebot: policy=NAME`` or a Flux setter marker.
        uses: Further places that follow it: aliases of its anchor, and values that name it as a variable.
    """

    path: str
    line: int
    column: int
    descriptor: str
    image: ImageReference
    written: str
    tag: Slot | None
    digest: Slot | None
    ignored: bool = False
    bound: str | None = None
    uses: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """A scalar of a file that something not understood is put together from."""

    path: str
    scalar: Span


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was seen and not understood, with the reason.

    Attributes:
        line: 1-based line, or None where the whole file is meant.
        touches: What it is put together from, which must not move without it.
    """

    path: str
    line: int | None
    reason: str
    touches: tuple[Touched, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A new tag, a new digest, or both, for one reference of one file.

    Attributes:
        tag: New tag, or None to leave the tag as it is.
        digest: New digest, or None to leave the digest as it is.
        without: The part that is taken away.
    """

    reference: Reference
    tag: str | None = None
    digest: str | None = None
    without: Literal["tag", "digest"] | None = None

    @property
    def outcome(self) -> ImageReference:
        """What the reference means afterwards."""
        image = self.reference.image
        return replace(
            image,
            tag=None if self.without == "tag" else self.tag or image.tag,
            digest=None if self.without == "digest" else self.digest or image.digest,
        )
