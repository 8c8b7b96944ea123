"""``imagebot diff``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from imagebot.cli import options
from imagebot.cli.adapters import open_registries
from imagebot.cli.exit_codes import exit_code
from imagebot.cli.output import note, screen
from imagebot.cli.source import open_source

EXAMPLES = """\
examples:
  imagebot diff .
  imagebot diff . | git apply
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, formats=("text",))


def run(arguments: Namespace) -> int:
    """Write the plan as a unified diff to stdout, failures to stderr."""
    from imagebot.engine.edit import edited_files
    from imagebot.engine.planning import make_plan
    from imagebot.reports.diff import coloured, unified_diff
    from imagebot.reports.text import error_text

    source = open_source(arguments)
    with open_registries(source, arguments) as registries, source.known() as known:
        plan = make_plan(source.snapshot, source.configuration, registries, known)
    after = edited_files(source.snapshot, plan.smallest, plan.scan.rules)
    diff = unified_diff({path: source.snapshot.read(path) for path in after}, after)
    colour = screen(arguments).colour
    sys.stdout.buffer.write(coloured(diff) if colour else diff)
    sys.stdout.buffer.flush()
    for failure in plan.failures:
        note(error_text(failure.error).rstrip())
    return exit_code(plan)
