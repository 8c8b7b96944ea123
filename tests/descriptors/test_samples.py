"""Files as people write them: every image is found, none is invented, and every one found can be edited.

A sample is a folder below ``samples/<kind>/`` with the files of a team and ``expected.json``: its form, what is found,
and the lines that are skipped. Adding one needs no code; ``UPDATE_GOLDEN=1`` writes the table of docs/descriptors.md.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from imagebot.descriptors.across import across
from imagebot.descriptors.find import Found, find
from imagebot.descriptors.names import may_deploy
from imagebot.descriptors.reference import Change, Reference
from imagebot.descriptors.splice import apply

SAMPLES = sorted(path.parent for path in (Path(__file__).parent / "samples").rglob("expected.json"))
DOCS = Path(__file__).parents[2] / "docs" / "descriptors.md"
BEGIN, END = "<!-- samples: begin -->\n", "<!-- samples: end -->\n"
NEW_TAG = "9.8.7"
NEW_DIGEST = "sha256:" + "ab" * 32


def files_of(sample: Path) -> dict[str, bytes]:
    found = (path for path in sorted(sample.rglob("*")) if path.is_file() and path.name != "expected.json")
    return {path.relative_to(sample).as_posix(): path.read_bytes() for path in found}


def found_in(files: dict[str, bytes]) -> Found:
    return across(find(path, content) for path, content in files.items() if may_deploy(path))


@cache
def expected(sample: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((sample / "expected.json").read_text())
    return document


def edited(sample: Path) -> tuple[dict[str, bytes], dict[str, bytes], list[Reference]]:
    """The files before and after every reference with a tag or digest moved, and those references."""
    before = files_of(sample)
    moved = [r for r in found_in(before).references if r.tag or r.digest]
    after = dict(before)
    for path in {reference.path for reference in moved}:
        changes = [
            Change(r, tag=NEW_TAG if r.tag else None, digest=NEW_DIGEST if r.digest else None)
            for r in moved
            if r.path == path
        ]
        after[path] = apply(before[path], changes)
    return before, after, moved


def named(sample: Path) -> str:
    return f"{sample.parent.name}-{sample.name}"


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
def test_every_image_is_found_and_none_is_invented(sample: Path) -> None:
    found = found_in(files_of(sample))

    assert [
        (r.path, r.line, str(r.image.name), r.image.tag, r.image.digest)
        for r in sorted(found.references, key=lambda r: (r.path, r.line, str(r.image.name)))
    ] == [
        (e["path"], e["line"], e["image"], e["tag"], e["digest"])
        for e in sorted(expected(sample)["found"], key=lambda e: (e["path"], e["line"], e["image"]))
    ]
    said = {(item.path, item.line) for item in found.skipped}
    assert said == {(item["path"], item["line"]) for item in expected(sample)["skipped"]}


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
def test_an_edit_changes_the_lines_of_its_references_and_no_other(sample: Path) -> None:
    before, after, moved = edited(sample)

    lines = {(r.path, r.line) for r in moved}
    for path, content in before.items():
        old, new = content.split(b"\n"), after[path].split(b"\n")
        changed = {(path, n) for n, (a, b) in enumerate(zip(old, new, strict=True), start=1) if a != b}
        tags = {
            place
            for place in changed
            if NEW_TAG.encode() in new[place[1] - 1] or b"ab" * 32 in new[place[1] - 1]
        }
        assert changed == tags
        assert {place for place in lines if place[0] == path} <= changed
    assert [r.image.tag for r in found_in(after).references if r.tag] == [NEW_TAG for r in moved if r.tag]


def table() -> str:
    rows = ["| Kind | Form | Found | Edited | Said |", "|---|---|--:|--:|--:|"]
    for sample in SAMPLES:
        what = expected(sample)
        form = what["form"].replace("|", "\\|")
        counts = f"{len(what['found'])} | {len(edited(sample)[2])} | {len(what['skipped'])}"
        rows.append(f"| `{sample.parent.name}` | {form} | {counts} |")
    return "\n".join(rows) + "\n"


def test_the_documentation_lists_every_sample() -> None:
    text = DOCS.read_text()
    before, rest = text.split(BEGIN)
    wanted = before + BEGIN + table() + END + rest.split(END)[1]
    if os.environ.get("UPDATE_GOLDEN"):
        DOCS.write_text(wanted)

    assert DOCS.read_text() == wanted


def test_there_are_twenty_samples_of_every_kind() -> None:
    kinds = {sample.parent.name for sample in SAMPLES}

    assert {kind: sum(s.parent.name == kind for s in SAMPLES) for kind in kinds} == dict.fromkeys(kinds, 20)
