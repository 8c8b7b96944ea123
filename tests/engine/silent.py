"""Registries of which a test says only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from imagebot.errors import RegistryNotFound
from imagebot.evidence import Described, Pushed, Signature
from imagebot.policies.policy import Verification
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class SilentRegistries:
    """Implements ``Registries``: nothing is there, nothing is known, and everything was seen just now."""

    def tags(self, name: ImageName) -> Listing:
        raise RegistryNotFound(f"there is no {name}")

    def digest(self, name: ImageName, tag: str) -> str:
        raise RegistryNotFound(f"there is no {name}:{tag}")

    def platforms(self, name: ImageName, digest: str) -> tuple[str, ...]:
        return ()

    def images(self, name: ImageName, digest: str) -> Mapping[str, frozenset[str]]:
        return {"*": frozenset({digest})}

    def describe(self, name: ImageName, digest: str) -> Described:
        return Described(digest, ())

    def signature(self, name: ImageName, digest: str, verification: Verification | None) -> Signature:
        return Signature("unsigned", "no signature found")

    def pushed(self, name: ImageName, tags: frozenset[str]) -> Mapping[str, Pushed]:
        return {}

    def first_seen(self, name: ImageName, digest: str) -> datetime:
        return NOW

    def now(self) -> datetime:
        return NOW
