"""Run ``git``: list arguments, no prompt, no pager, and no secret in what it says."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagebot.errors import RepositoryError
from imagebot.untrusted import clean

TIMEOUT_S = 300
_URL_CREDENTIALS = re.compile(r"(?P<scheme>[a-z+]+://)[^/\s@]+@", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"(authorization:).*", re.IGNORECASE)

_QUIET = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -o BatchMode=yes"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text, without the final line end."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


class GitFailed(RepositoryError):  # noqa: N818 - names what happened
    """A git command that failed.

    Attributes:
        stderr: What it said, with credentials removed.
    """

    def __init__(self, message: str, stderr: str) -> None:
        super().__init__(message)
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class Git:
    """A repository's ``git``.

    Attributes:
        directory: Work tree or bare repository.
        environment: Additions to the environment, such as the token's header.
    """

    directory: Path
    environment: Mapping[str, str]

    def __call__(
        self, *arguments: str, stdin: bytes | None = None, extra: Mapping[str, str] | None = None
    ) -> Result:
        """Run a command.

        Raises:
            GitFailed: If it fails or takes too long.
        """
        result = self.attempt(*arguments, stdin=stdin, extra=extra)
        if result.code != 0:
            raise GitFailed(f"git {arguments[0]} failed: {last_words(result.err)}", result.err)
        return result

    def attempt(
        self, *arguments: str, stdin: bytes | None = None, extra: Mapping[str, str] | None = None
    ) -> Result:
        """Run a command that may fail."""
        try:
            done = subprocess.run(
                self.command(arguments),
                input=stdin if stdin is not None else b"",
                env=self.full_environment(extra),
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError as error:
            raise RepositoryError("git is not installed, or not on PATH", hint="install git") from error
        except subprocess.TimeoutExpired as error:
            raise RepositoryError(f"git {arguments[0]} took longer than {TIMEOUT_S} s") from error
        return Result(done.returncode, done.stdout, redacted(done.stderr.decode("utf-8", "replace")))

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The whole command line."""
        return ["git", "-C", str(self.directory), "-c", "core.quotePath=false", *arguments]

    def full_environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a command: whatever pointed Git elsewhere is taken out."""
        kept = {
            k: v for k, v in os.environ.items() if k not in {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
        }
        return kept | _QUIET | dict(self.environment) | dict(extra or {})


def redacted(text: str) -> str:
    """Text without the user part of URLs and without authorization headers."""
    return _AUTHORIZATION.sub(r"\1 ***", _URL_CREDENTIALS.sub(r"\g<scheme>", text))


def last_words(stderr: str) -> str:
    """What Git says went wrong: its ``fatal`` lines, else the last lines, on one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith(("fatal: ", "ssh: "))]
    lines = fatal or lines
    return clean(" / ".join(lines[-3:]) or "it gave no reason", 400)
