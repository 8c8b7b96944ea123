"""``imagebot resume``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from imagebot.cli import options
from imagebot.cli.adapters import open_bot
from imagebot.cli.output import answer
from imagebot.cli.source import open_target

EXAMPLES = """\
examples:
  imagebot resume 12                    what was closed, reverted, skipped or held in #12 may come back
  imagebot resume staging/web           in all pull requests of that proposal
  imagebot resume imagebot/staging/web https://git.acme.example/config --forge git

The same as `/imagebot resume` in a comment, for forges without comments and for scripts.
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("what", metavar="NUMBER|PROPOSAL|BRANCH", help="what `imagebot status` calls it")
    options.add_path(parser)
    options.add_common(parser, formats=("text",))
    options.add_source(parser)
    options.add_forge(parser)


def run(arguments: Namespace) -> int:
    """Free what people turned down or held."""
    from imagebot.engine.resuming import resume

    bot = open_bot(open_target(arguments), arguments)
    freed = list(resume(arguments.what, bot))
    for outcome in freed:
        name = f"#{outcome.number}" if outcome.number else outcome.branch
        answer(f"{name}: {outcome.reason}; the next run proposes what policies allow")
    if not freed:
        answer("Nothing was held back there.")
    return 0
