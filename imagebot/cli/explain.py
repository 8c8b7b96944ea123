"""``imagebot explain``."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.adapters import open_registries
from imagebot.cli.output import answer, answer_json, note, screen
from imagebot.cli.source import open_source
from imagebot.errors import UsageError

if TYPE_CHECKING:
    from imagebot.plan import Explanation, Scan, Scanned, Subject
    from imagebot.policies.policy import Configuration

EXAMPLES = """\
examples:
  imagebot explain ghcr.io/acme/web
  imagebot explain apps/web/deploy.yaml:14
  imagebot explain nginx --current 1.25
"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "image", metavar="IMAGE|FILE:LINE", help="an image's name, or the place of a reference"
    )
    options.add_path(parser)
    parser.add_argument("--current", metavar="TAG", help="explain as if this tag were deployed")
    options.add_common(parser, formats=("text", "json"))
    options.add_policies(parser)
    options.add_source(parser)
    options.add_registries(parser)


def run(arguments: Namespace) -> int:
    """Show every candidate and the rule that kept or dropped it."""
    from imagebot.engine.explain import explain, subjects
    from imagebot.engine.scan import scan

    source = open_source(arguments)
    references = _asked(scan(source.snapshot, source.configuration), arguments.image)
    found = subjects(references, arguments.current)
    found = found or _undeployed(references, source.configuration, arguments)
    with open_registries(source, arguments) as registries:
        explanations = list(explain(found, registries))
    explained = [place for found in explanations for place in found.subject.places if place.managed]
    _show(explanations, [item for item in references if item not in explained], arguments)
    return 0


def _asked(scanned: Scan, asked: str) -> list[Scanned]:
    """The references at a place, or of an image."""
    from imagebot.references.image import ImageReference

    if place := re.fullmatch(r"(?P<path>.+\.\w+):(?P<line>[0-9]+)(?::[0-9]+)?", asked):
        path, line = place["path"].removeprefix("./"), int(place["line"])
        at = [i for i in scanned.references if (i.reference.path, i.reference.line) == (path, line)]
        if at:
            return at
        files = {item.reference.path for item in scanned.references} | {item.path for item in scanned.skipped}
        if path in files:
            raise UsageError(
                f"no reference stands at {asked}", hint=f"imagebot scan --why {path}:{line} says what does"
            )
    name = ImageReference.parse(asked).name
    return [item for item in scanned.references if item.reference.image.name == name]


def _undeployed(
    references: list[Scanned], configuration: Configuration, arguments: Namespace
) -> tuple[Subject, ...]:
    """An image that no reference deploys can be explained by the policy that would govern it."""
    from imagebot.plan import Subject
    from imagebot.policies.governing import first_for_image
    from imagebot.references.image import ImageReference

    if any(item.policy for item in references):
        raise UsageError(
            f"{arguments.image} is written without a tag, so there is no version to compare with",
            hint="say which is deployed with --current TAG",
        )
    if references:
        reasons = "; ".join(dict.fromkeys(item.why for item in references))
        raise UsageError(
            f"no policy governs {arguments.image}: {reasons}", hint=_missing(references, configuration)
        )
    image = ImageReference.parse(arguments.image)
    policy = first_for_image(image.name, configuration)
    if policy is None:
        raise UsageError(f"no policy governs {image.name}, and no file deploys it", hint="see imagebot scan")
    why = f"policy {policy.name} ({policy.file}:{policy.line}) names it"
    return (Subject(image.name, policy, arguments.current or image.tag, why),)


def _missing(references: list[Scanned], configuration: Configuration) -> str:
    """What to write for a policy to match, and where it would."""
    from imagebot.policies.governing import first_for_image

    first = references[0].reference
    more = f" and {len(references) - 1} more" if len(references) > 1 else ""
    policy = first_for_image(first.image.name, configuration)
    fix = (
        f"widen `environments` or `paths` of policy {policy.name} ({policy.file}:{policy.line})"
        if policy
        else f"name it in a policy: images: ['{first.image.name}']"
    )
    return f"it stands at {first.path}:{first.line}{more}; {fix}"


def _show(explanations: list[Explanation], unmanaged: list[Scanned], arguments: Namespace) -> None:
    if arguments.output == "json":
        from imagebot.reports.documents import explanation_document

        answer_json(explanation_document(explanations, unmanaged))
        return
    from imagebot.reports.text import explanation_text, unmanaged_text

    for explanation in explanations:
        answer(explanation_text(explanation, screen(arguments)))
    if unmanaged:
        answer(unmanaged_text(unmanaged))
    if len(explanations) > 1:
        note(f"{len(explanations)} different current tags or policies: each is explained")
