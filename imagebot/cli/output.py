"""Where a command's answer and its remarks go: stdout and stderr."""

from __future__ import annotations

import io
import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from imagebot.errors import ImagebotError
    from imagebot.reports.table import Screen


def screen(arguments: Namespace, stream: TextIO | None = None) -> Screen:
    """What the answer is written to: its width, and whether colour may be used."""
    from imagebot.reports.table import Screen

    out = stream or sys.stdout
    terminal = out.isatty()
    width = shutil.get_terminal_size().columns if terminal else None
    return Screen(width, _colour(getattr(arguments, "color", "auto"), terminal, os.environ))


def _colour(wish: str, terminal: bool, environ: Mapping[str, str]) -> bool:  # noqa: FBT001 - a table of three inputs
    """The flag wins, then NO_COLOR, then FORCE_COLOR, then whether a terminal is there."""
    if wish != "auto":
        return wish == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE"):
        return True
    return terminal and environ.get("TERM") != "dumb"


def answer(text: str) -> None:
    """Write the answer of a command.

    What the stream cannot encode is written as an escape, which JSON reads back: a file name may hold
    any bytes.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")
    sys.stdout.flush()


def answer_json(document: Mapping[str, Any]) -> None:
    """Write the answer of a command as JSON."""
    import json

    answer(json.dumps(document, indent=2, ensure_ascii=False))


def note(text: str, *, quiet: bool = False) -> None:
    """Write a remark; the answer does not depend on it."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


def print_error(error: ImagebotError, output: str) -> None:
    """Write a failure to stderr, and under ``-o json`` as the answer too."""
    from imagebot.reports.text import error_text

    faults = getattr(error, "faults", ())
    if output == "json":
        from imagebot.reports.documents import error_document

        answer_json(error_document(error))
    if not faults:
        sys.stderr.write(error_text(error))
        return
    from imagebot.policies.faults import render_fault

    for fault in faults:
        sys.stderr.write(render_fault(fault))
    sys.stderr.write(error_text(error))
