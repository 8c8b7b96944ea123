"""``imagebot test``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.output import answer, answer_json, screen
from imagebot.cli.source import open_source
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from imagebot.policies.policy import Configuration, Policy

EXAMPLES = """\
examples:
  printf '1.4.2\\n1.5.0\\n2.0.0\\n' | imagebot test --policy web --current 1.4.2
  skopeo list-tags docker://ghcr.io/acme/web | jq -r '.Tags[]' |
    imagebot test --image ghcr.io/acme/web --current 1.4.2 -o json
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_path(parser)
    options.add_common(parser, formats=("text", "json"))
    options.add_policies(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--policy", metavar="NAME", help="the policy to try")
    which.add_argument("--image", metavar="NAME", help="try the first policy that governs this image")
    parser.add_argument("--current", metavar="TAG", help="the tag that is deployed now")


def run(arguments: Namespace) -> int:
    """Say which of the tags on standard input the policy selects, and why."""
    from imagebot.policies.selection import select

    policy = _policy(open_source(arguments, any_environment=True).configuration, arguments)
    if policy.tags.order == "digest":
        raise UsageError(
            f"policy {policy.name} follows a digest and orders no tags",
            hint="try a policy with an order",
        )
    tags = [line.strip() for line in sys.stdin.read().splitlines()]
    selection = select(policy.tags, [tag for tag in tags if tag], arguments.current)
    if arguments.output == "json":
        from imagebot.reports.documents import selection_document

        answer_json(selection_document(selection, policy=policy.name, current=arguments.current))
    else:
        from imagebot.reports.text import selection_text

        head = f"Policy {policy.name}, current tag {arguments.current or 'none'}"
        answer(selection_text(selection, screen(arguments), head=head))
    return 0


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
