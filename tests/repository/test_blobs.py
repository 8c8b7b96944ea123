from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from imagebot.errors import RepositoryError
from imagebot.repository.blobs import BlobReader
from imagebot.repository.command import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return Git(tmp_path, {})


def blob(git: Git, tmp_path: Path, content: bytes) -> str:
    (tmp_path / "x").write_bytes(content)
    return git("hash-object", "-w", str(tmp_path / "x")).text


def test_many_blobs_come_in_their_order_and_large_ones_are_left_out(git: Git, tmp_path: Path) -> None:
    small, large, empty = (blob(git, tmp_path, c) for c in (b"a\n\0b", b"x" * 3_000_000, b""))
    reader = BlobReader(git)

    found = list(reader.read_many([small, large, empty, small], 1000))

    assert found == [b"a\n\0b", None, b"", b"a\n\0b"]
    assert len(reader.read(large)) == 3_000_000
    assert list(reader.read_many([], 1000)) == []


def test_a_blob_that_is_missing_is_named(git: Git) -> None:
    with pytest.raises(RepositoryError, match="0{40} is missing"):
        list(BlobReader(git).read_many(["0" * 40], 10))


def test_reading_may_be_given_up_in_the_middle(git: Git, tmp_path: Path) -> None:
    wanted = [blob(git, tmp_path, str(n).encode() * 1000) for n in range(50)]
    reader = BlobReader(git)

    assert next(iter(reader.read_many(wanted, 10_000))) == b"0" * 1000
    assert reader.read(wanted[3]) == b"3" * 1000
