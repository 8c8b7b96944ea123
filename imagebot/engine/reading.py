"""Find the references of many files, on every core where that pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING

from imagebot.descriptors.find import NOTHING, Found, is_promising, read
from imagebot.descriptors.names import is_yaml
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import SIZE_LIMIT

if TYPE_CHECKING:
    from imagebot.descriptors.rules import Rule
    from imagebot.repository.protocol import FileEntry

BATCH = 128 * 1024
"""Bytes that a worker gets at once: small enough to share evenly, large enough to be worth the way."""

ENOUGH = 512 * 1024
"""Bytes to parse below which a second process costs more than it saves."""

TOO_LARGE = f"larger than {SIZE_LIMIT // (1024 * 1024)} MiB, or cannot be read"

_Batch = list[tuple["FileEntry", bytes]]


def find_all(
    contents: Iterable[tuple[FileEntry, bytes | None]], rules: tuple[Rule, ...]
) -> Iterator[tuple[FileEntry, Found]]:
    """What every file holds, in no particular order.

    Args:
        contents: Files with their bytes; None where they are too many, or cannot be had.
        rules: The team's own rules.
    """
    work = _Work(rules)
    for entry, content in contents:
        if content is None:
            yield entry, _unread(entry)
        elif is_promising(entry.path, content, rules):
            work.add(entry, content)
        else:
            yield entry, NOTHING
    yield from work.done()


class _Work:
    """Files to parse: given to other processes while more are read, once there are enough of them."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._batch: _Batch = []
        self._size = 0
        self._batches: list[_Batch] = []
        self._pool: ProcessPoolExecutor | None = None
        self._futures: list[Future[list[tuple[FileEntry, Found]]]] = []

    def add(self, entry: FileEntry, content: bytes) -> None:
        """One more file."""
        self._batch.append((entry, content))
        self._size += len(content)
        if self._size >= BATCH:
            self._next()

    def done(self) -> Iterator[tuple[FileEntry, Found]]:
        """What all files hold."""
        self._next()
        if self._pool is None:
            for batch in self._batches:
                yield from _found(batch, self._rules)
            return
        with self._pool:
            for future in self._futures:
                yield from future.result()

    def _next(self) -> None:
        self._batches.append(self._batch)
        self._batch, self._size = [], 0
        if self._pool is None and len(self._batches) * BATCH >= ENOUGH and _may_fork():
            cores = len(os.sched_getaffinity(0))
            self._pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), gc.disable)
        if self._pool is not None:
            self._futures += [self._pool.submit(_found, batch, self._rules) for batch in self._batches]
            self._batches = []


def _found(batch: _Batch, rules: tuple[Rule, ...]) -> list[tuple[FileEntry, Found]]:
    return [(entry, read(entry.path, content, rules)) for entry, content in batch]


def _may_fork() -> bool:
    """Forking is cheap and safe where nothing else runs in this process; elsewhere one core has to do."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def _unread(entry: FileEntry) -> Found:
    return Found(skipped=(Skipped(entry.path, None, TOO_LARGE),)) if is_yaml(entry.path) else NOTHING
