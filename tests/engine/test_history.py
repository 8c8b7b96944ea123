from __future__ import annotations

from pathlib import Path

import pytest

from imagebot.engine import history as module
from imagebot.engine.history import Past, Pasts, pasts
from imagebot.engine.scan import scan
from imagebot.policies.policy import Configuration, Policy, TagRules
from imagebot.repository.history import open_history
from tests.dated_commits import BY_IMAGEBOT, DatedRepository, ago

EVERYTHING = Configuration(policies=(Policy("all", ("*",), TagRules()),))


def pod(*images: str) -> str:
    containers = "".join(f"  - image: {image}\n" for image in images)
    return f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{containers}"


@pytest.fixture
def repository(tmp_path: Path) -> DatedRepository:
    return DatedRepository.make(tmp_path / "config")


def known(folder: Path, days: float = 90) -> Pasts:
    history = open_history(folder)
    found = scan(history.tip(), EVERYTHING)
    chosen = [item for item in found.references if item.reference.image.tag]
    return pasts(chosen, found.references, history, ago(days))


def told(past: Past) -> tuple[str, list[tuple[float, str, str]]]:
    """The first tag, and each move with the days since."""
    return past.tag, [
        ((ago(0) - one.at).total_seconds() / 86400, one.before, one.after) for one in past.moves
    ]


def test_every_commit_that_moves_a_tag_is_one_move(repository: DatedRepository) -> None:
    repository.commit(ago(100), {"a.yaml": pod("web:1.0")})
    repository.commit(ago(80), {"a.yaml": pod("web:1.1")}, author="Ada")
    repository.commit(ago(70), {"a.yaml": f"# a remark\n{pod('web:1.1')}"})
    repository.commit(ago(60), {"a.yaml": pod("web:1.2")}, message=BY_IMAGEBOT)

    (past,) = known(repository.folder).references

    assert past.begin == ago(90)
    assert told(past) == ("1.0", [(80, "1.0", "1.1"), (60, "1.1", "1.2")])
    assert [(one.author, one.own) for one in past.moves] == [("Ada", False), ("A Person", True)]
    assert [one.since for one in past.moves] == [ago(90), ago(80)]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param([pod("web:1.0"), pod("web:1.0")], [("1.0", [])], id="never-moved"),
        pytest.param(
            [None, pod("web:1.0"), pod("web:1.1")], [("1.0", [(80, "1.0", "1.1")])], id="added-later"
        ),
        pytest.param(
            [pod("web:1.0", "web:2.0"), pod("web:1.0", "web:2.1")],
            [("1.0", []), ("2.0", [(90, "2.0", "2.1")])],
            id="the-second-of-two",
        ),
        pytest.param(
            [pod("web:1.0"), pod("web:1.0 # {{ x"), pod("web:{{"), pod("web:1.1")],
            [("1.0", [(70, "1.0", "1.1")])],
            id="not-understood-meanwhile",
        ),
        pytest.param([pod("web:1.0"), pod("web:1.1"), pod("db:9")], [("9", [])], id="another-image"),
        pytest.param(
            [pod("web:1.0"), pod("web:1.1"), pod("web:1.0"), pod("web:1.1")],
            [("1.0", [(90, "1.0", "1.1"), (80, "1.1", "1.0"), (70, "1.0", "1.1")])],
            id="forth-and-back",
        ),
    ],
)
def test_the_past_of_references(
    repository: DatedRepository, versions: list[str | None], expected: object
) -> None:
    for number, text in enumerate(versions):
        files: dict[str, bytes | str] = {"other.txt": str(number), **({"a.yaml": text} if text else {})}
        repository.commit(ago(100 - 10 * number), files)

    assert [told(past) for past in known(repository.folder, days=95).references] == expected


def test_a_reference_is_known_since_it_was_added(repository: DatedRepository) -> None:
    repository.commit(ago(100), {"b.txt": ""})
    repository.commit(ago(20), {"a.yaml": pod("web:1.0")})

    (past,) = known(repository.folder).references

    assert (past.begin, past.moves) == (ago(20), ())


def test_a_tag_in_another_file_than_its_image(repository: DatedRepository) -> None:
    compose = "services:\n  web: {image: 'acme/web:${TAG}'}\n"
    repository.commit(ago(100), {"compose.yaml": compose, ".env": "TAG=1.0\n"})
    repository.commit(ago(50), {".env": "TAG=1.1\n"})
    repository.commit(ago(40), {"compose.yaml": f"# moved\n{compose}"})

    (past,) = known(repository.folder).references

    assert past.scanned.reference.path == ".env"
    assert told(past) == ("1.0", [(50, "1.0", "1.1")])


def test_history_ends_where_a_clone_is_shallow(repository: DatedRepository, tmp_path: Path) -> None:
    for day in (50, 40, 30):
        repository.commit(ago(day), {"a.yaml": pod(f"web:1.{60 - day}")})
    repository.git("clone", "-q", "--depth", "2", f"file://{repository.folder}", str(tmp_path / "clone"))

    found = known(tmp_path / "clone")

    assert found.begin == ago(40)
    assert "shallow" in found.ends
    assert told(found.references[0]) == ("1.20", [(30, "1.20", "1.30")])
    assert known(repository.folder).ends == ""


def test_no_more_commits_are_read_than_the_bound(
    repository: DatedRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (50, 40, 30):
        repository.commit(ago(day), {"a.yaml": pod(f"web:1.{60 - day}")})
    monkeypatch.setattr(module, "COMMITS", 2)

    found = known(repository.folder)

    assert found.begin == ago(40)
    assert found.ends.startswith("more than 2 commits touched these files")
    assert told(found.references[0]) == ("1.10", [(40, "1.10", "1.20"), (30, "1.20", "1.30")])
