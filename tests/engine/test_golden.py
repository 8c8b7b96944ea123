"""Golden directories: what a plan says of a repository, and every byte of the files afterwards.

A case is a folder below ``golden/``: ``before/`` is the config repository, ``policies.yaml`` its policies,
``tags.json`` the tags that registries offer; ``plan.json`` is what ``imagebot plan -o json`` says, and ``after/`` holds
every file that is edited. Adding one needs no code: write the first three, run the tests with ``UPDATE_GOLDEN=1``,
and read what they wrote.
"""

from __future__ import annotations

import json
import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imagebot.engine.configuration import read_configuration
from imagebot.engine.edit import edited_files
from imagebot.engine.planning import make_plan
from imagebot.errors import RegistryError
from imagebot.plan import Plan
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from imagebot.reports.documents import plan_document
from imagebot.repository.folder import Folder
from tests.engine.silent import SilentRegistries

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


class Offered(SilentRegistries):
    """Registries that offer the tags of a file; a tag's digest follows from its name unless one is given."""

    def __init__(self, path: Path) -> None:
        self._tags: dict[str, Any] = json.loads(path.read_text())

    def tags(self, name: ImageName) -> Listing:
        if str(name) not in self._tags:
            raise RegistryError(f"{name} is not offered")
        return Listing(tuple(self._tags[str(name)]))

    def digest(self, name: ImageName, tag: str) -> str:
        offered = self._tags[str(name)]
        given = offered.get(tag) if isinstance(offered, dict) else None
        return given or f"sha256:{sha256(f'{name}:{tag}'.encode()).hexdigest()}"


def planned(case: Path) -> tuple[Plan, dict[str, bytes]]:
    folder = Folder(case / "before")
    policies = {"policies/golden.yaml": (case / "policies.yaml").read_bytes()}
    plan = make_plan(folder, read_configuration(folder, policies), Offered(case / "tags.json"))
    return plan, edited_files(folder, plan.updates, plan.scan.rules)


def without_bodies(plan: Plan) -> dict[str, Any]:
    """The document of a plan without what has tests of its own; commits are those of the repository around."""
    document = plan_document(plan)
    for proposal in document["proposals"]:
        del proposal["body"]
    for update in document["updates"]:
        del update["evidence"]
    return document | {"commit": None}


def files(folder: Path) -> dict[str, bytes]:
    found = folder.rglob("*") if folder.is_dir() else ()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()}


def update(case: Path, plan: Plan, edited: dict[str, bytes]) -> None:
    (case / "plan.json").write_text(json.dumps(without_bodies(plan), indent=1, ensure_ascii=False) + "\n")
    shutil.rmtree(case / "after", ignore_errors=True)
    for path, content in edited.items():
        target = case / "after" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_plan_and_every_byte_of_the_edit_are_as_written_down(case: Path) -> None:
    plan, edited = planned(case)
    if UPDATE:
        update(case, plan, edited)

    assert without_bodies(plan) == json.loads((case / "plan.json").read_text())
    assert edited == files(case / "after")
    before = files(case / "before")
    assert all(before[path] != content for path, content in edited.items())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_after_the_edit_nothing_is_left_to_do(case: Path, tmp_path: Path) -> None:
    """What was written is found again, and wanted no further."""
    shutil.copytree(case / "before", tmp_path / "again")
    for path, content in files(case / "after").items():
        (tmp_path / "again" / path).write_bytes(content)
    shutil.copy(case / "policies.yaml", tmp_path)
    shutil.copy(case / "tags.json", tmp_path)
    (tmp_path / "again").rename(tmp_path / "before")

    plan, _ = planned(tmp_path)

    assert plan.updates == ()
    assert len(plan.scan.references) == len(planned(case)[0].scan.references)
