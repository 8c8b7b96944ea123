"""Rules of which later ones change what earlier ones said, as policies of which the first one counts.

A part is what a rule matches, or what two rules match both. Each part gets the settings of all rules that
hold it whole, and stands before the parts that hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import combinations

PARTS_LIMIT = 500
_WILD = "*?["


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
    origin: int

    def holds(self, other: Part) -> bool:
        """Whether every reference of another part is one of this."""
        return _holds(self.image, other.image) and _within(other.paths, self.paths)

    def is_apart_from(self, other: Part) -> bool:
        """Whether no reference can be in both."""
        if _apart(self.image, other.image):
            return True
        pairs = [(one, two) for one in self.paths for two in other.paths]
        return bool(pairs) and all(_apart(one, two) for one, two in pairs)

    def common(self, other: Part) -> Part | None:
        """What is in both, if a glob can say it."""
        images = [a for a, b in ((self.image, other.image), (other.image, self.image)) if _holds(b, a)]
        if not images:
            return None
        pairs = ((self.paths, other.paths), (other.paths, self.paths))
        paths = [these for these, those in pairs if _within(these, those)]
        return Part(images[0], paths[0], max(self.origin, other.origin)) if paths else None


def parts(rules: Iterable[Part]) -> tuple[list[Part], list[tuple[Part, Part]]]:
    """Every part, the smaller before the larger, and the pairs whose common part no glob can say."""
    found: dict[tuple[str, tuple[str, ...]], Part] = {}
    for part in rules:
        _add(found, part)
    lost = []
    for one, two in combinations(list(found.values()), 2):
        if one.holds(two) or two.holds(one) or one.is_apart_from(two):
            continue
        common = one.common(two)
        if common is None or len(found) >= PARTS_LIMIT:
            lost.append((one, two))
        else:
            _add(found, common)
    everything = list(found.values())
    return sorted(everything, key=lambda part: (-depth(part, everything), -part.origin)), lost


def depth(part: Part, everything: Sequence[Part]) -> int:
    """In how many parts a part lies."""
    return sum(other.holds(part) for other in everything)


def _add(found: dict[tuple[str, tuple[str, ...]], Part], part: Part) -> None:
    known = found.get((part.image, part.paths))
    if known is None or known.origin < part.origin:
        found[part.image, part.paths] = part


def _holds(glob: str, other: str) -> bool:
    if glob in {"*", other}:
        return True
    if not _is_wild(other):
        return fnmatchcase(other, glob)
    head = glob[:-1]
    return glob.endswith("*") and not _is_wild(head) and _literal(other).startswith(head)


def _apart(one: str, two: str) -> bool:
    wild = [_is_wild(one), _is_wild(two)]
    if not any(wild):
        return one != two
    if not all(wild):
        exact, glob = (two, one) if wild[0] else (one, two)
        return not fnmatchcase(exact, glob)
    heads, tails = (_literal(one), _literal(two)), (_literal(one[::-1]), _literal(two[::-1]))
    return any(not a.startswith(b) and not b.startswith(a) for a, b in (heads, tails))


def _within(paths: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether every file of some globs is one of others; no globs mean every file."""
    if not others:
        return True
    return bool(paths) and all(any(_below(path, other) for other in others) for path in paths)


def _below(path: str, other: str) -> bool:
    return path == other or (
        other.endswith("/**") and _literal(path).startswith(_literal(other[:-2])) and not _is_wild(other[:-2])
    )


def _literal(glob: str) -> str:
    """What stands before the first wildcard; a bracket of a glob read backwards is one too."""
    return glob[: min((glob.find(sign) for sign in f"{_WILD}]" if sign in glob), default=len(glob))]


def _is_wild(glob: str) -> bool:
    return any(sign in glob for sign in _WILD)
