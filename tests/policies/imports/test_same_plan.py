"""An imported set-up plans the same updates as policies that were written by hand beside it.

A case is a folder below ``same/``: ``before/`` is the config repository with the other tool's set-up in it,
``handwritten.yaml`` are the policies of somebody who knows both, ``tags.json`` the tags that registries offer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imagebot.engine.configuration import read_configuration
from imagebot.engine.planning import make_plan
from imagebot.policies.imports.argocd import import_argocd
from imagebot.policies.imports.flux import import_flux
from imagebot.policies.imports.imported import Importer
from imagebot.policies.imports.writer import checked, written
from imagebot.reports.documents import plan_document
from imagebot.repository.folder import Folder
from tests.engine.test_golden import Offered, files

SAME = Path(__file__).parent / "same"
CASES: list[tuple[str, Importer, int]] = [("flux", import_flux, 5), ("argocd", import_argocd, 5)]


def updates(case: Path, policies: bytes) -> list[dict[str, Any]]:
    """What is planned: where, from where and to where; steps have other names in other orders."""
    folder = Folder(case / "before")
    configuration = read_configuration(folder, {"policies/a.yaml": policies})
    found = plan_document(make_plan(folder, configuration, Offered(case / "tags.json")))
    assert found["errors"] == []
    wanted = ("path", "line", "column", "image", "from", "to", "written", "pins")
    return [{key: update[key] for key in wanted} for update in found["updates"]]


@pytest.mark.parametrize(("name", "importer", "number"), CASES, ids=[name for name, *_ in CASES])
def test_it_plans_what_policies_written_by_hand_plan(name: str, importer: Importer, number: int) -> None:
    imported = checked(importer(files(SAME / name / "before")))

    found = updates(SAME / name, written(imported).encode())

    assert found == updates(SAME / name, (SAME / name / "handwritten.yaml").read_bytes())
    assert len(found) == number
