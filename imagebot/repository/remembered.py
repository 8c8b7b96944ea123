"""What earlier runs found in files, kept in the cache folder: deleting it loses nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

import imagebot.descriptors
from imagebot import __version__
from imagebot.descriptors.find import NOTHING, Found

_SETTINGS = frozenset({"compose", "env-file", "flux"})
"""Groups of variables that hold whatever an application is set up with, passwords among it."""

Files = dict[tuple[str, str], Found]
"""What files hold, by what tells their contents apart and their path."""


@dataclass(frozen=True, slots=True)
class _Stored:
    made_by: str
    files: dict[str, Found | None]


class Remembered:
    """The findings of one config repository.

    Args:
        folder: Cache folder.
        location: Where the repository is: a folder or a URL.
        rules: The rules that files are read with, as text: with others, what was found counts no more.
    """

    def __init__(self, folder: Path, location: str, rules: str) -> None:
        name = hashlib.sha256(location.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._path = folder / f"found-{name}.json"
        self._made_by = hashlib.sha256(f"{__version__} {_code()} {rules}".encode()).hexdigest()
        self._before: frozenset[str] = frozenset()

    def load(self) -> Files:
        """What was found before; nothing where that cannot be read, or was found by other rules."""
        try:
            stored = _adapter().validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return {}
        if stored.made_by != self._made_by:
            return {}
        self._before = frozenset(stored.files)
        return {_pair(key): found or NOTHING for key, found in stored.files.items()}

    def save(self, files: Files) -> None:
        """Keep what was found, if it is not what was kept already. A cache that cannot be written is none.

        Files with settings of applications are left out, and read again each time: no value of a ``.env`` is
        copied anywhere.
        """
        now = {
            " ".join(key): (None if found == NOTHING else found)
            for key, found in files.items()
            if key[0] and not any(variable.group in _SETTINGS for variable in found.variables)
        }
        if now.keys() == self._before:
            return
        try:
            content = _adapter().dump_json(_Stored(self._made_by, now))
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".found-", dir=self._path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(self._path)
        except (OSError, ValueError):  # a path that is no text is a ValueError
            return


def _pair(key: str) -> tuple[str, str]:
    blob, _, path = key.partition(" ")
    return blob, path


def _adapter() -> TypeAdapter[_Stored]:
    return TypeAdapter(_Stored)


def _code() -> str:
    """What tells one state of the code from another, also while it is being worked on."""
    folder = Path(imagebot.descriptors.__file__).parent
    found = sorted((path.name, path.stat()) for path in folder.glob("*.py"))
    return " ".join(f"{name}-{stat.st_size}-{stat.st_mtime_ns}" for name, stat in found)
