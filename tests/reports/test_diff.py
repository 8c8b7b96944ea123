from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.reports.diff import coloured, unified_diff


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("a.yaml", b"tag: 1\n", b"tag: 2\n", id="plain"),
        pytest.param("a.yaml", b"a: 1\r\ntag: 1\r\nb: 2\r\n", b"a: 1\r\ntag: 2\r\nb: 2\r\n", id="crlf"),
        pytest.param("a.yaml", b"a: 1\ntag: 1", b"a: 1\ntag: 2", id="no-final-newline"),
        pytest.param("a.yaml", b"\xef\xbb\xbftag: 1\n", b"\xef\xbb\xbftag: 2\n", id="byte-order-mark"),
        pytest.param("a.yaml", b"a: \x0c\x1c\ntag: 1\n", b"a: \x0c\x1c\ntag: 2\n", id="other-separators"),
        pytest.param("d\u00fc/\u2714 b.yaml", "\u2714: 1\n".encode(), "\u2714: 2\n".encode(), id="non-ascii"),
        pytest.param('q"\\\n.yaml', b"tag: 1\n", b"tag: 2\n", id="quoted-path"),
    ],
)
def test_git_applies_the_diff_to_the_byte(tmp_path: Path, name: str, old: bytes, new: bytes) -> None:
    target = tmp_path / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(old)

    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=tmp_path,
        input=unified_diff({name: old}, {name: new}),
        check=True,
        capture_output=True,
    )

    assert target.read_bytes() == new


@given(st.binary())
def test_equal_files_make_no_diff(content: bytes) -> None:
    assert unified_diff({"a": content}, {"a": content}) == b""


def test_colour_shows_no_control_character_of_a_file() -> None:
    diff = unified_diff({"a": b"x\n"}, {"a": b"\x1b[2Jboo\n"})

    assert b"\x1b[2J" not in coloured(diff)
    assert b"?[2Jboo" in coloured(diff)
