"""``imagebot init``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from imagebot.cli import options
from imagebot.cli.output import answer, note
from imagebot.cli.source import is_url
from imagebot.errors import UsageError

EXAMPLES = """\
examples:
  imagebot init .
  imagebot init . --print      look first
"""
FIRST_FILE = "policies/images.yaml"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_path(parser)
    parser.add_argument("--print", action="store_true", help="print the file instead of writing it")


def run(arguments: Namespace) -> int:
    """Write a first policy file for the images of a folder."""
    from imagebot.engine.configuration import is_policy_path
    from imagebot.engine.scan import scan
    from imagebot.policies.first import first_policy
    from imagebot.policies.policy import Configuration
    from imagebot.repository.folder import Folder

    if is_url(arguments.path):
        raise UsageError("init writes into a folder, and PATH is a URL", hint="clone it first")
    root = Path(arguments.path)
    folder = Folder(root)
    present = next((entry.path for entry in folder.files() if is_policy_path(entry.path)), None)
    if present and not arguments.print:
        raise UsageError(
            f"there is a policy file already: {present}", hint="see it with --print, or edit yours"
        )
    found = scan(folder, Configuration())
    text = first_policy([item.reference for item in found.references])
    if arguments.print:
        answer(text)
        return 0
    path = root / FIRST_FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    answer(str(path))
    note("Next: read it, then `imagebot validate` and `imagebot plan`.")
    return 0
