"""Say what imagebot makes of one line of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagebot.descriptors.names import may_deploy
from imagebot.descriptors.outline import outline
from imagebot.descriptors.source import SIZE_LIMIT
from imagebot.engine.configuration import SETTINGS_PATH, is_policy_path
from imagebot.errors import UsageError
from imagebot.plan import Here, Scan, Scanned

_NEAR = 10
"""Lines between the parts of one reference."""

if TYPE_CHECKING:
    from imagebot.repository.protocol import Snapshot


def why(snapshot: Snapshot, scan: Scan, path: str, line: int) -> Here:
    """What stands at a line, and why it is or is not a reference.

    Raises:
        UsageError: If the repository has no such file.
    """
    entry = next((entry for entry in snapshot.files() if entry.path == path), None)
    if entry is None:
        raise UsageError(f"{path} is no file of this repository", hint="name it relative to the root")
    references = tuple(item for item in scan.references if _stands(item, path, line))
    said = [item for item in scan.skipped if item.path == path]
    here = [item.reason for item in said if item.line in {line, None}]
    if own := _own(path):
        return Here(path, line, None, None, references, (own,))
    if entry.mode in {"120000", "160000"}:
        return Here(path, line, None, None, (), tuple(here))
    ((_, content),) = snapshot.contents([entry], SIZE_LIMIT)
    found = outline(path, content or b"", line)
    whole = [f"line {item.line}: {item.reason}" for item in said if item.line != line] if found.broken else []
    reasons = tuple(dict.fromkeys([*here, *whole]))
    if not reasons and not references:
        reasons = (found.note or _part(scan, path, line, found.text) or _nothing(found.text),)
    return Here(path, line, found.descriptor, found.value_path, references, reasons)


def _part(scan: Scan, path: str, line: int, text: str) -> str:
    """Of which reference close by a line holds a part: its registry, its repository."""
    value = text.partition("#")[0].rpartition(": ")[2].strip(" \"',[]{}")
    near = [
        item.reference
        for item in scan.references
        if item.reference.path == path and abs(item.reference.line - line) <= _NEAR
    ]
    part = next((r for r in near if len(value) > 1 and value in r.written), None)
    return f"a part of {part.written}, which is set at line {part.line}" if part else ""


def _stands(item: Scanned, path: str, line: int) -> bool:
    reference = item.reference
    if (reference.path, reference.line) == (path, line):
        return True
    return any((use.path, use.line) == (path, line) for use in reference.uses)


def _own(path: str) -> str:
    if path == SETTINGS_PATH or is_policy_path(path):
        return "a file of imagebot's own, which deploys nothing"
    return "" if may_deploy(path) else "not looked into: a file of this name holds no descriptor"


def _nothing(text: str) -> str:
    if not text.strip():
        return "the line is empty"
    if text.lstrip().startswith(("#", "//", ";")):
        return "the line is a comment"
    return "no image is written here that a kind of descriptor knows; a rule in imagebot.yaml can claim it"
