"""``imagebot status``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from imagebot.cli import options
from imagebot.cli.adapters import open_bot
from imagebot.cli.output import answer, answer_json, screen
from imagebot.cli.source import open_target

EXAMPLES = """\
examples:
  imagebot status .
  imagebot status https://github.com/acme/config
  imagebot status . -o json | jq -r '.open[] | select(.state == "hands-off") | .url'

No registry is asked. Everything is read from the forge and the base branch, nothing is written.
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_path(parser)
    options.add_common(parser)
    options.add_source(parser)
    options.add_forge(parser)


def run(arguments: Namespace) -> int:
    """Tell what is open, turned down and on hold."""
    from imagebot.engine.scan import scan
    from imagebot.engine.status import standing

    target = open_target(arguments)
    bot = open_bot(target, arguments)
    with target.source.known() as known:
        scanned = scan(target.source.snapshot, target.source.configuration, known)
    found = standing(bot, scanned)
    if arguments.output == "json":
        from imagebot.reports.status import status_document

        answer_json(status_document(found))
    elif arguments.output == "markdown":
        from imagebot.reports.status_markdown import status_markdown

        answer(status_markdown(found))
    else:
        from imagebot.reports.status import status_text

        answer(status_text(found, screen(arguments)))
    return 0
