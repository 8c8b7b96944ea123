"""What the sections of a body are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagebot.evidence import SourceChanges
    from imagebot.forges.values import Abilities
    from imagebot.plan import Asked, Update

Aim = tuple[str, str]
"""An image by its normalised name, and the tag that it moves to."""


@dataclass(frozen=True, slots=True)
class Page:
    """One proposal, and what is known around it.

    Attributes:
        changes: What changed in the sources of images.
        elsewhere: Environments that stay where they are, each with its tag, by image.
        files_url: Where a person reads the files of the base, up to their path; empty if unknown.
        limit: Characters of the whole body.
    """

    updates: Sequence[Update]
    abilities: Abilities
    limit: int
    asked: Asked | None = None
    changes: Mapping[Aim, SourceChanges] = field(default_factory=dict)
    elsewhere: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    files_url: str = ""

    @property
    def commands(self) -> bool:
        """Whether comments are read and obeyed."""
        return takes_commands(self.abilities)

    def folded(self, summary: str, text: str) -> str:
        """A part that a reader opens where the forge can fold; else under its summary.

        Args:
            summary: Ours, without markup.
            text: Markdown.
        """
        if self.abilities.folds:
            return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"
        return f"**{summary}**\n\n{text}"


def takes_commands(abilities: Abilities) -> bool:
    """Whether a forge has comments, and tells whose may be obeyed."""
    return abilities.comments and abilities.permissions


def rows_that_fit(rows: Sequence[str], room: int) -> list[str]:
    """The first rows of a table, at least one, that take no more characters than there is room for."""
    fitting: list[str] = []
    for row in rows:
        room -= len(row) + 1
        if room < 0 and fitting:
            break
        fitting.append(row)
    return fitting
