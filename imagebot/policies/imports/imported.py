"""What an import gives: policies to be written, and everything that could not be carried over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagebot.policies.policy import Pinning
from imagebot.untrusted import clean, without_secrets

GONE = "import-policy"
"""The id of a leftover that stands for a whole policy."""
BY_HAND = "write it by hand: docs/policies.md shows what a policy can say"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stood in the other tool's set-up.

    Attributes:
        path: File.
        line: 1-based.
        what: What it is there, such as ``ImagePolicy flux-system/web``.
    """

    path: str
    line: int
    what: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", without_secrets(self.what))


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that is not carried over, or not with the same meaning.

    Attributes:
        at: Where it stands.
        id: Stable id such as ``import-order``.
        what: What is left over.
        why: Why it is.
        instead: What to do about it.
        policy: The policy that it concerns, imported or not; empty for none.
    """

    at: Origin
    id: str
    what: str
    why: str
    instead: str
    policy: str = ""

    def __post_init__(self) -> None:
        # what is quoted here may be an address with a password in it
        for name in ("what", "why", "instead"):
            object.__setattr__(self, name, without_secrets(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy to be written; its values are those of a policy file.

    Attributes:
        at: Where it comes from.
        tags: The keys of ``tags``, in the order in which they are written.
        min_age: As written; empty for none.
    """

    name: str
    at: Origin
    images: tuple[str, ...]
    tags: Mapping[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    pin: Pinning = "keep"
    refresh: bool = False
    min_age: str = ""
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import.

    Attributes:
        policies: In governing order.
        leftovers: In the order in which they were met.
        differences: What holds for every policy, in words: how imagebot differs from the other tool.
    """

    policies: tuple[Draft, ...]
    leftovers: tuple[Leftover, ...]
    differences: tuple[str, ...] = ()


Importer = Callable[[Mapping[str, bytes]], Imported]
"""Takes files by path relative to the root of the config repository; never raises, whatever the bytes."""


@dataclass(slots=True)
class Ledger:
    """Gathers leftovers while a set-up is read."""

    leftovers: list[Leftover] = field(default_factory=list)

    def leave(
        self,
        at: Origin,
        id: str,  # noqa: A002 - the word of the JSON format
        what: str,
        *,
        why: str,
        instead: str,
        policy: str = "",
    ) -> None:
        """Note a leftover."""
        kebab = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", id).lower()
        self.leftovers.append(Leftover(at, f"import-{kebab}", what, why, instead, policy))

    def not_imported(self, at: Origin, what: str, why: str, policy: str, *, instead: str = BY_HAND) -> None:
        """Note a policy that is not written."""
        self.leave(
            at,
            GONE.removeprefix("import-"),
            f"{what} is not imported",
            why=why,
            instead=instead,
            policy=policy,
        )

    def unknown(self, at: Origin, key: str, policy: str = "") -> None:
        """Note a key that the import does not know."""
        self.leave(
            at,
            "key",
            f"`{clean(key, 80)}`",
            why="the import does not know this key",
            instead="see whether you need what it does",
            policy=policy,
        )


def unique(name: str, taken: set[str]) -> str:
    """A name that is not taken yet, and is from now on."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found
