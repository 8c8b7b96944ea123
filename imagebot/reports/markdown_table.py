"""A Markdown table of cells that are escaped already."""

from __future__ import annotations

from collections.abc import Sequence


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, shown: int | None = None) -> str:
    """A table, or nothing where there is no row.

    Args:
        head: Names of the columns.
        rows: Cells, escaped.
        shown: Rows at most; a sentence counts those that are left out.
    """
    if not rows:
        return ""
    some = rows if shown is None else rows[:shown]
    lines = [head, ("---",) * len(head), *some]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines) if some else ""
    return "\n\n".join(part for part in (table, and_more(len(rows) - len(some))) if part)


def and_more(number: int) -> str:
    """How many are left out; empty if none is."""
    return f"and {number} more" if number else ""
