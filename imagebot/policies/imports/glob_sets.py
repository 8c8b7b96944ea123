"""What two globs match both, and whether one matches all that another does.

Globs are read as the policies read them: on images ``*`` crosses ``/``; on paths only ``**`` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from imagebot.policies.imports.extract import NotExpressible

_LIMIT = 16
"""Globs that the common part of two may need."""
_LENGTH = 200
"""Pieces of two globs that are compared."""
_WILD = re.compile(r"[*?\[]")
_CHARS = re.compile(r"\[[^\]]+\]|.", re.DOTALL)

Pieces = tuple[str, ...]


@lru_cache(maxsize=65536)
def common_images(one: str, two: str) -> Pieces:
    """Globs for the images that both globs match; none if there can be no such image.

    Raises:
        NotExpressible: If too many would be needed.
    """
    if image_holds(one, two) or image_holds(two, one):
        return (two,) if image_holds(one, two) else (one,)
    if not _WILD.search(one) or not _WILD.search(two):
        return ()
    found = _common(_chars(one), _chars(two), "*", _common_chars)
    return _largest(["".join(pieces) for pieces in found], image_holds)


@lru_cache(maxsize=65536)
def common_paths(one: str, two: str) -> Pieces:
    """The same for files.

    Raises:
        NotExpressible: If too many would be needed.
    """
    if path_holds(one, two) or path_holds(two, one):
        return (two,) if path_holds(one, two) else (one,)
    found = _common(_folders(one), _folders(two), "**", _common_names)
    return _largest([_joined(pieces) for pieces in found], path_holds)


@lru_cache(maxsize=65536)
def image_holds(glob: str, other: str) -> bool:
    """Whether a glob matches every image that another one does; also no where it cannot be told."""
    if glob in {"*", other}:
        return True
    if not _WILD.search(other):
        return fnmatchcase(other, glob)
    return _WILD.search(glob) is not None and _holds(_chars(glob), _chars(other), "*", _char_holds)


@lru_cache(maxsize=65536)
def path_holds(glob: str, other: str) -> bool:
    """The same for files."""
    return glob == other or _holds(_folders(glob), _folders(other), "**", _name_holds)


def _common(one: Pieces, two: Pieces, star: str, unit: Callable[[str, str], Pieces]) -> list[Pieces]:
    if len(one) + len(two) > _LENGTH:
        raise NotExpressible("the globs are too long to be compared")
    return list(_Table(one, two, star, unit).at(0, 0))


@dataclass(slots=True)
class _Table:
    """The common globs of what stands behind each place in one glob and each place in another."""

    one: Pieces
    two: Pieces
    star: str
    unit: Callable[[str, str], Pieces]
    known: dict[tuple[int, int], dict[Pieces, None]] = field(default_factory=dict)

    def at(self, i: int, j: int) -> dict[Pieces, None]:
        """The globs from two places on."""
        if (i, j) not in self.known:
            a, b = "".join(self.one[i : i + 1]), "".join(self.two[j : j + 1])
            steps = self._star(a, b, i, j) if self.star in {a, b} else self._step(a, b, i, j)
            self.known[i, j] = found = dict.fromkeys(steps)
            if len(found) > _LIMIT:
                raise NotExpressible("no few globs can name what both match")
        return self.known[i, j]

    def _step(self, a: str, b: str, i: int, j: int) -> Iterator[Pieces]:
        if not a and not b:
            yield ()
        elif a and b:
            yield from ((piece, *rest) for piece in self.unit(a, b) for rest in self.at(i + 1, j + 1))

    def _star(self, a: str, b: str, i: int, j: int) -> Iterator[Pieces]:
        """A star matches nothing more, or what the other glob has next."""
        if a == b:
            for rest in (*self.at(i + 1, j), *self.at(i, j + 1)):
                yield rest if rest[:1] == (a,) else (a, *rest)
            return
        ended, longer = ((i + 1, j), (i, j + 1)) if a == self.star else ((i, j + 1), (i + 1, j))
        yield from self.at(*ended)
        other = b if a == self.star else a
        yield from ((other, *rest) for rest in self.at(*longer)) if other else ()


def _holds(glob: Pieces, other: Pieces, star: str, unit: Callable[[str, str], bool]) -> bool:
    """Piece by piece: what another glob leaves open, only something as open matches."""
    reached = {0}
    for piece in ("", *other):
        if piece:
            reached = {
                at if glob[at] == star else at + 1
                for at in reached
                if at < len(glob) and (glob[at] == star or (piece != star and unit(glob[at], piece)))
            }
        for at, own in enumerate(glob):
            if own == star and at in reached:
                reached.add(at + 1)
    return len(glob) in reached


def _largest(globs: list[str], holds: Callable[[str, str], bool]) -> Pieces:
    found = dict.fromkeys(globs)
    return tuple(one for one in found if not any(two != one and holds(two, one) for two in found))


def _chars(glob: str) -> Pieces:
    return tuple(_CHARS.findall(re.sub(r"\*+", "*", glob)))


def _folders(glob: str) -> Pieces:
    """Components; a ``**`` at the end needs at least one name, and is ``**/*``."""
    pieces = (glob + "**" if glob.endswith("/") else glob).removeprefix("./").split("/")
    return (*pieces, "*") if pieces[-1] == "**" else tuple(pieces)


def _joined(pieces: Pieces) -> str:
    return "/".join(pieces[:-1] if pieces[-2:] == ("**", "*") else pieces)


def _common_chars(one: str, two: str) -> Pieces:
    if _char_holds(one, two):
        return (two,)
    if _char_holds(two, one):
        return (one,)
    if len(one) > 1 and len(two) > 1:
        raise NotExpressible("two sets of characters have no common one that a glob can say")
    return ()


def _char_holds(one: str, two: str) -> bool:
    return one in {two, "?"} or (len(one) > 1 and len(two) == 1 and two != "?" and fnmatchcase(two, one))


def _common_names(one: str, two: str) -> Pieces:
    found = _common(_letters(one), _letters(two), "*", _common_chars)
    return tuple("".join(pieces) for pieces in found)


def _name_holds(one: str, two: str) -> bool:
    return _holds(_letters(one), _letters(two), "*", _char_holds)


def _letters(name: str) -> Pieces:
    """In names of files a bracket is a bracket."""
    return tuple(re.sub(r"\*+", "*", name))
