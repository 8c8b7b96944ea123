"""What the engine asks of a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from imagebot.references.image import ImageName


class Registries(Protocol):
    """Questions to registries; safe to call from several threads.

    Every method raises ``RegistryError`` (or a subclass) and nothing else for a failure of the
    outside world; the message names host and repository, never a secret.
    """

    def tags(self, name: ImageName) -> tuple[str, ...]:
        """All tags of a repository, complete, without duplicates, in no meaningful order."""
        ...

    def digest(self, name: ImageName, tag: str) -> str:
        """The digest that a tag points to now: ``sha256:<64 hex>``."""
        ...
