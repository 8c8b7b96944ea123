"""``imagebot plan``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.adapters import open_registries
from imagebot.cli.exit_codes import DONE, PENDING, exit_code
from imagebot.cli.output import answer, answer_json, note, screen
from imagebot.cli.source import open_source

if TYPE_CHECKING:
    from imagebot.plan import Plan

EXAMPLES = """\
examples:
  imagebot plan .
  imagebot plan . -o json > plan.json && imagebot apply . --plan plan.json
  imagebot plan . --exit-code        exits with 10 when updates are pending
  imagebot plan . --render           with the difference in the rendered manifests
"""

NO_POLICY = "note: no policy files found, so nothing is managed; `imagebot init` writes a first one"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser)
    parser.add_argument(
        "--render",
        action="store_true",
        help="show what changes in the manifests that kustomize and helm render; refuse what breaks them",
    )
    parser.add_argument("--exit-code", action="store_true", help="exit with 10 when updates are pending")


def run(arguments: Namespace) -> int:
    """Show what would change; write nothing."""
    plan = planned(arguments)
    show(plan, arguments)
    code = exit_code(plan)
    return PENDING if arguments.exit_code and plan.updates and code == DONE else code


def planned(arguments: Namespace) -> Plan:
    """The plan for what the command was pointed at."""
    from imagebot.engine.planning import make_plan

    source = open_source(arguments)
    if not source.configuration.policies:
        note(NO_POLICY, quiet=arguments.quiet)
    with open_registries(source, arguments) as registries, source.known() as known:
        plan = make_plan(source.snapshot, source.configuration, registries, known)
    if not arguments.render:
        return plan
    from imagebot.engine.render import render
    from imagebot.repository.workshop import TemporaryWorkshop

    return render(source.snapshot, plan, TemporaryWorkshop)


def show(plan: Plan, arguments: Namespace) -> None:
    """Write a plan in the wanted form."""
    if arguments.output == "json":
        from imagebot.reports.documents import plan_document

        answer_json(plan_document(plan))
    elif arguments.output == "markdown":
        from imagebot.reports.markdown import plan_markdown

        answer(plan_markdown(plan))
    else:
        from imagebot.reports.text import plan_text

        next_step = "Nothing was changed. Next: imagebot apply" if plan.updates else ""
        answer(plan_text(plan, screen(arguments), next_step=next_step))
