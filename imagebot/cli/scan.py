"""``imagebot scan``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from imagebot.cli import options
from imagebot.cli.output import answer, answer_json, screen
from imagebot.cli.source import open_source

EXAMPLES = """\
examples:
  imagebot scan .
  imagebot scan . -o json | jq -r '.references[] | [.path, .line, .written] | @tsv'
  imagebot scan https://github.com/acme/config

No policy is needed. What was seen and not understood is listed with its reason.
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, registries=False)


def run(arguments: Namespace) -> int:
    """List every reference and everything not understood."""
    from imagebot.engine.scan import scan

    source = open_source(arguments)
    found = scan(source.snapshot, source.configuration)
    if arguments.output == "json":
        from imagebot.reports.documents import scan_document

        answer_json(scan_document(found))
    elif arguments.output == "markdown":
        from imagebot.reports.markdown import scan_markdown

        answer(scan_markdown(found))
    else:
        from imagebot.reports.text import scan_text

        answer(scan_text(found, screen(arguments)))
    return 0
