"""``imagebot set``."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.adapters import open_bot, open_registries
from imagebot.cli.ci import of_plan, tell_ci
from imagebot.cli.exit_codes import FAILED, PARTLY, exit_code
from imagebot.cli.output import answer, answer_json, note, screen
from imagebot.cli.source import open_target
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagebot.cli.source import Source
    from imagebot.engine.waiting import Waited
    from imagebot.engine.wishes import Request
    from imagebot.engine.world import Bot
    from imagebot.plan import Outcome, Plan

EXAMPLES = """\
examples:
  imagebot set ghcr.io/acme/web=1.9.0 --repository https://github.com/acme/config
  imagebot set ghcr.io/acme/web=1.9.0@sha256:0f1c... --environment staging --wait merged
  imagebot set ghcr.io/acme/web=pr-17 --no-policy --by "build 4711" --reason "hotfix"

For the job that has just built an image: the same policies, edits and pull request as on the schedule.
It ends with 1 if a policy refuses the tag, and says which rule. On GitHub Actions it also writes the step
summary, the outputs `number`, `url` and `action`, and an annotation for what was refused.
"""
TIMEOUT = "30m"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE=TAG[@DIGEST]",
        help="an image as it is deployed, and where it goes",
    )
    parser.add_argument(
        "--repository",
        dest="path",
        default=".",
        metavar="PATH",
        help="folder or Git URL of the config repository (default: this folder)",
    )
    parser.add_argument(
        "--environment", action="append", metavar="NAME", help="only there; may be given more than once"
    )
    parser.add_argument("--no-policy", action="store_true", help="whatever policies and gates say")
    parser.add_argument("--by", metavar="NAME", help="who asks, for the pull request (default: read off CI)")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the pull request")
    parser.add_argument("--urgent", action="store_true", help="in spite of calendars")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
    parser.add_argument(
        "--wait",
        choices=("merged", "checks"),
        help="wait until it is merged, or its checks have passed; ends with 1 if that does not come",
    )
    parser.add_argument(
        "--timeout", metavar="TIME", default=TIMEOUT, help="how long to wait (default: %(default)s)"
    )
    options.add_common(parser)
    options.add_policies(parser)
    options.add_source(parser)
    options.add_registries(parser)
    options.add_forge(parser)
    options.add_signing(parser)


def run(arguments: Namespace) -> int:
    """Propose exactly what was named."""
    from imagebot.engine.dry_run import dry
    from imagebot.engine.propose import propose
    from imagebot.service.loop import interval_s

    request = _request(arguments)
    timeout = timedelta(seconds=interval_s(arguments.timeout))
    target = open_target(arguments)
    _check_environments(request, target.source)
    bot = open_bot(target, arguments)
    if arguments.wait and bot.forge.body_in_commit:
        raise UsageError(
            "--wait needs pull requests, and on plain Git there are none",
            hint="leave it out, or name the forge with --forge",
        )
    acting = dry(bot, lambda text: note(f"dry run: {text}")) if arguments.dry_run else bot
    plan = _plan(request, target.source, bot, arguments)
    outcomes = list(propose(plan, acting))
    # what waits beside it kept its place in the pull request; nobody asked for it here
    plan = replace(plan, held=tuple(held for held in plan.held if request.wish(held.scanned)))
    _show(plan, outcomes, arguments)
    tell_ci(plan, outcomes, os.environ)
    code = _code(plan, outcomes)
    if arguments.wait and not arguments.dry_run:
        return _waited(bot, of_plan(plan, outcomes), arguments, timeout) or code
    return code


def _request(arguments: Namespace) -> Request:
    from imagebot.cli.ci import who_asks
    from imagebot.engine.wishes import Request, Wish
    from imagebot.plan import Asked
    from imagebot.untrusted import clean

    wishes = tuple(dict.fromkeys(Wish.parse(text) for text in arguments.images))
    names = [wish.name for wish in wishes]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"{twice} is named twice, with different tags", hint="name each image once")
    by = clean(arguments.by or who_asks(os.environ), 100)
    asked = Asked("set", by, because=clean(arguments.reason, 500))
    return Request(wishes, frozenset(arguments.environment or ()), asked)


def _check_environments(request: Request, source: Source) -> None:
    known = {environment.name for environment in source.configuration.settings.environments}
    for name in sorted(request.environments - known):
        raise UsageError(
            f"there is no environment {name!r}",
            hint=f"imagebot.yaml has {', '.join(sorted(known)) or 'none'}",
            id="set-environment",
        )


def _plan(request: Request, source: Source, bot: Bot, arguments: Namespace) -> Plan:
    from imagebot.engine.forced import forced_plan
    from imagebot.engine.planning import BRANCH_PREFIX
    from imagebot.engine.requested import requested_plan

    with open_registries(source, arguments) as registries, source.known() as known:
        world = source.snapshot, source.configuration, registries, known
        if arguments.no_policy:
            return forced_plan(request, *world)
        return requested_plan(request, *world, bot.forge.open_pull_requests(BRANCH_PREFIX).values())


def _code(plan: Plan, outcomes: Sequence[Outcome]) -> int:
    """What is held was asked for and not done: that is a failure here."""
    code = exit_code(plan, outcomes)
    refused = plan.held or any(outcome.action == "held" for outcome in outcomes)
    done = plan.current or any(outcome.action not in {"held", "failed"} for outcome in outcomes)
    if code or not refused:
        return code
    return PARTLY if done else FAILED


def _show(plan: Plan, outcomes: Sequence[Outcome], arguments: Namespace) -> None:
    if arguments.output == "json":
        from imagebot.reports.documents import outcomes_document

        answer_json(outcomes_document(plan, outcomes))
    elif arguments.output == "markdown":
        from imagebot.reports.markdown import plan_markdown

        answer(plan_markdown(plan, tuple(outcomes)))
    else:
        from imagebot.reports.text import outcomes_text

        answer(outcomes_text(plan, outcomes, screen(arguments)))


def _waited(bot: Bot, outcomes: Sequence[Outcome], arguments: Namespace, timeout: timedelta) -> int:
    """1 if what is waited for did not come."""
    from imagebot.engine.waiting import EVERY, Patience, wait

    numbers = [outcome.number for outcome in outcomes if outcome.number]
    patience = Patience(
        datetime.now(UTC) + timeout,
        lambda: datetime.now(UTC),
        lambda: time.sleep(EVERY.total_seconds()),
        lambda text: note(text, quiet=arguments.quiet),
    )
    missed: list[Waited] = []
    for found in wait(bot.forge, numbers, arguments.wait, patience):
        note(found.what, quiet=arguments.quiet and found.reached)
        missed += [] if found.reached else [found]
    return FAILED if missed else 0
