from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.descriptors.find import find, is_descriptor_name

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {}\n"


@pytest.mark.parametrize(
    ("path", "text", "descriptor", "written"),
    [
        ("a.yaml", POD.format("nginx"), "kubernetes", ["nginx"]),
        ("a.yaml", POD.format("null"), None, []),
        ("a.yaml", POD.format("''"), None, []),
        ("a.yaml", POD.format("'null'"), "kubernetes", ["null"]),
        ("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata: {image: 'a:1'}\n", None, []),
        ("a.yaml", "apiVersion: x/v1\nkind: CustomResourceDefinition\ncontainers: [{image: 'a:1'}]\n", None, []),
        ("kustomization.yml", "images: [{name: a/b, newTag: '1'}]\n", "kustomize", ["a/b:1"]),
        ("Kustomization", "images: [{name: a, newName: r.io/b, newTag: '1'}]\n", "kustomize", ["r.io/b:1"]),
        ("c.yaml", "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nimages: [{name: a, newTag: b}]\n", "kustomize", ["a:b"]),
        ("compose.yaml", "services: {a: {image: b:1}, c: {build: .}}\n", "compose", ["b:1"]),
        ("stack.yaml", "services: {a: {image: b:1}}\nnetworks: {}\nx-y: 1\n", "compose", ["b:1"]),
        ("v.yaml", "image: {repository: a/b, tag: '1'}\n", "helm-values", ["a/b:1"]),
        ("v.yaml", "image: {registry: r.io, repository: a/b, tag: '1'}\n", "helm-values", ["r.io/a/b:1"]),
        ("v.yaml", "a: {b: [{image: r.io/a:1}]}\n", "helm-values", ["r.io/a:1"]),
        ("values-prod.yaml", "image: nginx\n", "helm-values", ["nginx"]),
        ("v.yaml", "image: logo\n", None, []),
        ("v.yaml", "git: {repository: 'https://x/y.git', tag: v1}\n", None, []),
        ("v.yaml", "image: 'https://x.example/a.png'\n", None, []),
        (".github/workflows/ci.yaml", "jobs: {a: {container: {image: 'a:1'}}}\n", None, []),
        (".gitlab-ci.yml", "image: python:3.11\n", None, []),
        ("v.yaml", "- image: a:1\n", None, []),
        ("v.yaml", "", None, []),
        ("v.yaml", "just a text\n", None, []),
    ],
)  # fmt: skip
def test_a_reference_is_found_by_what_the_file_means(
    path: str, text: str, descriptor: str | None, written: list[str]
) -> None:
    found = find(path, text.encode())

    assert [reference.written for reference in found.references] == written
    assert {reference.descriptor for reference in found.references} == ({descriptor} if descriptor else set())
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("path", "content", "line", "reason"),
    [
        pytest.param("a.yaml", b"image: {{ .Values.image }}\n", 1, "Go template", id="go-template-that-parses"),
        pytest.param("a.yaml", b"a: 1\n{{- if .x }}\nb: 1\n{{ end }}\n", 2, "Go template", id="go-template-in-lines"),
        pytest.param("a.yaml", b"a: 1\n{% if x %}\nb: 1\n", 2, "Jinja template", id="jinja"),
        pytest.param("a.yaml", b"a: [b\n", 2, "invalid YAML: ", id="unclosed"),
        pytest.param("a.yaml", b"a: 1\n\tb: 2\n", 2, "invalid YAML: ", id="tab"),
        pytest.param("a.yaml", b"a: b: c: d\n", 1, "invalid YAML: ", id="nested-colon"),
        pytest.param("a.yaml", b"a: 1\nb: \xff\n", 2, "not UTF-8", id="latin-1"),
        pytest.param("a.yaml", "a: 1\n".encode("utf-16"), 1, "not UTF-8", id="utf-16"),
        pytest.param("a.yaml", b"a: " + b"[" * 200 + b"]" * 200, 1, "nested deeper than 100", id="deep"),
        pytest.param("a.yaml", b"a: " + b"x" * (11 * 1024 * 1024), None, "larger than 10 MiB", id="large"),
        pytest.param("a.yaml", POD.format("${IMAGE}").encode(), 5, "variable", id="variable"),
        pytest.param("a.yaml", POD.format("a:$(TAG)").encode(), 5, "variable", id="kustomize-variable"),
        pytest.param("a.yaml", POD.format("'{{ image }}'").encode(), 5, "template expression", id="quoted-template"),
        pytest.param("a.yaml", POD.format("|\n      nginx:1").encode(), 5, "block scalar", id="block"),
        pytest.param("a.yaml", POD.format('"nginx:\\x31"').encode(), 5, "escapes", id="escapes"),
        pytest.param("a.yaml", POD.format("Nginx:1").encode(), 5, "lower-case", id="invalid"),
        pytest.param("v.yaml", b"image: {repository: a/b, tag: ''}\n", 1, "the tag is empty", id="empty-tag"),
        pytest.param("v.yaml", b"image:\n  repository: a/b\n  tag:\n", 3, "the tag is empty", id="null-tag"),
        pytest.param("v.yaml", b"image: {repository: 'a/b:1', tag: '2'}\n", 1, "already holds a tag", id="two-tags"),
        pytest.param("kustomization.yaml", b"images: [{name: a, newName: b}]\n", 1, "no newTag or digest", id="rename"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_skipped_with_line_and_reason(
    path: str, content: bytes, line: int | None, reason: str
) -> None:
    found = find(path, content)

    assert found.references == ()
    (skipped,) = found.skipped
    assert skipped.line == line
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("comment", "ignored", "bound"),
    [
        ("# imagebot: ignore", True, None),
        ("#imagebot: ignore until the move", True, None),
        ("# imagebot: policy=web", False, "web"),
        ("# imagebot: policy=ns:web", False, "ns:web"),
        ('# {"$imagepolicy": "flux-system:web"}', False, "flux-system:web"),
        ('# {"$imagepolicy": "flux-system:web:tag"}', False, "flux-system:web"),
        ('# {"$imagepolicy": 5}', False, None),
        ("# {broken", False, None),
        ("# we ignore imagebot: here", False, None),
        ("#", False, None),
        ("", False, None),
    ],
)
def test_comments_speak_to_imagebot(comment: str, ignored: bool, bound: str | None) -> None:
    (reference,) = find("a.yaml", POD.format(f"nginx:1  {comment}").encode()).references

    assert (reference.ignored, reference.bound) == (ignored, bound)


def test_a_comment_on_any_line_of_a_reference_counts() -> None:
    text = "image:\n  repository: a/b # imagebot: ignore\n  tag: '1'\n"

    assert find("v.yaml", text.encode()).references[0].ignored


def test_a_hash_inside_a_value_is_no_comment() -> None:
    text = 'spec: {containers: [{image: "nginx:1", env: "a#imagebot: ignore"}]}\napiVersion: v1\nkind: Pod\n'

    assert not find("a.yaml", text.encode()).references[0].ignored


def test_aliases_cost_no_more_than_their_text() -> None:
    """Nested aliases would be billions of nodes if they were expanded."""
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 90))

    assert find("a.yaml", (bomb + "image: r.io/a:1\n").encode()).references[0].written == "r.io/a:1"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.yaml", True), ("a/b.yml", True), ("x/Kustomization", True), ("a.json", False), ("yaml", False)],
)
def test_files_are_looked_into_by_name(path: str, expected: bool) -> None:
    assert is_descriptor_name(path) is expected


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(alphabet="aimge: -[]{}'\"&*!|>\n\t#%@`$,?1.kindspcotr", max_size=150).map(str.encode)
)
def test_no_bytes_are_too_strange(content: bytes) -> None:
    for path in ("values.yaml", "kustomization.yaml"):
        found = find(path, content)
        assert all(skipped.reason for skipped in found.skipped)
