"""``imagebot apply``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.adapters import open_bot, open_registries
from imagebot.cli.exit_codes import exit_code
from imagebot.cli.output import answer, answer_json, note, screen
from imagebot.cli.plan import NO_POLICY
from imagebot.cli.source import Source, is_url, open_source, open_target
from imagebot.errors import ImagebotError, UsageError

if TYPE_CHECKING:
    from imagebot.plan import Outcome, Plan

EXAMPLES = """\
examples:
  imagebot apply .                    pull requests against the base branch of `origin`
  imagebot apply . --dry-run          say which writes that would be
  imagebot apply . --local            edit the files here; look with git diff
  imagebot apply . --plan plan.json   exactly a saved plan, or nothing
  imagebot apply https://github.com/acme/config
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser)
    options.add_forge(parser)
    options.add_signing(parser)
    parser.add_argument("--local", action="store_true", help="edit the work tree only: no commit, no forge")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
    parser.add_argument("--plan", metavar="FILE", help="carry out a plan saved by `plan -o json`")
    parser.add_argument("--urgent", action="store_true", help="in spite of limits and calendars")


def run(arguments: Namespace) -> int:
    """Carry out a plan: edit the work tree, or bring the pull requests in line."""
    return apply_local(arguments) if arguments.local else apply_cycle(arguments)


def apply_local(arguments: Namespace) -> int:
    """Edit the files of a folder in place."""
    from imagebot.engine.edit import edited_files
    from imagebot.engine.planning import smallest_steps, without_pending
    from imagebot.repository.folder import Folder

    if is_url(arguments.path):
        raise UsageError("--local edits a folder, and PATH is a URL", hint="clone it first")
    source = open_source(arguments)
    whole = _plan(source, arguments)
    smallest = smallest_steps(whole)
    plan = without_pending(smallest)
    if pending := len(smallest.updates) - len(plan.updates):
        note(f"{pending} update{'s' if pending > 1 else ''} left: a gate still holds it")
    if larger := len(whole.updates) - len(smallest.updates):
        note(f"{larger} larger step{'s' if larger > 1 else ''} left: a pull request of its own each")
    files = edited_files(source.snapshot, plan.updates, plan.scan.rules)
    if not arguments.dry_run:
        folder = Folder(Path(arguments.path))
        for path, content in files.items():
            folder.write(path, content)
    if arguments.output != "text":
        _show(plan, (), arguments)
        return exit_code(plan)
    from imagebot.reports.text import plan_text

    number = f"{len(files)} file{'' if len(files) == 1 else 's'}"
    done = f"{'Would edit' if arguments.dry_run else 'Edited'} {number}." if files else ""
    answer(plan_text(plan, screen(arguments), next_step=done))
    return exit_code(plan)


def apply_cycle(arguments: Namespace, stop: Callable[[], bool] = lambda: False) -> int:
    """One whole cycle against the base branch: plan, then pull requests."""
    from imagebot.engine.dashboard import Dashboard
    from imagebot.engine.dry_run import dry
    from imagebot.engine.propose import Proposer

    target = open_target(arguments)
    bot = open_bot(target, arguments)
    if arguments.dry_run:
        bot = dry(bot, lambda text: note(f"dry run: {text}"))
    # without a policy nothing is proposed, and what was proposed is no reason to close it: whoever
    # points imagebot at the wrong place must not lose every pull request
    governed = bool(target.source.configuration.policies)
    outcomes: list[Outcome] = []
    plans: list[Plan] = []
    dashboard = Dashboard(bot, lambda text: note(text, quiet=arguments.quiet))
    proposer = Proposer(bot, stop, now=dashboard.ticked())
    try:
        for plan in _plans(target.source, arguments, stop):
            plans[:] = [plan]
            if governed:
                outcomes += proposer.carry_out(plan)
    except ImagebotError:
        if outcomes:  # what was done is told, whatever came after it
            _show(plans[0], tuple(outcomes), arguments)
        raise
    if governed and not stop():
        dashboard.post(plans[0], outcomes)
    _show(plans[0], tuple(outcomes), arguments)
    return exit_code(plans[0], outcomes)


def _plan(source: Source, arguments: Namespace) -> Plan:
    *_, plan = _plans(source, arguments)
    return plan


def _plans(source: Source, arguments: Namespace, stop: Callable[[], bool] = lambda: False) -> Iterator[Plan]:
    """The plan, after what can be proposed while slow registries are still waited for."""
    from imagebot.engine.planning import make_plans
    from imagebot.engine.saved_plan import restore

    if not source.configuration.policies:
        note(NO_POLICY, quiet=arguments.quiet)
    with open_registries(source, arguments) as registries, source.known() as known:
        if arguments.plan:
            yield restore(_saved(Path(arguments.plan)), source.snapshot, source.configuration, registries)
        else:
            yield from make_plans(source.snapshot, source.configuration, registries, known, stop)


def _saved(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the plan {path}: {error.strerror}") from error


def _show(plan: Plan, outcomes: tuple[Outcome, ...], arguments: Namespace) -> None:
    if arguments.output == "json":
        from imagebot.reports.documents import outcomes_document

        answer_json(outcomes_document(plan, outcomes, dry_run=arguments.dry_run))
    elif arguments.output == "markdown":
        from imagebot.reports.markdown import plan_markdown

        answer(plan_markdown(plan, outcomes))
    else:
        from imagebot.reports.text import outcomes_text

        answer(outcomes_text(plan, outcomes, screen(arguments), dry_run=arguments.dry_run))
