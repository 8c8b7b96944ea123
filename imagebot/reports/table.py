"""Tables that fit: plain columns in a terminal, whole lines in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from imagebot.untrusted import clean

LINE = 100_000
"""Columns that are never reached: lines are not cut here."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What the text is written to.

    Attributes:
        width: Columns, or None where nothing cuts lines (a pipe or a file).
        colour: Whether colour may be used; it never carries meaning alone.
    """

    width: int | None = None
    colour: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text from anywhere with a style of ours; control characters are dropped."""

    text: str
    style: str = ""


Row = Sequence[Cell]


def table(rows: Sequence[Row], screen: Screen, *, droppable: Sequence[int] = ()) -> str:
    """Rows as aligned columns.

    Args:
        rows: Cells of equal number.
        screen: Where it is shown.
        droppable: Columns to leave out, the first first, until the rest fits the width. What is still
            too wide runs on, and the terminal wraps it: every place and name can be copied whole.
    """
    if not rows:
        return ""
    columns = list(range(len(rows[0])))
    for candidate in droppable:
        if screen.width is None or _natural_width(rows, columns) <= screen.width:
            break
        columns.remove(candidate)
    grid = Table.grid(padding=(0, 2))
    for _ in columns:
        grid.add_column(no_wrap=True)
    for row in rows:
        grid.add_row(*(_text(row[column]) for column in columns))
    return _render(grid, screen)


def styled(text: str, style: str, screen: Screen) -> str:
    """One piece of text in a style, if colour is allowed."""
    return _render(Text(text, style=style), screen).rstrip("\n") if screen.colour else text


def _text(cell: Cell) -> Text:
    return Text(clean(cell.text, 1000), style=cell.style)


def _natural_width(rows: Sequence[Row], columns: Sequence[int]) -> int:
    widths = (max(_text(row[column]).cell_len for row in rows) for column in columns)
    return sum(widths) + 2 * (len(columns) - 1)


def _render(renderable: Table | Text, screen: Screen) -> str:
    out = StringIO()
    console = Console(
        file=out,
        width=LINE,
        force_terminal=screen.colour,
        no_color=not screen.colour,
        color_system="standard" if screen.colour else None,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    console.print(renderable, soft_wrap=isinstance(renderable, Text))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
