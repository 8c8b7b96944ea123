"""Find the references of many files, on every core where that pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from imagebot.descriptors.find import NOTHING, Found, find
from imagebot.descriptors.names import is_yaml
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import SIZE_LIMIT

if TYPE_CHECKING:
    from imagebot.descriptors.rules import Rule
    from imagebot.repository.protocol import FileEntry, Snapshot

ENOUGH = 1000
"""Files below which other processes cost more than they save."""

MOST = 8
"""Processes; more would wait for the disk."""

SHARES = 8
"""Parts that each process gets, one after the other, so that none waits long for another."""

TOO_LARGE = f"larger than {SIZE_LIMIT // (1024 * 1024)} MiB, or cannot be read"

_snapshot: Snapshot
_rules: tuple[Rule, ...]


def find_all(snapshot: Snapshot, entries: Sequence[FileEntry], rules: tuple[Rule, ...]) -> list[Found]:
    """What every file holds, in the order of the entries."""
    cores = min(_cores(), MOST)
    if len(entries) < ENOUGH or cores < 2 or not _may_fork():
        return _found(snapshot, entries, rules)
    try:
        return _found_by(cores, snapshot, entries, rules)
    except (OSError, BrokenProcessPool):  # no semaphores in this container, or no memory for a second process
        return _found(snapshot, entries, rules)


def _found_by(
    cores: int, snapshot: Snapshot, entries: Sequence[FileEntry], rules: tuple[Rule, ...]
) -> list[Found]:
    size = -(-len(entries) // (cores * SHARES))
    parts = [entries[at : at + size] for at in range(0, len(entries), size)]
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, fork, _prepare, (snapshot, rules)) as pool:
        found: list[Found] = []
        for part, some in zip(parts, pool.map(_in_worker, parts), strict=True):
            found += [some.get(at, NOTHING) for at in range(len(part))]
    return found


def _prepare(snapshot: Snapshot, rules: tuple[Rule, ...]) -> None:
    """Keep what every part needs; a forked process has it already, and nothing goes through a pipe."""
    global _snapshot, _rules
    _snapshot, _rules = snapshot, rules
    gc.disable()  # trees have no cycles, and the process ends with the scan


def _in_worker(entries: Sequence[FileEntry]) -> dict[int, Found]:
    """Only files that hold something come back."""
    found = enumerate(_found(_snapshot, entries, _rules))
    return {at: one for at, one in found if one is not NOTHING}


def _found(snapshot: Snapshot, entries: Sequence[FileEntry], rules: tuple[Rule, ...]) -> list[Found]:
    return [
        _unread(entry) if content is None else find(entry.path, content, rules)
        for entry, content in snapshot.contents(entries, SIZE_LIMIT)
    ]


def _may_fork() -> bool:
    """Forking is cheap and safe where nothing else runs in this process; elsewhere one core has to do."""
    return sys.platform == "linux" and threading.active_count() == 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _unread(entry: FileEntry) -> Found:
    return Found(skipped=(Skipped(entry.path, None, TOO_LARGE),)) if is_yaml(entry.path) else NOTHING
