"""``imagebot import``, as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import Outcome, write_files

Run = Callable[..., Outcome]
FLUX = """\
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web}
spec: {image: ghcr.io/acme/web, secretRef: {name: regcred}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: 1.x}}}
"""
POD = """\
apiVersion: v1
kind: Pod
spec: {containers: [{image: "ghcr.io/acme/web:1.2.3"}]} # {"$imagepolicy": "flux-system:web"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "config", {"images.yaml": FLUX, "pod.yaml": POD})


def test_policies_go_to_stdout_and_leftovers_to_stderr(imagebot: Run, folder: Path) -> None:
    outcome = imagebot("import", "flux", str(folder))

    assert outcome.code == 0
    assert '- name: "flux-system:web"' in outcome.out
    assert "warning[import-secret-ref]" in outcome.err
    assert "--> images.yaml:4:1" in outcome.err
    assert "= help: docker login" in outcome.err
    assert "1 policy; 1 left over." in outcome.err


def test_the_file_that_was_written_is_valid(imagebot: Run, folder: Path) -> None:
    target = folder / "policies/imported.yaml"

    assert imagebot("import", "flux", str(folder), "--out", str(target)).out == f"{target}\n"
    assert imagebot("validate", str(folder)).code == 0


def test_no_file_is_overwritten(imagebot: Run, folder: Path) -> None:
    target = folder / "imported.yaml"
    target.write_text("mine")

    outcome = imagebot("import", "flux", str(folder), "--out", str(target))

    assert outcome.code == 2
    assert target.read_text() == "mine"
    assert "there is such a file already" in outcome.err


def test_json_has_the_text_the_names_and_the_leftovers(imagebot: Run, folder: Path) -> None:
    document = imagebot("import", "flux", str(folder), "-o", "json").json

    assert document["format_version"]
    assert document["policies"]["names"] == ["flux-system:web"]
    assert document["policies"]["yaml"].startswith("# Imported policies")
    (leftover,) = document["leftovers"]
    assert (leftover["id"], leftover["path"], leftover["line"]) == ("import-secret-ref", "images.yaml", 4)
    assert leftover["policy"] is None


@pytest.mark.parametrize("tool", ["argocd", "renovate"])
def test_nothing_to_import_is_said(imagebot: Run, folder: Path, tool: str) -> None:
    outcome = imagebot("import", tool, str(folder))

    assert outcome.code == 2
    assert "error[import-nothing]" in outcome.err


def test_each_tool_is_read(imagebot: Run, tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "renovate.json": '{"packageRules": []}',
            "app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, annotations: "
            "{argocd-image-updater.argoproj.io/image-list: nginx}}\nspec: {source: {path: x}}\n",
        },
    )

    assert "name: renovate" in imagebot("import", "renovate", str(tmp_path)).out
    assert "name: a-nginx" in imagebot("import", "argocd", str(tmp_path)).out


def test_a_folder_that_is_not_there_is_said(imagebot: Run, tmp_path: Path) -> None:
    assert imagebot("import", "flux", str(tmp_path / "none")).code == 2


def test_json_has_the_path_of_the_file_that_was_written(imagebot: Run, folder: Path) -> None:
    target = folder / "imported.yaml"

    document = imagebot("import", "flux", str(folder), "--out", str(target), "-o", "json").json

    assert document["path"] == str(target)
    assert document["policies"]["yaml"] == target.read_text()


def test_a_configuration_that_cannot_be_read_is_an_error_with_its_place(
    imagebot: Run, tmp_path: Path
) -> None:
    write_files(tmp_path, {"renovate.json": '{\n  "packageRules": [\n}\n'})

    outcome = imagebot("import", "renovate", str(tmp_path))

    assert outcome.code == 2
    assert "error[import-unreadable]: renovate.json:3" in outcome.err
    assert outcome.out == ""
