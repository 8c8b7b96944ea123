"""Presets: defaults for the ways in which images are commonly tagged, one file each.

A preset is a policy file without policies: a comment that says what it is for, ``defaults``, and ``tests``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

PREFIX = "imagebot:"
"""What ``extends`` writes before the name of a preset."""

_ENDING = ".yaml"


@cache
def names() -> tuple[str, ...]:
    """The presets there are, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING)))


@cache
def content(name: str) -> bytes:
    """The file of a preset, by one of the names there are."""
    return (files(__name__) / f"{name}{_ENDING}").read_bytes()


def summary(name: str) -> str:
    """What a preset is for: the first line of its comment."""
    return content(name).decode().partition("\n")[0].removeprefix("#").strip()
