"""``imagebot test``."""

from __future__ import annotations

import io
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.exit_codes import DONE, FAILED
from imagebot.cli.output import answer, answer_json, screen
from imagebot.cli.source import open_source
from imagebot.errors import ConfigError, ImagebotError, UsageError

if TYPE_CHECKING:
    from imagebot.policies.cases import Result
    from imagebot.policies.policy import Configuration, Dated, Policy, Selection

EXAMPLES = """\
examples:
  printf '1.4.2\\n1.5.0\\n2.0.0\\n' | imagebot test --policy web --current 1.4.2
  skopeo list-tags docker://ghcr.io/acme/web | jq -r '.Tags[]' |
    imagebot test --image ghcr.io/acme/web --current 1.4.2 -o json
  imagebot test --all                   the cases that stand beside the policies

With `order: created` each line is a tag, blanks and its date: 1.4.2 2024-06-12T08:00:00Z
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, formats=("text", "json", "junit"), registries=False)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--policy", metavar="NAME", help="the policy to try")
    which.add_argument("--image", metavar="NAME", help="try the first policy that governs this image")
    which.add_argument("--all", action="store_true", help="run every case under `tests` of every policy")
    parser.add_argument("--current", metavar="TAG", help="the tag that is deployed now")


def run(arguments: Namespace) -> int:
    """Say which of the tags on standard input a policy selects, and why; or run the cases of all policies."""
    if arguments.all:
        return _run_all(arguments)
    configuration = open_source(arguments, any_environment=True).configuration
    if arguments.output == "junit":
        raise UsageError("-o junit is a form for test cases", hint="run them with --all")
    policy = _policy(configuration, arguments)
    if policy.tags.order == "digest":
        raise UsageError(
            f"policy {policy.name} follows a digest and orders no tags",
            hint="try a policy with an order",
        )
    _answer(_selection(policy, _lines(), arguments.current), policy, arguments)
    return DONE


def _run_all(arguments: Namespace) -> int:
    if arguments.current is not None:
        raise UsageError("--all and --current exclude each other", hint="a case names its own `current`")
    try:
        results = _results(arguments)
    except ImagebotError as error:
        if arguments.output == "junit":
            _answer_failure(error)
        raise
    _answer_cases(results, arguments)
    return DONE if all(result.holds for result in results) else FAILED


def _results(arguments: Namespace) -> tuple[Result, ...]:
    from imagebot.policies.cases import run_cases

    results = run_cases(open_source(arguments, any_environment=True).configuration.policies)
    if not results:
        raise ConfigError(
            "no policy has a test case",
            hint="write `tests` beside a policy: docs/testing-policies.md",
            id="tests-missing",
        )
    return results


def _answer_failure(error: ImagebotError) -> None:
    """A document all the same: a CI system takes an empty file for a broken one."""
    from imagebot.cli.validate import failed
    from imagebot.reports.fault_cases import fault_cases
    from imagebot.reports.junit import junit

    found = failed(error)
    answer(junit("imagebot test", fault_cases(found.files, found.faults)))


def _answer_cases(results: tuple[Result, ...], arguments: Namespace) -> None:
    from imagebot.reports.cases import cases_document, cases_junit, cases_text

    if arguments.output == "json":
        answer_json(cases_document(results))
    elif arguments.output == "junit":
        answer(cases_junit(results))
    else:
        answer(cases_text(results, screen(arguments)))


def _selection(policy: Policy, lines: Iterable[str], current: str | None) -> Selection:
    from imagebot.policies.selection import select

    stripped = {place: text for place, line in enumerate(lines, 1) if (text := line.strip())}
    if policy.tags.order != "created":
        return select(policy.tags, stripped.values(), current)
    dates = _dates(stripped)
    return select(policy.tags, dates, current, {tag: date for tag, date in dates.items() if date})


def _dates(lines: Mapping[int, str]) -> dict[str, Dated | None]:
    """Tags with their dates; a line without a date is a tag whose date is not known."""
    from imagebot.policies.cases import SAYS
    from imagebot.policies.dates import parse_date
    from imagebot.policies.policy import Dated

    found: dict[str, Dated | None] = {}
    for place, line in lines.items():
        tag, *rest = line.split(maxsplit=1)
        text = rest[0] if rest else ""
        date = parse_date(text) if text else None
        if text and date is None:
            raise UsageError(
                f"line {place} of standard input: {text!r} is no date",
                hint="write a tag, a blank and an ISO 8601 date: 1.4.2 2024-06-12T08:00:00Z",
            )
        found[tag] = Dated(date, SAYS) if date else None
    return found


def _answer(selection: Selection, policy: Policy, arguments: Namespace) -> None:
    if arguments.output == "json":
        from imagebot.reports.documents import selection_document

        answer_json(selection_document(selection, policy=policy.name, current=arguments.current))
    else:
        from imagebot.reports.text import selection_text

        head = f"Policy {policy.name}, current tag {arguments.current or 'none'}"
        answer(selection_text(selection, screen(arguments), head=head))


def _policy(configuration: Configuration, arguments: Namespace) -> Policy:
    if arguments.image:
        return _governing(configuration, arguments.image)
    if not arguments.policy and len(configuration.policies) == 1:
        return configuration.policies[0]
    for policy in configuration.policies:
        if policy.name == arguments.policy:
            return policy
    names = ", ".join(policy.name for policy in configuration.policies) or "none"
    asked = f"there is no policy {arguments.policy!r}" if arguments.policy else "no policy was named"
    raise UsageError(f"{asked}; there are: {names}", hint="name one with --policy or an image with --image")


def _governing(configuration: Configuration, image: str) -> Policy:
    from imagebot.policies.governing import first_for_image
    from imagebot.references.image import ImageName

    name = ImageName.parse(image)
    policy = first_for_image(name, configuration)
    if policy is None:
        raise UsageError(f"no policy governs {name}", hint="see the `images` of your policies")
    return policy


def _lines() -> list[str]:
    """The lines of standard input; what is no UTF-8 is no tag, and a byte order mark is no part of one."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    return sys.stdin.read().splitlines()
