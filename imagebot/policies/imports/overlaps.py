"""Rules of which later ones change what earlier ones said, as policies of which the first one counts.

A part is what a rule matches, or what several rules match all. It stands before the parts that hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from imagebot.policies.imports.extract import NotExpressible
from imagebot.policies.imports.glob_sets import common_images, common_paths, image_holds, path_holds

PARTS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Part:
    """A set of references.

    Attributes:
        image: Glob on normalised names.
        paths: Globs on files; empty for everywhere.
        origin: The last rule that it comes from; -1 for the settings of all.
    """

    image: str
    paths: tuple[str, ...]
    origin: int = field(compare=False)

    def holds(self, other: Part) -> bool:
        """Whether every reference of another part is one of this."""
        return image_holds(self.image, other.image) and _within(other.paths, self.paths)

    def common(self, other: Part) -> list[Part]:
        """What is in both; nothing where no reference can be.

        Raises:
            NotExpressible: If no few globs can say it.
        """
        images = common_images(self.image, other.image)
        paths = common_files(self.paths, other.paths) if images else None
        origin = max(self.origin, other.origin)
        return [] if paths is None else [Part(image, paths, origin) for image in images]


def common_files(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...] | None:
    """Globs for the files that two lists of globs match both; None for none, an empty list is every file.

    Raises:
        NotExpressible: If no few globs can say it.
    """
    if not some or not others:
        return some or others
    if _within(some, others) or _within(others, some):
        return some if _within(some, others) else others
    found = dict.fromkeys(glob for one, two in product(some, others) for glob in common_paths(one, two))
    return tuple(sorted(found)) or None


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts.

    Attributes:
        found: The smaller before the larger.
    """

    found: tuple[Part, ...]
    known: frozenset[Part]

    def takes_from(self, other: Part, part: Part) -> bool:
        """Whether nothing of another part is left in this one, once smaller parts have had theirs."""
        try:
            common = other.common(part)
        except NotExpressible:
            return False
        return part not in common and all(one in self.known for one in common)


def parts(rules: Iterable[Part]) -> Parts:
    """Every part of rules, and what they have in common, as far as globs can say it."""
    found: dict[Part, Part] = {}
    waiting = list(rules)[::-1]
    while waiting and len(found) < PARTS_LIMIT:
        part = waiting.pop()
        known = found.get(part)
        if known is not None and known.origin >= part.origin:
            continue
        if known is None:
            waiting += [common for other in found.values() for common in _crossing(part, other)]
        found.pop(part, None)
        found[part] = part
    everything = list(found)
    ordered = sorted(everything, key=lambda part: (-depth(part, everything), -part.origin))
    return Parts(tuple(ordered), frozenset(ordered))


def depth(part: Part, everything: Sequence[Part]) -> int:
    """In how many parts a part lies."""
    return sum(other.holds(part) for other in everything)


def _crossing(one: Part, two: Part) -> list[Part]:
    if one.holds(two) or two.holds(one):
        return []
    try:
        return one.common(two)
    except NotExpressible:
        return []


def _within(paths: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether every file of some globs is one of others; no globs mean every file."""
    if not others:
        return True
    return bool(paths) and all(any(path_holds(other, path) for other in others) for path in paths)
