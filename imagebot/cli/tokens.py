"""The forge's token: from the environment only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagebot.errors import ForgeDenied

NAMES = ("GITHUB_TOKEN", "GH_TOKEN")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it came from; the value never shows in a repr."""

    value: str | None = field(repr=False)
    source: str


def forge_token(environ: Mapping[str, str]) -> Token:
    """The first token of ``GITHUB_TOKEN``, ``GITHUB_TOKEN_FILE``, ``GH_TOKEN``, ``GH_TOKEN_FILE``.

    Raises:
        ForgeDenied: If a file that is named cannot be read.
    """
    for name in NAMES:
        if value := environ.get(name, "").strip():
            return Token(value, name)
        if path := environ.get(f"{name}_FILE"):
            return Token(_read(Path(path), f"{name}_FILE"), f"{name}_FILE")
    return Token(None, f"the environment ({', '.join(NAMES)} are not set)")


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ForgeDenied(
            f"cannot read the token file that {name} names: {path}",
            hint="check that the file is mounted and readable",
        ) from error
