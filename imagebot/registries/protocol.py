"""What the engine asks of a registry, and what parts of this room ask of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from imagebot.diagnosis import Examined, Need
    from imagebot.evidence import Described, Pushed, Signature
    from imagebot.policies.policy import Verification
    from imagebot.references.image import ImageName


@dataclass(frozen=True, slots=True)
class Listing:
    """The tags of a repository, complete.

    Attributes:
        tags: Without duplicates, in no meaningful order.
        doubt: Why the list may not be what it was: nothing is proposed from it then. Empty if it may be used.
    """

    tags: tuple[str, ...]
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or index as it was served; its bytes hash to its digest.

    Attributes:
        media_type: In lower case, without parameters.
    """

    digest: str
    media_type: str
    body: bytes


class Registries(Protocol):
    """Questions to registries; safe to call from several threads.

    Every method raises ``RegistryError`` (or a subclass) and nothing else for a failure of the
    outside world; the message names host and repository, never a secret.
    """

    def tags(self, name: ImageName) -> Listing:
        """All tags of a repository."""
        ...

    def digest(self, name: ImageName, tag: str) -> str:
        """The digest that a tag points to now; empty for a chart whose index says none."""
        ...

    def describe(self, name: ImageName, digest: str) -> Described:
        """What an image says of itself."""
        ...

    def signature(self, name: ImageName, digest: str, verification: Verification | None) -> Signature:
        """What is made of the signatures of a digest; with None they are looked for and not checked."""
        ...

    def platforms(self, name: ImageName, digest: str) -> tuple[str, ...]:
        """The platforms that an image runs on, sorted."""
        ...

    def images(self, name: ImageName, digest: str) -> Mapping[str, frozenset[str]]:
        """The digests of the manifests that each platform may run; of a single image its own, under ``*``."""
        ...

    def pushed(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        """When the registry says that tags were pushed, by tag; none of those it says nothing of."""
        ...

    def first_seen(self, name: ImageName, digest: str) -> datetime:
        """When imagebot saw a digest in a repository first: now, if it never did."""
        ...

    def now(self) -> datetime:
        """The time that ages are counted to."""
        ...


class Examiner(Protocol):
    """Says how one host is asked, as whom, and what comes of it; safe to call from several threads."""

    def examine(self, need: Need) -> Examined:
        """What becomes of a host; no failure of the outside world is raised."""
        ...


class Contents(Protocol):
    """Content that a digest or tag names, checked against the digest before anybody reads it.

    Every method raises ``RegistryError``; what is not there is a ``RegistryNotFound``.
    """

    def manifest(self, name: ImageName, reference: str) -> Manifest:
        """The manifest under a tag or digest; at most 4 MiB."""
        ...

    def blob(self, name: ImageName, digest: str, limit: int) -> bytes:
        """A blob of at most so many bytes."""
        ...

    def referrers(self, name: ImageName, digest: str) -> tuple[Mapping[str, Any], ...]:
        """Descriptors of what refers to a digest, as the registry lists them; at most 1,000.

        A ``RegistryNotFound`` where the registry has no such list.
        """
        ...
