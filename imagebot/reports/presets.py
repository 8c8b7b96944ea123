"""The presets that policies can extend."""

from __future__ import annotations

from typing import Any

from imagebot.policies import presets
from imagebot.reports.documents import FORMAT_VERSION
from imagebot.reports.table import Cell, Screen, table


def presets_text(screen: Screen) -> str:
    """A line for each: what a policy writes, and what it is for."""
    rows = [
        [Cell(f"{presets.PREFIX}{name}", "bold"), Cell(presets.summary(name))] for name in presets.names()
    ]
    return table(rows, screen)


def presets_document() -> dict[str, Any]:
    """``imagebot presets -o json``."""
    return {"format_version": FORMAT_VERSION, "presets": [_summed_up(name) for name in presets.names()]}


def preset_document(name: str) -> dict[str, Any]:
    """``imagebot presets NAME -o json``."""
    return {
        "format_version": FORMAT_VERSION,
        **_summed_up(name),
        "content": presets.content(name).decode(),
    }


def _summed_up(name: str) -> dict[str, str]:
    return {"name": name, "extends": f"{presets.PREFIX}{name}", "summary": presets.summary(name)}
