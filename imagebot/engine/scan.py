"""Find every reference of a snapshot and the policy that governs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagebot.descriptors.across import across
from imagebot.descriptors.find import NOTHING, Found
from imagebot.descriptors.names import may_deploy
from imagebot.descriptors.reference import Skipped
from imagebot.engine.configuration import SETTINGS_PATH, is_policy_path
from imagebot.engine.reading import find_all
from imagebot.plan import Scan, Scanned
from imagebot.policies.governing import govern

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Reference
    from imagebot.policies.policy import Configuration
    from imagebot.repository.protocol import FileEntry, Snapshot


@dataclass(slots=True)
class Known:
    """What earlier scans with the same rules found: a cache that can be thrown away at any time.

    Attributes:
        files: What a file holds, by what tells its contents apart and its path.
        last: The last scan of a commit, with the configuration it was made for.
    """

    files: dict[tuple[str, str], Found] = field(default_factory=dict)
    last: tuple[Configuration, Scan] | None = None


NOT_A_FILE = {
    "120000": "symbolic link: not followed",
    "160000": "submodule: not read",
}


def scan(snapshot: Snapshot, configuration: Configuration, known: Known | None = None) -> Scan:
    """Find every reference, and everything that was seen and not understood.

    Args:
        snapshot: The config repository.
        configuration: Policies and settings.
        known: What earlier scans found; only other files are read and parsed. Brought up to date.
    """
    known = known or Known()
    if known.last and known.last[0] == configuration and known.last[1].commit == (snapshot.commit or ""):
        return known.last[1]
    found = _scan(snapshot, configuration, known.files)
    known.last = (configuration, found)
    return found


def _scan(snapshot: Snapshot, configuration: Configuration, known: dict[tuple[str, str], Found]) -> Scan:
    rules = configuration.settings.rules
    entries = [entry for entry in snapshot.files() if _may_deploy(entry)]
    files = [entry for entry in entries if entry.mode not in NOT_A_FILE]
    new = [entry for entry in files if (entry.blob, entry.path) not in known]
    found = {
        (entry.blob, entry.path): one for entry, one in zip(new, find_all(snapshot, new, rules), strict=True)
    }
    now = {key: found.get(key) or known.get(key, NOTHING) for key in ((e.blob, e.path) for e in files)}
    known.clear()
    known.update(now)
    whole = across(now.values())
    skipped = [*whole.skipped, *_not_files(entries)]
    return Scan(
        commit=snapshot.commit,
        references=tuple(
            _governed(reference, configuration)
            for reference in sorted(
                whole.references, key=lambda r: (r.path, r.line, r.column, str(r.image.name))
            )
        ),
        skipped=tuple(sorted(skipped, key=lambda s: (s.path, s.line or 0, s.reason))),
        rules=rules,
    )


def _may_deploy(entry: FileEntry) -> bool:
    if entry.path == SETTINGS_PATH or is_policy_path(entry.path):
        return False
    return may_deploy(entry.path)


def _not_files(entries: list[FileEntry]) -> Iterator[Skipped]:
    for entry in entries:
        reason = NOT_A_FILE.get(entry.mode)
        if reason is not None:
            yield Skipped(entry.path, None, reason)


def _governed(reference: Reference, configuration: Configuration) -> Scanned:
    governed = govern(reference, configuration)
    return Scanned(reference, governed.policy, governed.environment, governed.reason)
