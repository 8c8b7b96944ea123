"""Rendered differences: the logic over a workshop in memory, and the real programs where they are installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from imagebot.engine.configuration import read_configuration
from imagebot.engine.planning import make_plan
from imagebot.engine.render import render
from imagebot.engine.roots import affected_roots
from imagebot.errors import RenderError
from imagebot.plan import Plan, Root
from imagebot.references.image import ImageName
from imagebot.registries.protocol import Listing
from imagebot.repository.folder import Folder
from imagebot.repository.workshop import TemporaryWorkshop
from tests.engine.silent import SilentRegistries

POLICIES = b'policies: [{name: all, images: ["*"], tags: {order: semver}}]\n'
FILES = {
    "base/kustomization.yaml": "resources: [deploy.yaml]\n",
    "base/deploy.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        "      containers: [{name: web, image: ghcr.io/acme/web:1.0.0}]\n"
    ),
    "envs/prod/kustomization.yaml": "resources: [../../base]\nnamespace: prod\n",
    "envs/test/kustomization.yaml": "resources:\n- ../../base\nimages:\n- {name: ghcr.io/acme/web, newTag: 0.9.0}\n",
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "charts/web/values.yaml": "image: {repository: ghcr.io/acme/web, tag: 1.0.0}\n",
    "charts/web/values-prod.yaml": "image: {repository: ghcr.io/acme/web, tag: 0.9.0}\n",
    "charts/web/templates/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n"
        '  - image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
        '{{- if eq .Values.image.tag "2.0.0" }}{{ fail "2.0.0 is not supported" }}{{ end }}\n'
    ),
}


class Tags(SilentRegistries):
    def __init__(self, *tags: str) -> None:
        self._tags = tags

    def tags(self, name: ImageName) -> Listing:
        return Listing(self._tags)

    def digest(self, name: ImageName, tag: str) -> str:
        return "sha256:" + "a" * 64


class InMemory:
    """A workshop that renders a folder as the text of its files, and refuses what holds a word."""

    def __init__(self, broken: str = "", missing: str = "") -> None:
        self._files: dict[str, bytes] = {}
        self._broken = broken
        self._missing = missing

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def fill(self, files: Iterable[tuple[str, bytes]]) -> None:
        self._files.update(files)

    def render(self, root: Root) -> str:
        if root.tool == self._missing:
            raise RenderError(f"{root.tool} is not on the PATH")
        text = "".join(
            c.decode() for p, c in sorted(self._files.items()) if p.startswith(("base/", root.folder))
        )
        if self._broken and self._broken in text:
            raise RenderError(f"it holds {self._broken}")
        return text


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Folder(tmp_path)


def planned(folder: Folder, *tags: str) -> Plan:
    return make_plan(folder, read_configuration(folder, {"policies/a.yaml": POLICIES}), Tags(*tags))


@pytest.mark.parametrize(
    ("path", "roots"),
    [
        ("base/deploy.yaml", [Root("kustomize", "envs/prod"), Root("kustomize", "envs/test")]),
        ("envs/test/kustomization.yaml", [Root("kustomize", "envs/test")]),
        ("charts/web/values.yaml", [Root("helm", "charts/web")]),
        ("charts/web/values-prod.yaml", [Root("helm", "charts/web", "values-prod.yaml")]),
        ("other.yaml", []),
    ],
)
def test_the_outermost_roots_around_a_file_are_rendered(folder: Folder, path: str, roots: list[Root]) -> None:
    assert affected_roots(folder, [path]) == {path: tuple(roots)}


def test_the_difference_of_every_root_is_part_of_the_plan(folder: Folder) -> None:
    plan = render(folder, planned(folder, "1.0.0", "0.9.0", "1.1.0"), InMemory)

    by_root = {rendering.root: rendering for rendering in plan.rendered}
    assert set(by_root) == {
        Root("kustomize", "envs/prod"),
        Root("kustomize", "envs/test"),
        Root("helm", "charts/web"),
        Root("helm", "charts/web", "values-prod.yaml"),
    }
    diff = by_root[Root("kustomize", "envs/prod")].diff
    assert "-      containers: [{name: web, image: ghcr.io/acme/web:1.0.0}]\n" in diff
    assert "+      containers: [{name: web, image: ghcr.io/acme/web:1.1.0}]\n" in diff
    assert plan.failures == ()


def test_an_edit_that_breaks_a_rendering_is_refused_and_the_others_go_on(folder: Folder) -> None:
    before = planned(folder, "1.0.0", "0.9.0", "1.1.0")

    plan = render(folder, before, lambda: InMemory(broken="newTag: 1.1.0"))

    assert {u.reference.path for u in before.updates} - {u.reference.path for u in plan.updates} == {
        "base/deploy.yaml",
        "envs/test/kustomization.yaml",
    }
    assert {(f.error.id, f.path) for f in plan.failures} == {
        ("render-broken", "base/deploy.yaml"),
        ("render-broken", "envs/test/kustomization.yaml"),
    }
    assert "the edit breaks it: it holds newTag: 1.1.0" in plan.failures[0].error.message


def test_what_cannot_be_rendered_anyway_is_said_and_refuses_nothing(folder: Folder) -> None:
    before = planned(folder, "1.0.0", "0.9.0", "1.1.0")

    plan = render(folder, before, lambda: InMemory(missing="helm"))

    assert plan.updates == before.updates
    problems = {r.root.tool: r.problem for r in plan.rendered}
    assert problems["kustomize"] == ""
    assert problems["helm"] == "cannot be rendered, with the edit or without: helm is not on the PATH"


def installed(*programs: str) -> bool:
    found = any(shutil.which(program) for program in programs)
    if not found and os.environ.get("IMAGEBOT_REQUIRE_RENDERERS"):
        pytest.fail(f"none of {programs} is installed, and this run must not skip them")
    return found


def test_kustomize_renders_both_states(folder: Folder) -> None:
    if not installed("kustomize", "kubectl"):
        pytest.skip("neither kustomize nor kubectl is installed")
    plan = render(folder, planned(folder, "1.0.0", "0.9.0", "1.1.0"), TemporaryWorkshop)

    diff = next(r.diff for r in plan.rendered if r.root == Root("kustomize", "envs/prod"))
    assert "-      - image: ghcr.io/acme/web:1.0.0\n+      - image: ghcr.io/acme/web:1.1.0\n" in diff


def test_helm_renders_both_states_and_what_it_refuses_is_refused(folder: Folder) -> None:
    if not installed("helm"):
        pytest.skip("helm is not installed")
    plan = render(folder, planned(folder, "1.0.0", "0.9.0", "2.0.0"), TemporaryWorkshop)

    assert {path for f in plan.failures if (path := f.path)} == {
        "charts/web/values.yaml",
        "charts/web/values-prod.yaml",
    }
    assert all("2.0.0 is not supported" in failure.error.message for failure in plan.failures)
    fine = render(folder, planned(folder, "1.0.0", "0.9.0", "1.1.0"), TemporaryWorkshop)
    diff = next(r.diff for r in fine.rendered if r.root.values == "values-prod.yaml")
    assert '-  - image: "ghcr.io/acme/web:0.9.0"\n+  - image: "ghcr.io/acme/web:1.1.0"\n' in diff


def test_programs_that_are_missing_are_named(folder: Folder, tmp_path: Path) -> None:
    plan = render(
        folder, planned(folder, "1.0.0", "0.9.0", "1.1.0"), lambda: TemporaryWorkshop(str(tmp_path / "no"))
    )

    assert {r.problem.rpartition(": ")[2] for r in plan.rendered} == {
        "neither kustomize nor kubectl is on the PATH",
        "helm is not on the PATH",
    }


def test_programs_that_render_get_no_secret(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "kustomize"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nenv; pwd\n")
    program.chmod(0o755)
    monkeypatch.setenv("GITHUB_TOKEN", "a-secret")
    with TemporaryWorkshop(f"{program.parent}:/usr/bin:/bin") as workshop:
        said = workshop.render(Root("kustomize", ""))

    assert "PATH=" in said
    assert "a-secret" not in said


def test_a_file_outside_of_the_workshop_is_refused() -> None:
    with TemporaryWorkshop() as workshop, pytest.raises(RenderError, match="outside"):
        workshop.fill([("../x", b"")])
