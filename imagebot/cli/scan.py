"""``imagebot scan``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.output import answer, answer_json, screen
from imagebot.cli.source import open_source
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from imagebot.plan import Scan
    from imagebot.repository.protocol import Snapshot

EXAMPLES = """\
examples:
  imagebot scan .
  imagebot scan . -o json | jq -r '.references[] | [.path, .line, .written] | @tsv'
  imagebot scan https://github.com/acme/config

  imagebot scan . --why envs/prod/web.yaml:17      why is this line (not) seen?

No policy is needed. What was seen and not understood is listed with its reason.
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, registries=False)
    parser.add_argument("--why", metavar="FILE:LINE", help="say what imagebot makes of one line")


def run(arguments: Namespace) -> int:
    """List every reference and everything not understood."""
    from imagebot.engine.scan import scan

    source = open_source(arguments)
    with source.known() as known:
        found = scan(source.snapshot, source.configuration, known)
    if arguments.why:
        return _why(arguments, source.snapshot, found)
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


def _why(arguments: Namespace, snapshot: Snapshot, found: Scan) -> int:
    from imagebot.engine.why import why
    from imagebot.reports.documents import here_document
    from imagebot.reports.text import here_text

    path, _, line = arguments.why.rpartition(":")
    if not path or not line.isdecimal() or int(line) < 1:
        raise UsageError(
            f"--why {arguments.why}: a file and a line are wanted", hint="such as envs/prod/web.yaml:17"
        )
    here = why(snapshot, found, path.removeprefix("./"), int(line))
    if arguments.output == "json":
        answer_json(here_document(here))
    else:
        answer(here_text(here))
    return 0
