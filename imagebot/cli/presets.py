"""``imagebot presets``."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser, Namespace

from imagebot.cli import options
from imagebot.cli.output import answer, answer_json, screen
from imagebot.errors import UsageError

EXAMPLES = """\
examples:
  imagebot presets
  imagebot presets stable

A policy takes one by `extends: imagebot:stable`: docs/composing-policies.md
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("name", nargs="?", metavar="NAME", help="show the file of this preset")
    options.add_common(parser, formats=("text", "json"))


def run(arguments: Namespace) -> int:
    """List the presets with a line each, or show one."""
    from imagebot.policies import presets
    from imagebot.reports.presets import preset_document, presets_document, presets_text

    name = arguments.name and arguments.name.removeprefix(presets.PREFIX)
    if name and name not in presets.names():
        close = difflib.get_close_matches(name, presets.names(), n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(presets.names())}"
        raise UsageError(f"there is no preset {name!r}", hint=hint)
    if arguments.output == "json":
        answer_json(preset_document(name) if name else presets_document())
    else:
        answer(presets.content(name).decode() if name else presets_text(screen(arguments)))
    return 0
