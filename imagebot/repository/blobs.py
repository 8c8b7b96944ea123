"""Read blobs through one long-lived ``git cat-file``: a process for each would cost more than the reading."""

from __future__ import annotations

import subprocess
import weakref
from threading import Lock

from imagebot.errors import RepositoryError
from imagebot.repository.command import Git


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
            head = process.stdout.readline().split()
            if len(head) != 3:
                raise RepositoryError(f"blob {blob} is missing from the repository", hint="delete the cache")
            content = process.stdout.read(int(head[2]))
            process.stdout.read(1)
            return content

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._git.command(["cat-file", "--batch"]),
            env=self._git.full_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        weakref.finalize(self, process.communicate)
        self._process = process
        return process
