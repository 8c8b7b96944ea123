"""``imagebot run``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from imagebot.cli import options
from imagebot.cli.apply import apply_cycle
from imagebot.cli.exit_codes import DONE, PARTLY
from imagebot.cli.output import note, print_error
from imagebot.errors import ImagebotError, UsageError
from imagebot.untrusted import without_secrets

EXAMPLES = """\
examples:
  imagebot run https://github.com/acme/config --once       for a CronJob
  imagebot run https://github.com/acme/config --every 5m   for a Deployment
  imagebot run https://github.com/acme/config https://github.com/acme/edge --once

Of several repositories each is a run of its own: one that fails stops no other, and the exit code is 0 if
none failed, 5 if one went through, else the first failure's.

On SIGTERM the pull request under way is finished, then imagebot stops; a second signal stops at once.
"""
SIGNAL_BASE = 128


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, several=True)
    options.add_forge(parser)
    options.add_signing(parser)
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--once", action="store_true", help="run one cycle and leave with its exit code")
    when.add_argument("--every", metavar="TIME", help="run a cycle now and then every 90s, 5m, 1h30m ...")
    parser.set_defaults(dry_run=False, plan=None, urgent=False)


def run(arguments: Namespace) -> int:
    """Run cycles until told to stop."""
    from imagebot.service.loop import Stop, interval_s, run_every, stop_on_signals

    if bool(arguments.once) == bool(arguments.every):
        raise UsageError("say how often: --once or --every TIME", hint="imagebot run --every 5m")
    if len(arguments.paths) > 1 and arguments.forge_repository:
        raise UsageError(
            "--forge-repository names one repository, and the pull requests of several would go there",
            hint="leave it out, or write `forge: {repository: OWNER/NAME}` in each imagebot.yaml",
        )
    stop = Stop()
    with stop_on_signals(stop):
        if arguments.once:
            code = _cycle(arguments, stop)
        else:
            code = 0
            run_every(interval_s(arguments.every), lambda: _again(arguments, stop), stop)
    return SIGNAL_BASE + stop.signal if stop.signal else code


def _again(arguments: Namespace, stop: Callable[[], bool]) -> None:
    """One cycle of the loop; after a failing one the next one comes all the same."""
    code = _cycle(arguments, stop)
    note(f"cycle done: exit code {code}; next in {arguments.every}", quiet=arguments.quiet)


def _cycle(arguments: Namespace, stop: Callable[[], bool]) -> int:
    """Each repository in its turn; one that fails is reported and stops no other."""
    codes = []
    paths = arguments.paths or ["."]
    for path in paths:
        if stop():
            break
        if len(paths) > 1:
            note(f"{without_secrets(path)}:", quiet=arguments.quiet)
        codes.append(_repository(path, arguments, stop))
    failed = [code for code in codes if code != DONE]
    if not failed:
        return DONE
    return PARTLY if DONE in codes or PARTLY in codes else failed[0]


def _repository(path: str, arguments: Namespace, stop: Callable[[], bool]) -> int:
    try:
        return apply_cycle(Namespace(**{**vars(arguments), "path": path}), stop)
    except ImagebotError as error:
        print_error(error, arguments.output)
        return error.exit_code
