"""``imagebot import``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from imagebot.cli import options
from imagebot.cli.output import answer, answer_json, note
from imagebot.errors import ImagebotError, UsageError
from imagebot.untrusted import clean

if TYPE_CHECKING:
    from imagebot.policies.imports.imported import Imported, Importer

EXAMPLES = """\
examples:
  imagebot import flux . > policies/imported.yaml
  imagebot import argocd ../config --out policies/imported.yaml
  imagebot import renovate . -o json
"""
TOOLS = ("flux", "argocd", "renovate")
UNREADABLE = "import-unreadable"
SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes of one file; larger ones hold no set-up of these tools."""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "tool", choices=TOOLS, help="whose set-up is read: Flux, Argo CD Image Updater, Renovate"
    )
    parser.add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="folder of the config repository (default: this folder)",
    )
    parser.add_argument("--out", metavar="FILE", help="write the policies to a new file (default: to stdout)")
    options.add_common(parser, formats=("text", "json"))


def run(arguments: Namespace) -> int:
    """Write policies for the set-up of another tool, and name what could not be carried over."""
    from imagebot.policies.imports.writer import checked, written
    from imagebot.policies.loading import load

    imported = checked(_importer(arguments.tool)(_files(arguments.path)))
    if not imported.policies:
        _refuse_unread(imported)
    if not imported.policies and not imported.leftovers:
        raise UsageError(
            f"{arguments.path} holds nothing of {arguments.tool} to import",
            hint="name the folder that holds its files, with the files that deploy images",
            id="import-nothing",
        )
    text = written(imported)
    load({"policies/imported.yaml": text.encode()})
    if arguments.out:
        _write(Path(arguments.out), text)
    _leftovers(imported)
    if arguments.output == "json":
        answer_json(_document(imported, text, arguments.out))
    else:
        answer(arguments.out or text)
    noun = "policy" if len(imported.policies) == 1 else "policies"
    said = f"{len(imported.policies)} {noun}; {len(imported.leftovers)} left over."
    note(f"{said} Next: read both, then `imagebot validate` and `imagebot plan`.", quiet=arguments.quiet)
    return 0


def _importer(tool: str) -> Importer:
    if tool == "flux":
        from imagebot.policies.imports.flux import import_flux

        return import_flux
    if tool == "argocd":
        from imagebot.policies.imports.argocd import import_argocd

        return import_argocd
    from imagebot.policies.imports.renovate import import_renovate

    return import_renovate


def _files(path: str) -> dict[str, bytes]:
    """The regular files of a folder; a link is not followed."""
    from imagebot.repository.folder import Folder

    folder = Folder(Path(path))
    entries = [entry for entry in folder.files() if entry.mode.startswith("100")]
    return {
        entry.path: content for entry, content in folder.contents(entries, SIZE_LIMIT) if content is not None
    }


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"--out {path}: there is such a file already", hint="name a new one") from error
    except OSError as error:
        raise ImagebotError(f"--out {path} cannot be written: {error.strerror}", id="import-out") from error


def _leftovers(imported: Imported) -> None:
    from imagebot.policies.imports.writer import warnings

    for warning in warnings(imported):
        note(warning.rstrip("\n"))


def _refuse_unread(imported: Imported) -> None:
    """A set-up of which nothing could be read has nothing to import; its fault says more than that."""
    unread = [left for left in imported.leftovers if left.id == UNREADABLE]
    if unread and len(unread) == len(imported.leftovers):
        first = unread[0]
        raise UsageError(
            f"{clean(first.at.path)}:{first.at.line}: {first.what}: {first.why}",
            hint=first.instead,
            id=UNREADABLE,
        )


def _document(imported: Imported, text: str, out: str | None) -> dict[str, object]:
    from imagebot.reports.documents import FORMAT_VERSION

    return {
        "format_version": FORMAT_VERSION,
        "path": out,
        "policies": {"yaml": text, "names": [draft.name for draft in imported.policies]},
        "leftovers": [
            {
                "id": left.id,
                "message": left.what,
                "why": left.why,
                "hint": left.instead,
                "path": left.at.path,
                "line": left.at.line,
                "policy": left.policy or None,
            }
            for left in imported.leftovers
        ],
    }
