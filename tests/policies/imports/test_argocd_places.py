"""Where the images of Argo CD's applications stand, and how what is not known of it is said."""

from __future__ import annotations

import pytest

from imagebot.policies.imports.argocd import import_argocd
from imagebot.policies.imports.imported import Imported
from imagebot.policies.imports.writer import checked, written

PREFIX = "argocd-image-updater.argoproj.io/"
FILES = {
    "apps/gs/a/web.yaml": b"image: ghcr.io/acme/web:1.0.0\n",
    "apps/api/values-prod.yaml": b"image: {}\n",
    "apps/api/x.yaml": b"image: {}\n",
}


def application(
    name: str, annotations: str, source: str, url: str = "https://git.example.com/acme/config.git"
) -> str:
    return (
        "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata:\n  name: {name}\n  annotations:\n    {annotations}\n"
        f"spec:\n  source: {{repoURL: '{url}', {source}}}\n"
    )


def application_set(path: str, generators: str) -> str:
    return (
        "---\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\n"
        f"spec:\n  generators: {generators}\n  template:\n"
        f"    metadata: {{name: x, annotations: {{{PREFIX}image-list: ghcr.io/acme/web}}}}\n"
        f"    spec: {{source: {{repoURL: 'https://git.example.com/acme/config.git', path: '{path}'}}}}\n"
    )


def imported(*objects: str) -> Imported:
    return checked(import_argocd({**FILES, "argocd.yaml": "".join(objects).encode()}))


WEB = f"{PREFIX}image-list: ghcr.io/acme/web"


@pytest.mark.parametrize(
    ("path", "generators"),
    [
        pytest.param("{{.path.path}}", "[{git: {directories: [{path: apps/gs/*}]}}]", id="a Go template"),
        pytest.param("{{path}}", "[{git: {directories: [{path: apps/gs/*}]}}]", id="the older template"),
        pytest.param("{{ .path.path }}", "[{git: {files: [{path: apps/gs/*/web.yaml}]}}]", id="files"),
        pytest.param("{{.path.path}}", "[{matrix: {generators: [{git: {directories: [{path: apps/gs/*}]}}, {clusters: {}}]}}]", id="a matrix"),
    ],
)  # fmt: skip
def test_a_path_that_is_a_template_is_what_the_generator_finds(path: str, generators: str) -> None:
    (draft,) = imported(application_set(path, generators)).policies

    assert draft.paths == ("apps/gs/*/**",)


@pytest.mark.parametrize("path", ["{{.dir}}", "{{.path.path}}"])
def test_a_template_of_which_nothing_is_known_is_named_and_its_policy_comes_last(path: str) -> None:
    found = imported(application_set(path, "[{clusters: {}}]"), application("web", WEB, "path: apps/api"))

    assert [draft.paths for draft in found.policies] == [("apps/api/**",), ()]
    (left,) = found.leftovers
    assert left.policy == found.policies[1].name
    assert "is a template" in left.why
    assert "# ! where the images of ApplicationSet all stand" in written(found)


def test_folders_that_a_generator_leaves_out_are_named() -> None:
    found = imported(
        application_set(
            "{{path}}", "[{git: {directories: [{path: apps/gs/*}, {path: apps/gs/b, exclude: true}]}}]"
        )
    )

    assert [left.policy for left in found.leftovers] == [found.policies[0].name]
    assert "apps/gs/b" in found.leftovers[0].what


def test_the_folder_of_another_repository_is_none_here() -> None:
    found = imported(
        application("web", WEB, "path: apps/gs"),
        application("same", WEB, "path: apps/api", url="git@git.example.com:acme/config.git"),
        application("other", WEB, "path: elsewhere", url="https://git.example.com/acme/other.git"),
    )

    assert [draft.paths for draft in found.policies] == [("apps/gs/**",), ("apps/api/**",)]
    (left,) = found.leftovers
    assert "ghcr.io/acme/web of Application other is not imported" in left.what
    assert "another repository" in left.why


def test_the_line_for_descriptors_names_the_file_with_the_values() -> None:
    annotations = (
        f"{PREFIX}image-list: web=ghcr.io/acme/web\n    {PREFIX}web.helm.image-name: front.container\n"
        f"    {PREFIX}web.helm.image-tag: front.version\n"
        f"    {PREFIX}write-back-target: helmvalues:/apps/api/values-prod.yaml"
    )

    (left,) = imported(application("web", annotations, "path: apps/gs")).leftovers

    line = 'descriptors: [{files: ["apps/api/values-prod.yaml"], repository: front.container, tag: front.version}]'
    assert line in left.instead


def test_what_would_not_load_is_named_by_its_image() -> None:
    annotations = f"{PREFIX}image-list: web=ghcr.io/acme/web, api=ghcr.io/acme/api\n    {PREFIX}web.allow-tags: regexp:(?!x)"

    found = imported(application("legacy", annotations, "path: apps/gs"))

    assert [draft.images for draft in found.policies] == [("ghcr.io/acme/api",)]
    assert found.leftovers[0].what == "ghcr.io/acme/web of Application legacy is not imported"


@pytest.mark.parametrize(
    ("entry", "held"),
    [
        pytest.param("{name: ghcr.io/acme/web, newTag: main}", True, id="a tag alone"),
        pytest.param(f"{{name: ghcr.io/acme/web, newTag: main, digest: 'sha256:{'0' * 64}'}}", False, id="with a digest"),
    ],
)  # fmt: skip
def test_a_tag_that_has_no_place_for_a_digest_is_named(entry: str, *, held: bool) -> None:
    annotations = f"{PREFIX}image-list: web=ghcr.io/acme/web\n    {PREFIX}web.update-strategy: digest"
    kustomization = (
        f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n  - {entry}\n"
    )

    found = checked(
        import_argocd(
            {
                "apps/web/kustomization.yaml": kustomization.encode(),
                "argocd.yaml": application("web", annotations, "path: apps/web").encode(),
            }
        )
    )

    assert [left.id for left in found.leftovers] == ["import-digest-place"] * held
    assert ("# ! the digest of ghcr.io/acme/web at apps/web/kustomization.yaml:4" in written(found)) == held
