"""Golden directories: the policies that an import writes, and everything that it leaves over.

A case is a folder below ``golden/`` that is named after its tool: ``source/`` holds the set-up, ``expected.yaml`` the
policies, ``leftovers.txt`` what is shown beside them. Adding one needs no code: write the first, run the tests with
``UPDATE_GOLDEN=1``, and read what they wrote.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imagebot.policies.imports.argocd import import_argocd
from imagebot.policies.imports.flux import import_flux
from imagebot.policies.imports.imported import Imported, Importer
from imagebot.policies.imports.renovate import import_renovate
from imagebot.policies.imports.writer import checked, warnings, written
from imagebot.policies.loading import load
from tests.engine.test_golden import files

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
IMPORTERS: dict[str, Importer] = {"flux": import_flux, "argocd": import_argocd, "renovate": import_renovate}


def imported(case: Path) -> Imported:
    return checked(IMPORTERS[case.name.partition("-")[0]](files(case / "source")))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_policies_and_leftovers_are_as_written_down(case: Path) -> None:
    found = imported(case)
    leftovers = "".join(warnings(found))
    if UPDATE:
        (case / "expected.yaml").write_text(written(found))
        (case / "leftovers.txt").write_text(leftovers)

    assert written(found) == (case / "expected.yaml").read_text()
    assert leftovers == (case / "leftovers.txt").read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_policies_load_and_are_those_that_were_imported(case: Path) -> None:
    found = imported(case)

    policies = load({"policies/a.yaml": written(found).encode()}).policies

    assert [policy.name for policy in policies] == [draft.name for draft in found.policies]
    assert [policy.pin for policy in policies] == [draft.pin for draft in found.policies]


def test_no_password_of_a_set_up_is_shown() -> None:
    for case in CASES:
        found = imported(case)
        shown = written(found) + "".join(warnings(found))
        assert "do-not-show" not in shown


def test_the_example_of_the_page_is_real() -> None:
    page = (Path(__file__).parents[3] / "docs/importing.md").read_text()
    case = next(case for case in CASES if case.name == "flux-worked-example")

    assert (case / "expected.yaml").read_text() in page
    assert (case / "leftovers.txt").read_text() in page
