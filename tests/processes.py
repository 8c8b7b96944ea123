"""Run imagebot and Git in tests."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from imagebot.cli.main import main
from tests.secrets_planted import check, check_written, written


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def run_imagebot(
    capture: pytest.CaptureFixture[bytes], arguments: Sequence[str], stdin: str, *folders: Path
) -> Outcome:
    """Run the command line in this process; argparse's own exits count too.

    What it says, and what it writes below the folders, is searched for planted secrets.
    """
    capture.readouterr()
    before = written(*folders)
    kept, sys.stdin = sys.stdin, io.StringIO(stdin)
    try:
        code = main([*arguments])
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        sys.stdin = kept
    out, err = capture.readouterr()
    command = f"imagebot {' '.join(arguments[:1])}"
    check(out, f"the output of {command}")
    check(err, f"the remarks of {command}")
    check_written(before, *folders)
    return Outcome(code, out.decode("utf-8", "surrogateescape"), err.decode())


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; its output."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def write_files(folder: Path, files: dict[str, bytes | str]) -> Path:
    """Write files below a folder; the folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
