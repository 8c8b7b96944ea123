"""Read blobs through one long-lived ``git cat-file``: a process for each would cost more than the reading."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import IO

from imagebot.errors import RepositoryError
from imagebot.repository.command import Git

_CHUNK = 1 << 20


class BlobReader:
    """Reads blobs of one repository; safe to use from several threads. It ends with its last user."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, blob: str) -> bytes:
        """The bytes of a blob.

        Raises:
            RepositoryError: If the repository does not have it.
        """
        with self._lock:
            process = self._process or self._start()
            if process.stdin is None or process.stdout is None:
                raise RepositoryError("git cat-file gave no pipes")
            process.stdin.write(f"{blob}\n".encode())
            process.stdin.flush()
            return _answer(process.stdout, blob, sys.maxsize) or b""

    def read_many(self, blobs: Sequence[str], limit: int) -> Iterator[bytes | None]:
        """The bytes of many blobs, in their order; None for one of more than ``limit`` bytes.

        A process of its own is asked for all at once, so that Git reads ahead.

        Raises:
            RepositoryError: If the repository does not have one of them.
        """
        if not blobs:
            return
        with tempfile.TemporaryFile() as questions:
            questions.write("".join(f"{blob}\n" for blob in blobs).encode())
            questions.seek(0)
            process = self._open(questions)
            try:
                if process.stdout is None:
                    raise RepositoryError("git cat-file gave no pipe")
                for blob in blobs:
                    yield _answer(process.stdout, blob, limit)
            finally:
                process.kill()
                process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        process = self._open(subprocess.PIPE)
        weakref.finalize(self, process.communicate)
        self._process = process
        return process

    def _open(self, questions: IO[bytes] | int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._git.command(
                ["cat-file", "--batch", "--buffer"]
                if questions != subprocess.PIPE
                else ["cat-file", "--batch"]
            ),
            env=self._git.full_environment(),
            stdin=questions,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def _answer(answers: IO[bytes], blob: str, limit: int) -> bytes | None:
    head = answers.readline().split()
    if len(head) != 3:
        raise RepositoryError(f"blob {blob} is missing from the repository", hint="delete the cache")
    left = int(head[2])
    if left <= limit:
        content = answers.read(left)
        answers.read(1)
        return content
    left += 1
    while left > 0:
        left -= len(answers.read(min(left, _CHUNK)) or b" " * left)
    return None
