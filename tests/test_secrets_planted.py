"""The search for planted secrets finds them, wherever imagebot could leave one."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.secrets_planted import ENTRA, PASSWORD, SECRET, Leaked, check, check_written, written

ROOT = Path(__file__).parent.parent
LEAKING = ROOT / "tests/leaking.py"


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"user bot, password {SECRET}.", id="in-the-clear"),
        pytest.param(f"\x1b[31m{PASSWORD}", id="another"),
        pytest.param(f"{{'access_token': '{ENTRA}'}}", id="token"),
        *(pytest.param(f"Basic {basic('u' * n, SECRET)}", id=f"base64-after-{n}") for n in range(1, 4)),
        *(pytest.param(f"Basic {basic('u' * n, PASSWORD)}", id=f"another-after-{n}") for n in range(1, 4)),
        pytest.param("Bearer ghp_" + "0f" * 18, id="token-of-the-forge"),
    ],
)
def test_a_secret_is_found_in_a_text(text: str) -> None:
    for searched in (text, text.encode()):
        with pytest.raises(Leaked, match="shows in a log"):
            check(searched, "a log")


@pytest.mark.parametrize(
    "text", ["", "a secret of 14 characters", "ghp_short", "\ud800", basic("bot", "wrong")]
)
def test_nothing_is_found_where_nothing_was_planted(text: str) -> None:
    check(text, "a log")


def as_it_is(path: Path, text: bytes) -> None:
    path.write_bytes(text)


def packed(path: Path, text: bytes) -> None:
    path.write_bytes(zlib.compress(text))


@pytest.mark.parametrize("write", [as_it_is, packed])
def test_a_secret_is_found_in_a_file_that_was_written_since(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    write(tmp_path / "config.json", SECRET.encode())
    before = written(tmp_path)
    check_written(before, tmp_path)  # what was there is the test's own

    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep/plan.json", f"token: {SECRET}".encode())
    with pytest.raises(Leaked, match="deep/plan.json"):
        check_written(before, tmp_path)


def test_every_way_of_leaking_fails_the_test_that_leaks() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        str(LEAKING),
    ]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    leaks = re.findall(r"^def (test_\w+)", LEAKING.read_text(), re.MULTILINE)
    for name in leaks:
        assert re.search(rf"^(FAILED|ERROR) tests/leaking.py::{name}\b", done.stdout, re.MULTILINE), (
            done.stdout
        )
    assert done.stdout.count("a planted secret shows in") >= len(leaks)
