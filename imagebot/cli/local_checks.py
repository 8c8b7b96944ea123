"""What of this machine imagebot relies on: Git and the cache folder."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from imagebot.diagnosis import Check
from imagebot.errors import RepositoryError
from imagebot.repository.command import Git

OLDEST_GIT = (2, 31)
"""The first that takes settings from the environment (``GIT_CONFIG_COUNT``), as the token is handed to it."""

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


def local_checks(cache: Path) -> Iterator[Check]:
    """The checks, in the order they are shown."""
    yield git_check()
    yield cache_check(cache)


def git_check() -> Check:
    """Git's version."""
    try:
        told = Git(Path(), {})("--version").text
    except RepositoryError as error:
        return Check("Git", "cannot be used", error=error)
    version = re.search(r"([0-9]+)\.([0-9]+)[0-9.]*", told)
    if version and (int(version[1]), int(version[2])) < OLDEST_GIT:
        wanted = ".".join(map(str, OLDEST_GIT))
        message = f"version {version[0]} cannot be handed a token: that came with {wanted}"
        old = RepositoryError(message, hint=f"install Git {wanted} or newer")
        return Check("Git", "is too old", error=old)
    return Check("Git", version[0] if version else told)


def cache_check(folder: Path) -> Check:
    """Whether the cache folder can be written, and how large it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        hint = (
            "name another with --cache: without one no Git URL can be read, and all is asked anew each time"
        )
        return Check("cache", f"{folder} cannot be written: {error.strerror}", hint)
    return Check("cache", f"{folder}, {_shown(_size(folder))}")


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; what goes away meanwhile, or cannot be read, counts as nothing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += (Path(parent) / name).lstat().st_size
            except OSError:
                continue
    return size


def _shown(size: int) -> str:
    return f"{size / MEBIBYTE:.1f} MiB" if size >= MEBIBYTE else f"{size / KIBIBYTE:.0f} KiB"
