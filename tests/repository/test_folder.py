from __future__ import annotations

from pathlib import Path

import pytest

from imagebot.errors import RepositoryError
from imagebot.repository.folder import Folder
from tests.processes import git, write_files


def paths(folder: Path) -> list[tuple[str, str]]:
    return [(entry.path, entry.mode) for entry in Folder(folder).files()]


def test_a_plain_folder_is_read_whole(tmp_path: Path) -> None:
    write_files(tmp_path, {"b.yaml": "b", "a/ü.yaml": "a", ".hidden.yaml": "h"})
    (tmp_path / "a/run.yaml").write_text("x")
    (tmp_path / "a/run.yaml").chmod(0o755)
    (tmp_path / "link.yaml").symlink_to("b.yaml")
    (tmp_path / "linked").symlink_to("a")

    assert paths(tmp_path) == [
        (".hidden.yaml", "100644"),
        ("a/run.yaml", "100755"),
        ("a/ü.yaml", "100644"),
        ("b.yaml", "100644"),
        ("link.yaml", "120000"),
        ("linked", "120000"),
    ]
    assert Folder(tmp_path).commit is None


def test_in_a_work_tree_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write_files(
        tmp_path,
        {".gitignore": "build/\n", "build/x.yaml": "x", "new.yaml": "n", "old.yaml": "o", "gone.yaml": "g"},
    )
    git(tmp_path, "add", "old.yaml", "gone.yaml", ".gitignore")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "gone.yaml").unlink()

    assert [path for path, _ in paths(tmp_path)] == [".gitignore", "new.yaml", "old.yaml"]


def test_a_clean_work_tree_is_a_commit_and_a_changed_one_is_not(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write_files(tmp_path, {"a.yaml": "a"})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")

    assert Folder(tmp_path).commit == git(tmp_path, "rev-parse", "HEAD").strip()
    (tmp_path / "b.yaml").write_text("b")
    assert Folder(tmp_path).commit is None


def test_writing_keeps_the_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.yaml": "old"})
    (tmp_path / "a.yaml").chmod(0o640)

    Folder(tmp_path).write("a.yaml", b"new\r\n")

    assert (tmp_path / "a.yaml").read_bytes() == b"new\r\n"
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_links_and_places_outside_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_files(tmp_path, {"outside.yaml": "o", "root/a.yaml": "a"})
    (root / "link.yaml").symlink_to("../outside.yaml")
    (root / "up").symlink_to("..")
    folder = Folder(root)

    for path in ("link.yaml", "../outside.yaml", "up/outside.yaml", "nothing.yaml"):
        with pytest.raises(RepositoryError):
            folder.write(path, b"x")
    for path in ("../outside.yaml", "up/outside.yaml"):
        with pytest.raises(RepositoryError, match="outside"):
            folder.read(path)
    assert (tmp_path / "outside.yaml").read_text() == "o"


@pytest.mark.parametrize("name", ["nowhere", "file.yaml"])
def test_what_is_no_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.yaml").write_text("x")

    with pytest.raises(RepositoryError, match=name) as refused:
        Folder(tmp_path / name)

    assert refused.value.id == "repository-missing"
