"""Find every reference of a snapshot and the policy that governs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagebot.descriptors.find import find, is_descriptor_name
from imagebot.descriptors.reference import Skipped
from imagebot.engine.configuration import SETTINGS_PATH, is_policy_path
from imagebot.plan import Scan, Scanned
from imagebot.policies.governing import govern

if TYPE_CHECKING:
    from imagebot.descriptors.reference import Reference
    from imagebot.policies.policy import Configuration
    from imagebot.repository.protocol import FileEntry, Snapshot

NOT_A_FILE = {
    "120000": "symbolic link: not followed",
    "160000": "submodule: not read",
}


def scan(snapshot: Snapshot, configuration: Configuration) -> Scan:
    """Find every reference, and everything that was seen and not understood."""
    references: list[Reference] = []
    skipped: list[Skipped] = []
    for entry in snapshot.files():
        if not _may_deploy(entry):
            continue
        if reason := NOT_A_FILE.get(entry.mode):
            skipped.append(Skipped(entry.path, None, reason))
            continue
        found = find(entry.path, snapshot.read(entry.path))
        references.extend(found.references)
        skipped.extend(found.skipped)
    return Scan(
        commit=snapshot.commit,
        references=tuple(
            _governed(reference, configuration)
            for reference in sorted(references, key=lambda r: (r.path, r.line, r.column))
        ),
        skipped=tuple(sorted(skipped, key=lambda s: (s.path, s.line or 0, s.reason))),
    )


def _may_deploy(entry: FileEntry) -> bool:
    if entry.path == SETTINGS_PATH or is_policy_path(entry.path):
        return False
    return is_descriptor_name(entry.path)


def _governed(reference: Reference, configuration: Configuration) -> Scanned:
    governed = govern(reference, configuration)
    return Scanned(reference, governed.policy, governed.environment, governed.reason)
