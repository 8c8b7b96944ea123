"""``imagebot doctor``."""

from __future__ import annotations

import os
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.adapters import open_registries
from imagebot.cli.exit_codes import diagnosis_code
from imagebot.cli.output import answer, answer_json, note, screen
from imagebot.cli.source import cache_folder, open_source
from imagebot.errors import ForgeError, InvalidReference, UsageError

if TYPE_CHECKING:
    from imagebot.diagnosis import Diagnosis

EXAMPLES = """\
examples:
  imagebot doctor .
  imagebot doctor . --all               registries of references that no policy manages, too
  imagebot doctor --host ghcr.io        one that nothing deploys from yet
  imagebot doctor . -o json | jq -r '.hosts[] | select(.works | not) | .host'

The forge is asked what the token may do, and nothing is written. No secret is shown.
exit codes: 0 all well, 4 only credentials are missing or refused, 5 some registries work,
1 none does.
"""

NO_POLICY = "note: no policy files found, so the registries of all references are examined"


class Repeated(Action):
    """A value each time a flag is given; those of the environment, with commas between, if it never is."""

    def __call__(
        self,
        parser: ArgumentParser,  # noqa: ARG002 - argparse's signature
        namespace: Namespace,
        values: str | Sequence[str] | None,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Add a value."""
        before = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [*(before if isinstance(before, list) else []), values])


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, formats=("text", "json"))
    options.add_forge_place(parser)
    parser.add_argument(
        "--all", action="store_true", help="also registries of references that no policy manages"
    )
    parser.add_argument(
        "--host", action=Repeated, default="", metavar="HOST", help="a further registry; can be repeated"
    )


def run(arguments: Namespace) -> int:
    """Examine this machine, the forge and every registry; say what to do about what is wrong."""
    hosts = list(_hosts(arguments.host))
    diagnosis = _diagnosis(arguments, hosts)
    if arguments.output == "json":
        from imagebot.reports.doctor import doctor_document

        answer_json(doctor_document(diagnosis))
    else:
        from imagebot.reports.doctor import doctor_text

        answer(doctor_text(diagnosis, screen(arguments)))
    return diagnosis_code(diagnosis)


def _diagnosis(arguments: Namespace, hosts: Sequence[str]) -> Diagnosis:
    from imagebot.cli.forge_checks import TOKEN, forge_checks
    from imagebot.cli.local_checks import local_checks
    from imagebot.diagnosis import Check, Diagnosis
    from imagebot.engine.doctor import examine, needs
    from imagebot.engine.scan import scan
    from imagebot.registries.examiner import HostExaminer

    here = tuple(local_checks(cache_folder(arguments)))
    try:
        source = open_source(arguments)
    except ForgeError as error:  # a remote that lets nobody in: nothing is known of registries then
        return Diagnosis((*here, Check(TOKEN, "does not let imagebot read the repository", error=error)), ())
    everything = arguments.all
    if not source.configuration.policies and not everything:
        note(NO_POLICY, quiet=arguments.quiet)
        everything = True
    with open_registries(source, arguments) as registries, source.known() as known:
        references = scan(source.snapshot, source.configuration, known).references
        wanted = needs(references, hosts, everything=everything)
        examined = examine(
            wanted,
            HostExaminer(registries),
            waiting=lambda names: note(f"waiting for {', '.join(names)}", quiet=arguments.quiet),
        )
    return Diagnosis((*here, *forge_checks(source, arguments, os.environ)), examined)


def _hosts(asked: str | Sequence[str]) -> Iterator[str]:
    """The hosts as references name them."""
    from imagebot.references.image import ImageName

    for text in asked.replace(",", " ").split() if isinstance(asked, str) else asked:
        try:
            name = ImageName.parse(f"{text.rstrip('/')}/x")
        except InvalidReference:
            name = None
        if name is None or name.path not in {"x", "library/x"}:
            raise UsageError(
                f"--host {text} is no host of a registry",
                hint="write host or host:port, such as registry.internal:5000; Docker Hub is docker.io",
            )
        yield name.host
