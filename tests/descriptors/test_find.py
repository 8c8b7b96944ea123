from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.descriptors.across import across
from imagebot.descriptors.find import find
from imagebot.descriptors.names import may_deploy

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
        ("a.yaml", "apiVersion: x/v1\nkind: CustomResourceDefinition\nspec: {x: {containers: [{image: 'a:1'}]}}\n", None, []),
        ("a.yaml", "apiVersion: v1\nkind: List\nitems: [{kind: CustomResourceDefinition, spec: {containers: [{image: 'a:1'}]}}]\n", None, []),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nx: &i a:1\nspec: {containers: [{image: *i}, {image: *i}]}\n", "kubernetes", ["a:1"]),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nx: &c [{image: a:1}]\nspec: {containers: *c}\n", "kubernetes", ["a:1"]),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: *nowhere}]}\n", None, []),
        ("kustomization.yml", "images: [{name: a/b, newTag: '1'}]\n", "kustomize", ["a/b:1"]),
        ("Kustomization", "images: [{name: a, newName: r.io/b, newTag: '1'}]\n", "kustomize", ["r.io/b:1"]),
        ("c.yaml", "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nimages: [{name: a, newTag: b}]\n", "kustomize", ["a:b"]),
        ("kustomization.yaml", "images: [{name: a, newName: '', newTag: '1'}]\n", "kustomize", ["a:1"]),
        ("kustomization.yaml", "images: [{newTag: '1'}]\n", None, []),
        ("compose.yaml", "services: {a: {image: b:1}, c: {build: .}}\n", "compose", ["b:1"]),
        ("docker-compose.prod.yml", "services: {a: {image: busybox}}\nforeign: 1\n", "compose", ["busybox"]),
        ("stack.yaml", "services: {a: {image: b:1}}\nnetworks: {}\nx-y: 1\n", "compose", ["b:1"]),
        ("v.yaml", "image: {repository: a/b, tag: '1'}\n", "helm-values", ["a/b:1"]),
        ("v.yaml", "image: {registry: r.io, repository: a/b, tag: '1'}\n", "helm-values", ["r.io/a/b:1"]),
        ("v.yaml", "a: {b: [{image: r.io/a:1}]}\n", "helm-values", ["r.io/a:1"]),
        ("values-prod.yaml", "image: nginx\n", "helm-values", ["nginx"]),
        ("values.yaml", "kind: DaemonSet\nimage: {repository: a/b, tag: '1'}\n", "helm-values", ["a/b:1"]),
        ("values.yaml", "image: {registry: r.io, image: a/b, tag: '1'}\n", "helm-values", ["r.io/a/b:1"]),
        ("values.yaml", "a: {repository: {url: x}, image: 'b:1'}\n", "helm-values", ["b:1"]),
        ("values.yaml", "a: {image: 'b:1', tag: x}\n", "helm-values", ["b:1"]),
        ("values.yaml", "v: &v '1'\na: {repository: a/b, tag: *v}\nb: {repository: a/b, tag: *v}\n", "helm-values", ["a/b:1"]),
        ("values.yaml", "d: &d {repository: a/b, tag: '1'}\na: {<<: *d, tag: '2'}\nb: {<<: *d}\n", "helm-values", ["a/b:1", "a/b:2"]),
        ("v.yaml", "git: {repository: 'git@github.com:o/r.git', tag: v1}\n", None, []),
        ("v.yaml", "git: {repository: 'git@github.com:o/r', tag: v1}\n", None, []),
        ("v.yaml", "a: {repository: a/b, tag: {x: y}}\n", None, []),
        ("Chart.yaml", "apiVersion: v2\ndependencies: [{repository: a/b, tag: '1'}]\n", None, []),
        ("ci/build.yaml", "name: a\non: push\njobs: {a: {container: {image: 'a:1'}}}\n", "github-actions", ["a:1"]),
        ("ci/deploy.gitlab-ci.yml", "image: python:3.11\n", "gitlab-ci", ["python:3.11"]),
        ("v.yaml", "image: logo\n", None, []),
        ("v.yaml", "git: {repository: 'https://x/y.git', tag: v1}\n", None, []),
        ("v.yaml", "image: 'https://x.example/a.png'\n", None, []),
        (".github/workflows/ci.yaml", "jobs: {a: {container: {image: 'a:1'}}}\n", "github-actions", ["a:1"]),
        (".gitlab-ci.yml", "image: python:3.11\n", "gitlab-ci", ["python:3.11"]),
        ("a.yaml", POD.format("|\n      nginx:1"), "kubernetes", ["nginx:1"]),
        ("a.yaml", POD.format(">-\n      nginx:1\n"), "kubernetes", ["nginx:1"]),
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
        pytest.param("a.yaml", b"a: 1\n\tb: 2\n", 2, "a tab is used for indentation", id="tab"),
        pytest.param("v.yaml", b"a: 1\n{{ .Values.k }}: x\nimage: a:1\n", 2, "Go template", id="go-template-as-a-key"),
        pytest.param("a.yaml", b"# {{ x }}\na: '{{ y }}'\nb: ${{ z }}\nc: [b\n", 5, "invalid YAML: ", id="broken-and-no-template"),
        pytest.param("a.yaml", b'b: 1\na: "\\UFFFFFFFF"\n', 2, "invalid YAML: ", id="no-such-character"),
        pytest.param("a.yaml", b"%YAML 1.99999999999999999999\n---\na\n", 1, "invalid YAML: ", id="no-such-version"),
        pytest.param("a.yaml", "# é\na: 1\nb: \0\n".encode(), 3, "invalid YAML: ", id="nul"),
        pytest.param("a.yaml", "a: b\u2028c\nd: [\n".encode(), 3, "invalid YAML: ", id="line-as-editors-count"),
        pytest.param("a.yaml", b"a: " + b"[" * 200_000, 1, "nested deeper than 48", id="deep-and-unclosed"),
        pytest.param("a.yaml", b"-\n" * 500_001, None, "more than 500000 keys and values", id="too-many-values"),
        pytest.param("a.yaml", b"a: b: c: d\n", 1, "invalid YAML: ", id="nested-colon"),
        pytest.param("a.yaml", b"a: 1\nb: \xff\n", 2, "not UTF-8", id="latin-1"),
        pytest.param("a.yaml", "a: 1\n".encode("utf-16"), 1, "not UTF-8", id="utf-16"),
        pytest.param("a.yaml", b"a: " + b"[" * 200 + b"]" * 200, 1, "nested deeper than 48", id="deep"),
        pytest.param("a.yaml", b"a: " + b"x" * (11 * 1024 * 1024), None, "larger than 10 MiB", id="large"),
        pytest.param("a.yaml", POD.format("${IMAGE}").encode(), 5, "the variable IMAGE is not set", id="variable"),
        pytest.param("a.yaml", POD.format("a:$(TAG)").encode(), 5, "variable", id="kustomize-variable"),
        pytest.param("a.yaml", POD.format("'{{ image }}'").encode(), 5, "template expression", id="quoted-template"),
        pytest.param("a.yaml", POD.format("|\n      nginx:1\n      nginx:2").encode(), 5, "block scalar of several lines", id="block"),
        pytest.param("v.yaml", b"- image: a:1\n", 1, "a file of no known kind", id="no-kind"),
        pytest.param("a.yaml", b"apiVersion: v1\nkind: ConfigMap\ndata: {x: 'r.io/a:1'}\n", 3, "no kind of descriptor claims", id="unclaimed"),
        pytest.param("a.yaml", b"version https://git-lfs.github.com/spec/v1\noid sha256:x\n", None, "Git LFS pointer", id="lfs"),
        pytest.param("a.yaml", POD.format('"nginx:\\x31"').encode(), 5, "escapes", id="escapes"),
        pytest.param("a.yaml", POD.format("Nginx:1").encode(), 5, "lower-case", id="invalid"),
        pytest.param("v.yaml", b"image: {repository: a/b, tag: ''}\n", 1, "the tag is empty", id="empty-tag"),
        pytest.param("v.yaml", b"image:\n  repository: a/b\n  tag:\n", 3, "the tag is empty", id="null-tag"),
        pytest.param("v.yaml", b"image: {repository: 'a/b:1', tag: '2'}\n", 1, "already holds a tag", id="two-tags"),
        pytest.param("v.yaml", b"\na: {repository: quay.io/a, image: b, tag: '1'}\n", 2, "`repository` and `image` both", id="two-names"),
        pytest.param("a.yaml", POD.format("a:1 # imagebot: ignroe").encode(), 5, "asks for 'ignroe'", id="misspelt-comment"),
        pytest.param("a.yaml", POD.format("a:1 # imagebot: policy=").encode(), 5, "asks for 'policy='", id="comment-without-name"),
        pytest.param("kustomization.yaml", b"images: [{name: a, newName: b}]\n", 1, "no newTag or digest", id="rename"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_skipped_with_line_and_reason(
    path: str, content: bytes, line: int | None, reason: str
) -> None:
    found = across([find(path, content)])

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
        ("# imagebot: policy=web, ignore", True, "web"),
        ("# imagebot: policy=web, as agreed", False, "web"),
        ('# {"$imagepolicy": "flux-system:web"}', False, "flux-system:web"),
        ('# {"$imagepolicy": "flux-system:web:tag"}', False, "flux-system:web"),
        ('# {"$imagepolicy": 5}', False, None),
        (r'# {"$imagepolicy": "\\ud800:web"}', False, None),
        (r'# {"$imagepolicy": "\\u001b[31m:web"}', False, None),
        ("# {broken", False, None),
        ("# we ignore imagebot: here", False, None),
        ("#", False, None),
        ("", False, None),
    ],
)
def test_comments_speak_to_imagebot(comment: str, ignored: bool, bound: str | None) -> None:
    (reference,) = find("a.yaml", POD.format(f"nginx:1  {comment}").encode()).references

    assert (reference.ignored, reference.bound) == (ignored, bound)


