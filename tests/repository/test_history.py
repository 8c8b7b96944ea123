from __future__ import annotations

from pathlib import Path

import pytest

from imagebot.errors import RepositoryMissing
from imagebot.repository.history import open_history
from imagebot.repository.protocol import FileEntry, Log
from tests.dated_commits import BY_IMAGEBOT, DatedRepository, ago
from tests.processes import write_files

MARK = "^Imagebot-Edit: ([0-9a-f]{64})$"


@pytest.fixture
def repository(tmp_path: Path) -> DatedRepository:
    return DatedRepository.make(tmp_path / "config")


def log(folder: Path, *paths: str, days: float = 90, limit: int = 100) -> Log:
    return open_history(folder).log(paths, ago(days), mark=MARK, limit=limit)


def contents(folder: Path, entries: list[FileEntry]) -> list[bytes | None]:
    return [content for _, content in open_history(folder).tip().contents(entries, 1000)]


def test_a_commit_shows_what_a_file_held_before_and_after(repository: DatedRepository) -> None:
    repository.commit(ago(100), {"a.yaml": "1", "b.yaml": "1"})
    changed = repository.commit(ago(5.5), {"a.yaml": "2", "b.yaml": "2", "new.yaml": "1"}, author="Ada Ö")
    (repository.folder / "new.yaml").unlink()
    deleted = repository.commit(ago(4), {})

    newest, commit = log(repository.folder, "a.yaml", "new.yaml").commits

    assert (commit.id, commit.at, commit.author, commit.marked) == (changed, ago(5.5), "Ada Ö", False)
    assert [(one.path, one.before is None) for one in commit.changes] == [
        ("a.yaml", False),
        ("new.yaml", True),
    ]
    before, after = commit.changes[0].before, commit.changes[0].after
    assert before is not None
    assert after is not None
    assert contents(repository.folder, [before, after]) == [b"1", b"2"]
    assert newest.id == deleted
    assert newest.changes[0].after is None


@pytest.mark.parametrize("name", ["*.yaml", ":(top)a.yaml", "ü ber.yaml", "-n.yaml"])
def test_a_name_is_a_name_and_no_pattern(repository: DatedRepository, name: str) -> None:
    first = repository.commit(ago(9), {name: "1"})
    repository.commit(ago(8), {"other.yaml": "1"})

    found = log(repository.folder, name)

    assert [commit.id for commit in found.commits] == [first]
    assert found.commits[0].first


def test_only_the_period_and_no_more_commits_than_asked_for(repository: DatedRepository) -> None:
    made = [repository.commit(ago(day), {"a.yaml": str(day)}) for day in (95, 40, 30, 20)]

    assert [commit.id for commit in log(repository.folder, "a.yaml").commits] == made[:0:-1]
    cut = log(repository.folder, "a.yaml", limit=2)
    assert ([commit.id for commit in cut.commits], cut.cut) == (made[:1:-1], True)
    assert not log(repository.folder, "a.yaml", limit=3).cut
    assert log(repository.folder) == Log(())


def test_a_merge_is_one_commit_when_it_landed_marked_by_what_it_brought(repository: DatedRepository) -> None:
    repository.commit(ago(50), {"a.yaml": "1", "b.yaml": "1"})
    for branch, path, message in (("imagebot/web", "a.yaml", BY_IMAGEBOT), ("mine", "b.yaml", "by hand")):
        repository.git("checkout", "-q", "-b", branch)
        repository.commit(ago(49), {path: "2"}, message=message)
        repository.git("checkout", "-q", "main")
        repository.commit(ago(48), {f"{path}.txt": "meanwhile"})
    repository.git("checkout", "-q", "imagebot/web")
    repository.merge(ago(47), "main")  # the forge's button that brings a branch up to date
    repository.git("checkout", "-q", "main")
    theirs, ours = repository.merge(ago(46), "imagebot/web"), repository.merge(ago(45), "mine")

    commits = log(repository.folder, "a.yaml", "b.yaml").commits[:2]

    assert [(commit.id, commit.at, commit.marked) for commit in commits] == [
        (ours, ago(45), False),
        (theirs, ago(46), True),
    ]
    assert [[change.path for change in commit.changes] for commit in commits] == [["b.yaml"], ["a.yaml"]]


def test_a_squashed_commit_is_marked_by_its_own_message(repository: DatedRepository) -> None:
    repository.commit(ago(9), {"a.yaml": "1"})
    repository.commit(ago(8), {"a.yaml": "2"}, message=f"{BY_IMAGEBOT}\n---------\n\nCo-authored-by: A <a@b>")
    repository.commit(
        ago(7), {"a.yaml": "3"}, message=f"Revert: {BY_IMAGEBOT.replace('Imagebot-', '> Imagebot-')}"
    )

    assert [commit.marked for commit in log(repository.folder, "a.yaml").commits] == [False, True, False]


def test_settings_of_the_user_change_nothing(repository: DatedRepository) -> None:
    repository.commit(ago(9), {"old.yaml": "the same\n" * 9})
    repository.git("mv", "old.yaml", "a.yaml")
    repository.commit(ago(8), {})
    before = log(repository.folder, "a.yaml")
    for key, value in {
        "log.follow": "true",
        "log.showRoot": "false",
        "log.showSignature": "true",
        "diff.renames": "copies",
        "diff.relative": "true",
        "core.abbrev": "7",
        "i18n.logOutputEncoding": "latin1",
    }.items():
        repository.git("config", key, value)

    assert log(repository.folder, "a.yaml") == before
    assert len(before.commits) == 1


def test_a_shallow_clone_begins_where_it_was_cut(repository: DatedRepository, tmp_path: Path) -> None:
    repository.commit(ago(9), {"a.yaml": "1"})
    repository.commit(ago(8), {"a.yaml": "2"})
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(tmp_path / "clone"))

    (commit,) = log(tmp_path / "clone", "a.yaml").commits

    assert (commit.at, commit.first) == (ago(8), True)
    assert open_history(tmp_path / "clone").shallow
    assert not open_history(repository.folder).shallow


def test_what_has_no_history_is_refused(repository: DatedRepository, tmp_path: Path) -> None:
    plain = write_files(tmp_path / "plain", {"a.yaml": "1"})
    below = write_files(repository.folder / "below", {"a.yaml": "1"})
    for folder, message in (
        (plain, "is not a Git repository"),
        (below, "and not its root"),
        (repository.folder, "has no commit yet"),
        (tmp_path / "nowhere", "does not exist"),
    ):
        with pytest.raises(RepositoryMissing, match=message):
            open_history(folder)
