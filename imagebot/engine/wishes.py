"""What somebody asks for by name (``imagebot set``): images, and the tags that they are to have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagebot.errors import InvalidReference, UsageError
from imagebot.references.image import ImageName, ImageReference

if TYPE_CHECKING:
    from imagebot.plan import Asked, Scan, Scanned

_HINT = "write IMAGE=TAG or IMAGE=TAG@sha256:..., as in ghcr.io/acme/web=1.9.0"


@dataclass(frozen=True, slots=True)
class Wish:
    """An image, and where it is to go.

    Attributes:
        digest: What the tag must point to; None for whatever it points to.
    """

    name: ImageName
    tag: str
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Wish:
        """Read ``IMAGE=TAG[@DIGEST]``. Raises UsageError for anything else."""
        image, found, pin = text.partition("=")
        try:
            named = ImageReference.parse(f"{image}:{pin}") if found else None
        except InvalidReference as error:
            raise UsageError(f"{text!r}: {error.message}", hint=_HINT, id="set-invalid") from error
        if named is None or named.tag is None or not image:
            raise UsageError(f"{text!r} names no image with a tag", hint=_HINT, id="set-invalid")
        return cls(named.name, named.tag, named.digest)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for.

    Attributes:
        environments: Where; empty for everywhere.
    """

    wishes: tuple[Wish, ...]
    environments: frozenset[str]
    asked: Asked

    def wish(self, item: Scanned) -> Wish | None:
        """What is asked for a reference; None if nothing is."""
        if self.environments and item.environment not in self.environments:
            return None
        return next((wish for wish in self.wishes if wish.name == item.reference.image.name), None)


def named_in(request: Request, scanned: Scan) -> list[Scanned]:
    """The references that are meant: one that its line keeps only where an image has no other.

    Raises:
        UsageError: If an image has none.
    """
    items = [item for item in scanned.references if request.wish(item)]
    free = {request.wish(item) for item in items if not item.reference.ignored}
    items = [item for item in items if not item.reference.ignored or request.wish(item) not in free]
    for wish in request.wishes:
        if not any(request.wish(item) == wish for item in items):
            where = f" in {', '.join(sorted(request.environments))}" if request.environments else ""
            raise UsageError(
                f"nothing deploys {wish.name}{where}",
                hint="`imagebot scan` lists what is deployed; write the name as it stands there",
                id="set-nothing",
            )
    return items