def test_images_that_share_a_tag_by_an_anchor_are_found_in_one_place_with_their_uses() -> None:
    text = (
        "a: {repository: x/a, tag: &t '1'}\nb: {repository: x/b, tag: *t}\nc: {repository: x/c, tag: '1'}\n"
    )

    found = find("values.yaml", text.encode())

    assert [(reference.written, reference.line) for reference in found.references] == [
        ("x/a:1", 1),
        ("x/b:1", 1),
        ("x/c:1", 3),
    ]
    assert [[use.line for use in reference.uses] for reference in found.references] == [[2], [2], []]
    assert found.skipped == ()


def test_an_anchor_belongs_to_its_document() -> None:
    first, second = "apiVersion: v1\nkind: ConfigMap\nx: &i a:1\n", POD.format("*i")

    assert find("a.yaml", f"{first}---\n{second}".encode()).references == ()


def test_a_comment_on_any_line_of_a_reference_counts() -> None:
    text = "image:\n  repository: a/b # imagebot: ignore\n  tag: '1'\n"

    assert find("v.yaml", text.encode()).references[0].ignored


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize(
    "hash_mark", ["a#imagebot: ignore", "a # imagebot: ignore it", "# imagebot: ignore it"]
)
def test_a_hash_inside_a_value_is_no_comment(quote: str, hash_mark: str) -> None:
    value = quote + hash_mark + quote
    text = f"spec: {{containers: [{{image: nginx:1, env: {value}}}]}}\napiVersion: v1\nkind: Pod\n"

    assert not find("a.yaml", text.encode()).references[0].ignored
    assert find("a.yaml", text.replace("]}\n", "]} # imagebot: ignore\n").encode()).references[0].ignored


