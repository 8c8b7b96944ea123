"""``imagebot validate``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from imagebot.cli import options
from imagebot.cli.output import answer, answer_json
from imagebot.cli.source import open_source
from imagebot.errors import ConfigError

EXAMPLES = """\
examples:
  imagebot validate .
  imagebot validate . -o json
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_path(parser)
    options.add_common(parser, formats=("text", "json"))
    options.add_policies(parser)


def run(arguments: Namespace) -> int:
    """Report every fault of every file, or say that all is well."""
    configuration = open_source(arguments).configuration
    if not configuration.policies:
        raise ConfigError(
            f"no policy files found in {arguments.policies or f'{arguments.path}/policies'}",
            hint="`imagebot init` writes a first one; --policies names another folder",
            id="policies-missing",
        )
    files = sorted({policy.file for policy in configuration.policies})
    names = [policy.name for policy in configuration.policies]
    if arguments.output == "json":
        from imagebot.reports.documents import configuration_document

        answer_json(configuration_document(configuration))
        return 0
    noun = "policy" if len(names) == 1 else "policies"
    answer(f"Valid: {len(names)} {noun} ({', '.join(names)}) in {', '.join(files)}.")
    return 0
