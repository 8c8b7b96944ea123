"""Records of what was proposed: they come and go with the branch, and stay when somebody else deletes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagebot.errors import PushRefused
from imagebot.repository.git import GitRepository, open_repository
from imagebot.repository.protocol import Signature
from imagebot.repository.recording import Record
from tests.processes import git, write_files

WHO = Signature("imagebot", "bot@example.com", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
PREFIX = "refs/imagebot/proposed/"
BRANCH = "imagebot/staging/web"
FILE = "envs/ü ber.yaml"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    clone, bare = tmp_path / "clone", tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(bare))
    git(tmp_path, "init", "-q", "-b", "main", str(clone))
    write_files(clone, {FILE: "tag: 1\n", "other.yaml": "a: 1\n"})
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "one")
    git(clone, "remote", "add", "origin", str(bare))
    git(clone, "push", "-q", "origin", "main")
    return bare


@pytest.fixture(params=["clone", "url"])
def repository(request: pytest.FixtureRequest, remote: Path, tmp_path: Path) -> GitRepository:
    location = str(tmp_path / "clone") if request.param == "clone" else remote.as_uri()
    opened = open_repository(location, cache=tmp_path / "cache")
    opened.keep_records(PREFIX)
    return opened


def named(commit: str) -> str:
    """Name of the record of a commit."""
    return f"{PREFIX}{BRANCH}/{int(WHO.when.timestamp())}-{commit}"


def proposed(
    repository: GitRepository, tag: int, *, expected: str | None = None, when: datetime = WHO.when
) -> str:
    """Push a commit to the branch; its id."""
    base = repository.fetch("main") or ""
    made = repository.commit(base, {FILE: b"tag: %d\n" % tag}, f"to {tag}\n", replace(WHO, when=when))
    repository.push(BRANCH, made, expected=expected)
    return made


def references(remote: Path) -> dict[str, str]:
    """What the remote has beside its default branch."""
    listed = git(remote, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    found = dict(line.split(" ") for line in listed)
    return {name: commit for name, commit in found.items() if name != "refs/heads/main"}


def test_branch_and_record_come_together(repository: GitRepository, remote: Path) -> None:
    first = proposed(repository, 2)
    second = proposed(repository, 3, expected=first)

    name = named(second)
    assert references(remote) == {f"refs/heads/{BRANCH}": second, name: second}
    recorded = [Record(BRANCH, second, name, int(WHO.when.timestamp()))]
    assert repository.records(BRANCH) == recorded
    assert repository.records("imagebot/*") == recorded


def test_records_are_told_newest_first(repository: GitRepository, remote: Path) -> None:
    made = []
    for seconds in (999_999_999, 1_000_000_000, 1_100_000_000, 1_700_000_000):
        made.append(proposed(repository, seconds, when=datetime.fromtimestamp(seconds, UTC)))
        git(remote, "update-ref", "-d", f"refs/heads/{BRANCH}")
    git(
        remote, "update-ref", f"{PREFIX}{BRANCH}/{made[0]}", made[0]
    )  # as it was named before names told the time

    assert [each.commit for each in repository.records(BRANCH)] == [*made[::-1], made[0]]
    assert [each.made for each in repository.records(BRANCH)] == [
        1_700_000_000,
        1_100_000_000,
        1_000_000_000,
        999_999_999,
        0,
    ]


def test_a_record_without_a_time_in_its_name_is_one_too(repository: GitRepository, remote: Path) -> None:
    first = proposed(repository, 2)
    git(remote, "update-ref", "-d", named(first))
    git(remote, "update-ref", f"{PREFIX}{BRANCH}/{first}", first)
    repository.bring_records(repository.records(BRANCH))

    second = proposed(repository, 3, expected=first)

    assert references(remote) == {f"refs/heads/{BRANCH}": second, named(second): second}


def test_without_records_a_branch_goes_alone(remote: Path, tmp_path: Path) -> None:
    plain = open_repository(remote.as_uri(), cache=tmp_path / "another-cache")

    proposed(plain, 2)

    assert list(references(remote)) == [f"refs/heads/{BRANCH}"]


def test_a_lease_that_does_not_hold_leaves_the_record_alone(repository: GitRepository, remote: Path) -> None:
    proposed(repository, 2)
    before = references(remote)

    with pytest.raises(PushRefused, match="stale info"):
        proposed(repository, 3, expected="0" * 39 + "1")

    assert references(remote) == before


def test_withdrawing_takes_both(repository: GitRepository, remote: Path) -> None:
    made = proposed(repository, 2)

    repository.withdraw(BRANCH, expected=made)
    repository.withdraw(BRANCH, expected=made)

    assert references(remote) == {}


def test_withdrawing_stops_at_what_somebody_else_pushed(
    repository: GitRepository, remote: Path, tmp_path: Path
) -> None:
    made = proposed(repository, 2)
    git(tmp_path / "clone", "push", "-qf", "origin", f"main:{BRANCH}")

    with pytest.raises(PushRefused):
        repository.withdraw(BRANCH, expected=made)

    assert f"refs/heads/{BRANCH}" in references(remote)


def test_a_recorded_commit_is_brought_to_where_it_never_was(
    repository: GitRepository, remote: Path, tmp_path: Path
) -> None:
    made = proposed(repository, 2)
    git(remote, "update-ref", "-d", f"refs/heads/{BRANCH}")
    fresh = open_repository(remote.as_uri(), cache=tmp_path / "another-cache")
    fresh.keep_records(PREFIX)
    assert not fresh.holds(made)

    fresh.bring_records(fresh.records(BRANCH))

    facts = fresh.facts(made)
    assert (facts.message, facts.at) == ("to 2\n", WHO.when)
    assert fresh.changed_paths(facts.parents[0], made) == (FILE,)


def test_a_commit_that_is_recorded_twice_is_brought_once(
    repository: GitRepository, remote: Path, tmp_path: Path
) -> None:
    made = proposed(repository, 2)
    git(remote, "update-ref", f"{PREFIX}{BRANCH}/{made}", made)
    fresh = open_repository(remote.as_uri(), cache=tmp_path / "another-cache")
    fresh.keep_records(PREFIX)

    fresh.bring_records(fresh.records(BRANCH))

    assert fresh.holds(made)


def test_another_record_takes_the_place(repository: GitRepository, remote: Path) -> None:
    made = proposed(repository, 2)
    git(remote, "update-ref", "-d", f"refs/heads/{BRANCH}")

    other = repository.reword(made, "another\n")
    repository.record(BRANCH, other, instead_of=made)

    assert references(remote) == {named(other): other}
    assert repository.facts(other).message == "another\n"
    assert repository.facts(other).tree == repository.facts(made).tree


def test_rewording_to_the_same_gives_the_same_commit(repository: GitRepository) -> None:
    made = proposed(repository, 2)

    assert repository.reword(made, "to 2\n") == made


@pytest.mark.parametrize(
    ("after", "brought"),
    [
        pytest.param({}, False, id="not-merged"),
        pytest.param({FILE: b"tag: 2\n"}, True, id="same-content"),
        pytest.param({FILE: b"tag: 2\n", "other.yaml": b"b\n"}, True, id="same-content-and-more"),
        pytest.param({FILE: b"tag: 9\n"}, False, id="other-content"),
        pytest.param({"other.yaml": b"b\n"}, False, id="another-file"),
    ],
)
def test_what_a_tip_brought(repository: GitRepository, after: dict[str, bytes], brought: bool) -> None:
    made = proposed(repository, 2)
    base = repository.fetch("main") or ""

    tip = repository.commit(base, after, "by hand\n", WHO) if after else base

    assert repository.brought(made, tip) is brought
    assert repository.brought(made, made) is True
