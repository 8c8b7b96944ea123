"""Golden directories: ``before/`` and ``after/`` hold a file each, ``changes.json`` says what moves.

Adding a case needs no code: make a folder beside the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from imagebot.descriptors.find import find
from imagebot.descriptors.reference import Change, Reference
from imagebot.descriptors.splice import apply

CASES = sorted((Path(__file__).parent / "cases").iterdir())


def only_file(folder: Path) -> tuple[str, bytes]:
    (path,) = [path for path in folder.rglob("*") if path.is_file()]
    return path.relative_to(folder).as_posix(), path.read_bytes()


def changes_of(case: Path, references: tuple[Reference, ...]) -> list[Change]:
    wanted: list[Mapping[str, Any]] = json.loads((case / "changes.json").read_text())["changes"]
    places = {(reference.line, reference.column): reference for reference in references}
    return [
        Change(places[item["line"], item["column"]], tag=item.get("tag"), digest=item.get("digest"))
        for item in wanted
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_reference_is_found_and_the_edit_is_to_the_byte(case: Path) -> None:
    path, before = only_file(case / "before")
    found = find(path, before)

    changes = changes_of(case, found.references)

    assert len(changes) == len(found.references)
    assert found.skipped == ()
    assert apply(before, changes) == only_file(case / "after")[1]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_what_was_edited_is_found_again_as_it_was_meant(case: Path) -> None:
    path, before = only_file(case / "before")
    changes = changes_of(case, find(path, before).references)

    again = find(path, only_file(case / "after")[1]).references

    assert [r.image.tag for r in again] == [c.tag or c.reference.image.tag for c in changes]
    assert [r.image.digest for r in again] == [c.digest or c.reference.image.digest for c in changes]
    assert [r.image.name for r in again] == [c.reference.image.name for c in changes]
