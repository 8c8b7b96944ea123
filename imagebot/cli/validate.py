"""``imagebot validate``."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from imagebot import __version__
from imagebot.cli import options
from imagebot.cli.exit_codes import DONE, USAGE
from imagebot.cli.output import answer, answer_json, note
from imagebot.cli.source import is_url, open_source
from imagebot.errors import ConfigError, ImagebotError

if TYPE_CHECKING:
    from imagebot.policies.validation import Validation

EXAMPLES = """\
examples:
  imagebot validate .
  imagebot validate . --strict -o github
  imagebot validate . -o sarif > imagebot.sarif
  imagebot validate . -o junit > imagebot.xml

Every error and warning has an id: docs/validation.md says what it means, and how to set up CI and editors.
"""

SETTINGS = "imagebot.yaml"
_FOR_CI = ("github", "sarif", "junit")


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    options.add_reading(parser, formats=("text", "json", *_FOR_CI), registries=False)
    parser.add_argument("--strict", action="store_true", help="warnings are errors")


def run(arguments: Namespace) -> int:
    """Report everything that is wrong with settings and policies, or say that all is well."""
    from imagebot.policies.faults import InvalidConfiguration
    from imagebot.reports.validation import validation_text

    try:
        found = _validated(arguments)
    except InvalidConfiguration as error:
        found = failed(error)
    except ImagebotError as error:
        if arguments.output in _FOR_CI:
            _answer(failed(error), arguments)
        raise
    found = found.strict() if arguments.strict else found
    _answer(found, arguments)
    if arguments.output != "text" and found.faults:
        note(validation_text(found), quiet=arguments.quiet and not found.errors)
    return USAGE if found.errors else DONE


def _validated(arguments: Namespace) -> Validation:
    """The configuration with its warnings."""
    from imagebot.engine.scan import scan
    from imagebot.policies.unused import unused
    from imagebot.policies.validation import Validation

    source = open_source(arguments)
    configuration = source.configuration
    if not any(path != SETTINGS for path in configuration.files):
        raise ConfigError(
            f"no policy files found in {arguments.policies or f'{arguments.path}/policies'}",
            hint="`imagebot init` writes a first one; --policies names another folder",
            id="policies-missing",
        )
    with source.known() as known:
        references = [item.reference for item in scan(source.snapshot, configuration, known).references]
    paths = [entry.path for entry in source.snapshot.files()]
    warnings = sorted(unused(configuration, references, paths))
    return Validation(configuration.files, configuration.policies, tuple(warnings))


def failed(error: ImagebotError) -> Validation:
    """What stopped a command, as what it found: the faults of the files, or that one failure."""
    from imagebot.policies.faults import Fault, InvalidConfiguration
    from imagebot.policies.validation import Validation

    if isinstance(error, InvalidConfiguration):
        return Validation(error.files, (), error.faults)
    return Validation((), (), (Fault("", 0, 0, error.id, error.message, error.hint),))


def _answer(found: Validation, arguments: Namespace) -> None:
    """The answer in the form that was asked for; CI looks for files below the folder it runs in."""
    policies = frozenset(found.files) - {SETTINGS} if arguments.policies else frozenset()
    seen = found.moved(lambda path: path if path in policies else from_here(path, arguments))
    match arguments.output:
        case "github":
            from imagebot.reports.annotations import workflow_commands

            answer(workflow_commands(seen.faults))
        case "sarif":
            from imagebot.reports.sarif import sarif

            answer_json(sarif(seen.faults, version=__version__, home=_home()))
        case "junit":
            from imagebot.reports.fault_cases import SUITE, fault_cases
            from imagebot.reports.junit import junit

            answer(junit(SUITE, fault_cases(seen.files, seen.faults)))
        case "json":
            from imagebot.reports.documents import validation_document

            answer_json(validation_document(found))
        case _:
            from imagebot.reports.validation import validation_text

            answer(validation_text(found))


def from_here(path: str, arguments: Namespace) -> str:
    """A file's path from the folder the command runs in; what lies outside of it keeps the path it has."""
    if is_url(arguments.path):
        return path
    root = PurePath(os.path.relpath(arguments.path, Path.cwd()))
    return path if ".." in root.parts else (root / path).as_posix()


def _home() -> str:
    """Where people read about imagebot, as its package says."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata("imagebot").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    named = dict(url.partition(", ")[::2] for url in urls)
    return named.get("Documentation") or named.get("Homepage") or ""
