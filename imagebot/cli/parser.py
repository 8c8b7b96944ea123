"""The argument parser: built from the table of commands, each command's part only when needed."""

from __future__ import annotations

import argparse
import difflib
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import groupby
from typing import NoReturn

from imagebot import __version__
from imagebot.cli.commands import BY_NAME, COMMANDS, Command

TRUE_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "0": False,
    "false": False,
    "no": False,
    "": False,
}

EPILOG = """\
examples:
  imagebot demo                       see it work, nothing set up
  imagebot scan .                     which images does this repository deploy?
  imagebot init . && imagebot plan .  a first policy, and what it would change
  imagebot apply . --local            edit the files here, to look at with git diff
  imagebot run https://github.com/acme/config --every 5m

exit codes:
  0 done   1 failed   2 usage or invalid configuration, nothing attempted
  4 credentials missing or refused   5 partly done   10 updates pending (plan --exit-code)
  70 a bug   130/143 interrupted

Every option can be set by the environment: IMAGEBOT_ and its name (--cache DIR: IMAGEBOT_CACHE=DIR).
IMAGEBOT_DEBUG=1 shows the trace of a bug.
"""


class Parser(argparse.ArgumentParser):
    """An argument parser that suggests what was meant.

    Unknown options of a command are reported by the parser of all commands, which does not know the
    command's own: it looks for them below.
    """

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, suggest what was meant, and exit with 2."""
        super().error(message + self._suggestion(message))

    def _suggestion(self, message: str) -> str:
        _, found, words = message.partition("unrecognized arguments: ")
        close = difflib.get_close_matches(words.split(" ")[0].split("=")[0], self._options(), n=1)
        return f" (did you mean {close[0]}?)" if found and close else ""

    def _options(self) -> list[str]:
        found: list[str] = []
        for action in self._actions:
            found += action.option_strings
            below = action.choices.values() if isinstance(action.choices, dict) else ()
            for parser in below:
                found += [option for own in parser._actions for option in own.option_strings]  # noqa: SLF001 - argparse has no public way to list them
        return found


def build_parser(wanted: str | None, environ: Mapping[str, str] = os.environ) -> argparse.ArgumentParser:
    """The parser, with the arguments of one command, or of all if ``wanted`` is None."""
    parser = Parser(
        prog="imagebot",
        description=_description(),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="imagebot COMMAND [options]",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=version_text())
    commands = parser.add_subparsers(
        dest="command",
        prog="imagebot",
        metavar="COMMAND",
        help=None if wanted is None else argparse.SUPPRESS,
        parser_class=Parser,
    )
    for command in COMMANDS:
        added = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if wanted in {None, command.name}:
            import_module(command.module).configure(added)
            take_environment(added, environ)
    return parser


def check_command(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> str:
    """The command named by the arguments, or an empty string before any; exits on an unknown one."""
    first = next((word for word in arguments if not word.startswith("-")), "")
    if first and first not in BY_NAME:
        close = difflib.get_close_matches(first, BY_NAME, n=1)
        meant = f" (did you mean {close[0]}?)" if close else ""
        parser.error(f"there is no command {first!r}{meant}; see imagebot --help")
    return first


def take_environment(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """Let ``IMAGEBOT_<OPTION>`` stand in for an option that is not given."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list them
        long = next((option for option in action.option_strings if option.startswith("--")), None)
        if long is None or action.dest == "help":
            continue
        name = "IMAGEBOT_" + long[2:].replace("-", "_").upper()
        if action.help:
            action.help += f" [env: {name}]"
        if name in environ:
            action.default = _default(parser, action, name, environ[name])
            action.required = False


def _default(parser: argparse.ArgumentParser, action: argparse.Action, name: str, value: str) -> str | bool:
    if action.nargs == 0:
        if value.lower() not in TRUE_WORDS:
            parser.error(f"{name} is {value!r}: write true or false")
        return TRUE_WORDS[value.lower()]
    if action.choices and value not in action.choices:
        parser.error(f"{name} is {value!r}: choose from {', '.join(map(str, action.choices))}")
    return value


def version_text() -> str:
    """Version of imagebot, Python and the platform."""
    system = f"{platform.system()} {platform.machine()}"
    return f"imagebot {__version__} (Python {platform.python_version()}, {system})"


def _description() -> str:
    lines = ["Propose container image updates to a config repository as pull requests.", ""]
    for group, commands in groupby(COMMANDS, key=_group):
        lines.append(f"{group}:")
        lines += [f"  {command.name:<10} {command.summary}" for command in commands]
        lines.append("")
    return "\n".join([*lines, "See imagebot COMMAND --help for the options of a command."])


def _group(command: Command) -> str:
    return command.group
