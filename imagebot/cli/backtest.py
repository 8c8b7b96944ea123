"""``imagebot backtest``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.adapters import open_registries
from imagebot.cli.exit_codes import backtest_code
from imagebot.cli.output import answer, answer_json, screen
from imagebot.cli.source import is_url, open_source
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from imagebot.plan import Scan, Scanned
    from imagebot.policies.policy import Configuration
    from imagebot.replay import Backtest, Period

EXAMPLES = """\
examples:
  imagebot backtest .                                  the last 90 days, all policies
  imagebot backtest . --since 30d --policy web
  imagebot backtest . -o json | jq -r '.moves[] | select(.outcome == "never") | [.image, .to, .reason] | @tsv'

Policies are read as the files stand now, so that a change can be tried before it is committed; references and
their history from the commits that led to HEAD. Nothing is written.
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="clone of the config repository (default: this folder)",
    )
    parser.add_argument(
        "--since", metavar="AGE", default="90d", help="how far to go back: 90d, 12w (default: %(default)s)"
    )
    parser.add_argument(
        "--merged-after",
        metavar="AGE",
        default="1d",
        help="how long after it was opened a pull request counts as merged (default: %(default)s)",
    )
    parser.add_argument("--policy", metavar="NAME", help="only this policy")
    parser.add_argument("--image", metavar="NAME", help="only this image")
    options.add_common(parser, formats=("text", "json"))
    options.add_policies(parser)
    options.add_cache(parser)
    options.add_registries(parser)


def run(arguments: Namespace) -> int:
    """Say what the policies would have proposed, and when people did the same."""
    found = _backtest(arguments, _period(arguments))
    if arguments.output == "json":
        from imagebot.reports.backtest import backtest_document

        answer_json(backtest_document(found))
    else:
        from imagebot.reports.backtest import backtest_text

        answer(backtest_text(found, screen(arguments)))
    return backtest_code(found)


def _period(arguments: Namespace) -> Period:
    from imagebot.replay import Period

    now = datetime.now(UTC).replace(microsecond=0)
    return Period(now - _age("--since", arguments.since), now, _age("--merged-after", arguments.merged_after))


def _age(option: str, text: str) -> timedelta:
    from imagebot.policies.dates import age

    if found := age(text):
        return found
    raise UsageError(
        f"{option} {text} is no length of time", hint="write 90d, 12w, 36h, or 1d12h: more than 0"
    )


def _backtest(arguments: Namespace, period: Period) -> Backtest:
    from imagebot.engine.replaying import backtest
    from imagebot.engine.scan import scan
    from imagebot.repository.history import open_history

    if is_url(arguments.path):
        raise UsageError(
            f"backtest reads many commits, and {arguments.path} is a URL",
            hint="clone it with all its history, and name the clone",
        )
    history = open_history(Path(arguments.path))
    source = open_source(arguments)
    tip = replace(source, snapshot=history.tip(), location=f"{source.location} (commits)")
    with open_registries(tip, arguments) as registries, tip.known() as known:
        scanned = scan(tip.snapshot, tip.configuration, known)
        chosen = _chosen(scanned, tip.configuration, arguments)
        return backtest(chosen, scanned, history, registries, period)


def _chosen(scanned: Scan, configuration: Configuration, arguments: Namespace) -> list[Scanned]:
    """The managed references that were asked for."""
    from imagebot.references.image import ImageName

    policy, image = arguments.policy, arguments.image
    names = [policy.name for policy in configuration.policies]
    if policy and policy not in names:
        there = ", ".join(names) or "none"
        raise UsageError(
            f"there is no policy {policy!r}; there are: {there}", hint="name one of them with --policy"
        )
    wanted = ImageName.parse(image) if image else None
    chosen = [
        item
        for item in scanned.references
        if item.managed and item.policy
        if not policy or item.policy.name == policy
        if not wanted or item.reference.image.name == wanted
    ]
    if not chosen:
        of = f" of {wanted}" if wanted else ""
        by = f"policy {policy}" if policy else "a policy"
        raise UsageError(
            f"no reference{of} is governed by {by}", hint="imagebot scan shows what governs each"
        )
    return chosen
