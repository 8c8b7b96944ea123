"""``imagebot schema``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from imagebot.cli.output import answer_json

EXAMPLES = """\
examples:
  imagebot schema > policy.schema.json
  imagebot schema settings > imagebot.schema.json

In a policy file, an editor with the YAML language server takes it by a first line such as
  # yaml-language-server: $schema=../policy.schema.json
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "file",
        nargs="?",
        choices=("policy", "settings"),
        default="policy",
        help="policy files (default) or imagebot.yaml",
    )


def run(arguments: Namespace) -> int:
    """Print the draft-07 JSON Schema."""
    from imagebot.policies.schema import json_schema, settings_schema

    answer_json(json_schema() if arguments.file == "policy" else settings_schema())
    return 0
