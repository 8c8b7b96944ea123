"""Entry point: parse, run one command, turn what it raises into text and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from imagebot.cli.commands import BY_NAME
from imagebot.cli.parser import build_parser, check_command
from imagebot.errors import ImagebotError

BUG = 70
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run imagebot; the exit code is one of those in ``imagebot --help``."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--print-completion"]:
        from imagebot.cli.completion import print_completion

        return print_completion(words[1:])
    parser = build_parser("")
    command = check_command(parser, words)
    if not command:
        parser.parse_args(words)  # answers --help and --version, refuses all else
        parser.print_help()
        return 0
    parsed = build_parser(command).parse_args(words)
    return _guarded(command, parsed)


def _guarded(command: str, parsed: object) -> int:
    try:
        code: int = import_module(BY_NAME[command].module).run(parsed)
        sys.stdout.flush()
    except ImagebotError as error:
        return _report(error, getattr(parsed, "output", "text"))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader has seen enough (`| head`); keep the interpreter from complaining at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _bug(error)
    return code


def _report(error: ImagebotError, output: str) -> int:
    from imagebot.cli.output import print_error

    print_error(error, output)
    return error.exit_code


def _bug(error: Exception) -> int:
    """Say that this is a bug; the trace only on demand, because it may show what is private."""
    if os.environ.get("IMAGEBOT_DEBUG"):
        raise error
    print(
        f"bug: imagebot failed in a way it should not: {type(error).__name__}\n"
        "  = help: run again with IMAGEBOT_DEBUG=1 for the trace, read it for secrets, and report it",
        file=sys.stderr,
    )
    return BUG
