from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from imagebot.engine import reading
from imagebot.engine.scan import Known, scan
from imagebot.policies.policy import Configuration, Environment, Settings
from imagebot.repository.folder import Folder
from imagebot.repository.protocol import FileEntry

VALUES = "image: {{repository: ghcr.io/acme/a{0}, tag: 1.0.{0}}}\n"


class Counting:
    """A snapshot of a folder that says which files were read."""

    def __init__(self, root: Path, commit: str | None = None) -> None:
        self._folder = Folder(root)
        self.commit = commit
        self.read_paths: list[str] = []

    def files(self) -> Iterator[FileEntry]:
        return self._folder.files()

    def read(self, path: str) -> bytes:
        return self._folder.read(path)

    def contents(self, entries: Iterable[FileEntry], limit: int) -> Iterator[tuple[FileEntry, bytes | None]]:
        for entry, content in self._folder.contents(entries, limit):
            self.read_paths.append(entry.path)
            yield entry, content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"v{number}.yaml").write_text(VALUES.format(number))
    (tmp_path / "notes.md").write_text("image: ghcr.io/acme/a:1\n")
    return tmp_path


def test_a_second_scan_reads_only_what_changed(root: Path) -> None:
    known = Known()
    first = scan(Counting(root), Configuration(), known)
    (root / "v1.yaml").write_text("# more\n" + VALUES.format(9))
    (root / "v2.yaml").unlink()
    (root / "new.yaml").write_text(VALUES.format(7))
    second = Counting(root)

    found = scan(second, Configuration(), known)

    assert len(first.references) == 3
    assert second.read_paths == ["new.yaml", "v1.yaml"]
    assert [(r.reference.path, r.reference.line, r.reference.image.tag) for r in found.references] == [
        ("new.yaml", 1, "1.0.7"),
        ("v0.yaml", 1, "1.0.0"),
        ("v1.yaml", 2, "1.0.9"),
    ]
    assert {path for _, path in known.files} == {"new.yaml", "v0.yaml", "v1.yaml"}


def test_the_same_commit_is_not_looked_at_twice_unless_the_configuration_changed(root: Path) -> None:
    known = Known()
    first = scan(Counting(root, "c1"), Configuration(), known)
    (root / "v0.yaml").unlink()

    assert scan(Counting(root, "c1"), Configuration(), known) is first
    elsewhere = Configuration(Settings(environments=(Environment("all", ("**",)),)))
    assert {r.environment for r in scan(Counting(root, "c1"), elsewhere, known).references} == {"all"}
    assert len(scan(Counting(root, "c2"), Configuration(), known).references) == 2


def test_a_work_tree_with_changes_is_always_looked_at(root: Path) -> None:
    known = Known()
    scan(Counting(root), Configuration(), known)
    (root / "v0.yaml").unlink()

    assert len(scan(Counting(root), Configuration(), known).references) == 2


def test_several_processes_find_what_one_does(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        (root / f"w{number:02}.yaml").write_text(VALUES.format(number) * (number % 3) + "# mage\n")
    alone = scan(Folder(root), Configuration())
    monkeypatch.setattr(reading, "ENOUGH", 1)
    monkeypatch.setattr(reading, "_cores", lambda: 3)
    monkeypatch.setattr(reading, "_may_fork", lambda: True)

    together = scan(Folder(root), Configuration())

    assert together.references == alone.references
    assert together.skipped == alone.skipped


def test_where_no_process_can_be_started_one_does_it_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no semaphores here")

    monkeypatch.setattr(reading, "ENOUGH", 1)
    monkeypatch.setattr(reading, "_cores", lambda: 3)
    monkeypatch.setattr(reading, "_may_fork", lambda: True)
    monkeypatch.setattr(reading, "ProcessPoolExecutor", refuse)

    assert len(scan(Folder(root), Configuration()).references) == 3


def test_what_is_no_file_or_too_large_is_named(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x.yaml").write_text(VALUES.format(0))
    (root / "link.yaml").symlink_to(elsewhere / "x.yaml")
    (root / "folder").symlink_to(elsewhere)
    (root / "large.yaml").write_bytes(b"image: a:1\n" + b"#" * (20 * 1024 * 1024))

    found = scan(Folder(root), Configuration())

    assert [(s.path, s.reason) for s in found.skipped] == [
        ("folder", "symbolic link: not followed"),
        ("large.yaml", "larger than 10 MiB, or cannot be read"),
        ("link.yaml", "symbolic link: not followed"),
    ]
    assert len(found.references) == 3
