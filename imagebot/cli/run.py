"""``imagebot run``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from imagebot.cli import options
from imagebot.cli.apply import apply_cycle
from imagebot.cli.output import note, print_error
from imagebot.errors import ImagebotError, UsageError

EXAMPLES = """\
examples:
  imagebot run https://github.com/acme/config --once       for a CronJob
  imagebot run https://github.com/acme/config --every 5m   for a Deployment

On SIGTERM the pull request under way is finished, then imagebot stops; a second signal stops at once.
"""
SIGNAL_BASE = 128


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser)
    options.add_forge(parser)
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--once", action="store_true", help="run one cycle and leave with its exit code")
    when.add_argument("--every", metavar="TIME", help="run a cycle now and then every 90s, 5m, 1h30m ...")
    parser.set_defaults(dry_run=False, plan=None)


def run(arguments: Namespace) -> int:
    """Run cycles until told to stop."""
    from imagebot.service.loop import Stop, interval_s, run_every, stop_on_signals

    if bool(arguments.once) == bool(arguments.every):
        raise UsageError("say how often: --once or --every TIME", hint="imagebot run --every 5m")
    stop = Stop()
    with stop_on_signals(stop):
        if arguments.once:
            code = apply_cycle(arguments, stop)
        else:
            code = 0
            run_every(interval_s(arguments.every), lambda: _cycle(arguments, stop), stop)
    return SIGNAL_BASE + stop.signal if stop.signal else code


def _cycle(arguments: Namespace, stop: Callable[[], bool]) -> None:
    """One cycle of the loop; a failing one is reported and the next one comes all the same."""
    try:
        code = apply_cycle(arguments, stop)
    except ImagebotError as error:
        print_error(error, arguments.output)
        code = error.exit_code
    note(f"cycle done: exit code {code}; next in {arguments.every}", quiet=arguments.quiet)