def test_a_comment_behind_a_lone_carriage_return_is_on_another_line() -> None:
    text = POD.format("nginx:1\r# imagebot: ignore")

    assert not find("a.yaml", text.encode()).references[0].ignored


@pytest.mark.parametrize(
    "line",
    [
        "a{n}: &a{n} [*a{m}, *a{m}]\n",
        "a{n}: &a{n} {{<<: [*a{m}, *a{m}]}}\n",
        "a{n}: &a{n} {{<<: *a{m}, x: [*a{m}, *a{m}]}}\n",
    ],
    ids=["sequences", "merge-keys", "chained"],
)
@pytest.mark.parametrize("image", ["", "image: r.io/a:1\n"], ids=["no-image", "an-image"])
def test_aliases_that_no_reader_would_expand_are_refused(line: str, image: str) -> None:
    """Billion laughs: expanded, these would be more values than there are atoms."""
    bomb = "a0: &a0 {x: y}\n" + "".join(line.format(n=n, m=n - 1) for n in range(1, 500))

    found = find("a.yaml", (bomb + image).encode())

    assert found.references == ()
    assert [(s.line, "its aliases stand for more than" in s.reason) for s in found.skipped] == [(2, True)]


def test_one_list_behind_many_aliases_is_read_once() -> None:
    containers = "x: &c [" + "{image: a:1}, " * 500 + "]\n"
    text = "apiVersion: v1\nkind: Many\n" + containers + "members:\n" + "- {containers: *c}\n" * 500

    assert len(find("a.yaml", text.encode()).references) == 500


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.yaml", True),
        ("a/b.yml", True),
        ("x/Kustomization", True),
        ("a.json", True),
        ("yaml", True),
        ("a.py", False),
        ("Dockerfile", True),
    ],
)
def test_files_are_looked_into_by_name(path: str, expected: bool) -> None:
    assert may_deploy(path) is expected


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(alphabet="aimge: -[]{}'\"&*!|>\n\t#%@`$,?1.kindspcotr", max_size=150).map(str.encode)
)
def test_no_bytes_are_too_strange(content: bytes) -> None:
    for path in ("values.yaml", "kustomization.yaml"):
        found = find(path, content)
        assert all(skipped.reason for skipped in found.skipped)
