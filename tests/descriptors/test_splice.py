from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from imagebot.descriptors.across import across
from imagebot.descriptors.find import find
from imagebot.descriptors.quoting import is_string, needs_quotes
from imagebot.descriptors.reference import Change, Span
from imagebot.descriptors.splice import apply
from imagebot.errors import EditError

VALUES = b"a: 1\nimage: {repository: x/y, tag: v1}\nb: v1\n"
PINNED = b"image: {repository: x/y, digest: sha256:" + b"a" * 64 + b"}\n"


DIGEST = "sha256:" + "a" * 64
WHOLE = b"kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, image: 'x/y:v1'}, {name: b, image: x/z:v1}]} # x/y:v1\n"


def change(content: bytes = VALUES, tag: str = "v2", path: str = "values.yaml") -> Change:
    return Change(find(path, content).references[0], tag=tag)


def test_no_change_is_no_change() -> None:
    assert apply(VALUES, []) == VALUES


def test_a_digest_is_written_behind_the_tag_of_a_whole_reference() -> None:
    one, other = find("values.yaml", WHOLE).references

    edited = apply(WHOLE, [Change(one, tag="v2", digest=DIGEST), Change(other, digest=DIGEST)])

    expected = WHOLE.replace(b"'x/y:v1'", f"'x/y:v2@{DIGEST}'".encode())
    assert edited == expected.replace(b"x/z:v1", f"x/z:v1@{DIGEST}".encode())


@pytest.mark.parametrize(
    ("content", "changes", "reason"),
    [
        pytest.param(VALUES.replace(b"v1}", b"v9}"), [change()], "no longer holds v1", id="file-moved"),
        pytest.param(b"\n" + VALUES, [change()], "no longer holds", id="file-shifted"),
        pytest.param(VALUES, [change(), change(tag="v3")], "same characters", id="twice"),
        pytest.param(VALUES, [change(tag="a b")], "is no tag", id="no-tag"),
        pytest.param(VALUES, [change(tag="v2\n")], "is no tag", id="newline"),
        pytest.param(VALUES, [change(tag="v2, x: y")], "is no tag", id="injection"),
        pytest.param(VALUES, [change(tag="sha256:" + "a" * 64)], "is no tag", id="digest-as-tag"),
        pytest.param(PINNED, [Change(find("values.yaml", PINNED).references[0], digest="v2")], "is no digest", id="tag-as-digest"),
        pytest.param(VALUES + b"c: {image: [}\n", [change()], "would break it|no longer holds", id="broken-file"),
        pytest.param(VALUES, [Change(change().reference, digest=DIGEST)], "no place for a digest", id="digest-for-a-tag-alone"),
        pytest.param(WHOLE, [Change(find("values.yaml", WHOLE).references[0], tag="v 2", digest=DIGEST)], "is no tag", id="no-tag-with-digest"),
        pytest.param(WHOLE, [Change(find("values.yaml", WHOLE).references[0], digest="v2")], "is no digest", id="no-digest"),
        pytest.param(b"\xff", [change()], "not UTF-8", id="encoding"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_shown_is_refused(content: bytes, changes: list[Change], reason: str) -> None:
    with pytest.raises(EditError, match=f"values.yaml.*{reason}"):
        apply(content, changes)


CHART = "dependencies: [{{name: web, repository: '{}', version: {}}}]\n"


@pytest.mark.parametrize(
    ("repository", "version", "tag", "written"),
    [
        pytest.param("oci://r.io/s", "1.2.3+b.1", "1.2.4_b.2", "1.2.4+b.2", id="registry"),
        pytest.param("oci://r.io/s", "1.2.3", "1.2.4_b.2", "1.2.4+b.2", id="registry-gains-a-build"),
        pytest.param("oci://r.io/s", "1.2.3+b", "1.2.4", "1.2.4", id="registry-loses-a-build"),
        pytest.param("oci://r.io/s", "'1.2.3+b'", "1.2.4_c", "'1.2.4+c'", id="registry-quoted"),
        pytest.param("oci://r.io/s", "1.2.3_b", "1.2.4_c", "1.2.4_c", id="registry-as-its-author-writes-it"),
        pytest.param("https://c.io/s", "1.2.3+b", "1.2.4+c", "1.2.4+c", id="repository"),
        pytest.param("https://c.io/s", "v1.2.3", "v1.2.4+c", "v1.2.4+c", id="repository-gains-a-build"),
    ],
)
def test_the_version_of_a_chart_is_written_as_helm_writes_it(
    repository: str, version: str, tag: str, written: str
) -> None:
    content = CHART.format(repository, version).encode()

    after = apply(content, [change(content, tag, "Chart.yaml")])

    assert after == CHART.format(repository, written).encode()
    assert find("Chart.yaml", after).references[0].image.tag == tag


@pytest.mark.parametrize(
    ("repository", "tag", "reason"),
    [
        pytest.param("oci://r.io/s", "1.2.4+b", "is no tag", id="plus-in-a-registry"),
        pytest.param("oci://r.io/s", "1.2.4_b_c", "change which images are found", id="no-version"),
        pytest.param("https://c.io/s", "1.x", "change which images are found", id="range"),
        pytest.param("https://c.io/s", "1.2.4, x: y", "is no tag", id="injection"),
    ],
)
def test_what_is_no_version_of_a_chart_is_not_written(repository: str, tag: str, reason: str) -> None:
    content = CHART.format(repository, "1.2.3").encode()

    with pytest.raises(EditError, match=reason):
        apply(content, [change(content, tag, "Chart.yaml")])


def test_the_plus_of_an_image_is_none_of_its_own() -> None:
    """Only the versions of charts have another text than their tags."""
    content = VALUES.replace(b"v1}", b"v1_b}")

    assert apply(content, [change(content, "v2_b")]) == VALUES.replace(b"v1}", b"v2_b}")


def test_a_version_whose_repository_stands_elsewhere_is_moved() -> None:
    release = (
        b"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {namespace: f}\n"
        b"spec: {chart: {spec: {chart: web, version: 1.2.3+b, sourceRef: {kind: HelmRepository, name: p}}}}\n"
    )
    for url, tag in (("oci://r.io/s", "1.2.4_c"), ("https://c.io/s", "1.2.4+c")):
        repository = f"apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {{name: p, namespace: f}}\nspec: {{url: {url}}}\n"
        (reference,) = across(
            [find("release.yaml", release), find("repo.yaml", repository.encode())]
        ).references

        assert apply(release, [Change(reference, tag=tag)]) == release.replace(b"1.2.3+b", b"1.2.4+c")


def test_a_wrong_span_is_caught() -> None:
    """Another scalar with the same text must not be edited in its place."""
    wanted = change()
    slot = wanted.reference.tag
    assert slot is not None
    at = VALUES.rindex(b"v1")
    moved = replace(slot, span=Span(at, at + 2))
    wrong = replace(wanted, reference=replace(wanted.reference, tag=moved))

    with pytest.raises(EditError, match="no longer holds it"):
        apply(VALUES, [wrong])


def test_a_scalar_that_is_no_reference_is_not_edited() -> None:
    """The place is right for YAML, but what stands there is not what is found as an image."""
    content = VALUES.replace(b"b: v1", b"b: &t v1").replace(b"tag: v1", b"tag: v0")
    slot = change().reference.tag
    assert slot is not None
    at = content.rindex(b"v1")
    span = Span(at, at + 2)
    wrong = replace(change().reference, tag=replace(slot, span=span, scalar=span))

    with pytest.raises(EditError, match="no longer holds it"):
        apply(content, [Change(wrong, tag="v2")])


def test_a_tag_whose_anchor_names_another_image_is_not_moved() -> None:
    content = b"a: {repository: x/a, tag: &t v1}\nb: {repository: *t, tag: '2'}\n"

    with pytest.raises(EditError, match="change the meaning of v1:2"):
        apply(content, [change(content)])


def test_tag_and_digest_of_one_scalar_move_together() -> None:
    old, new = "sha256:" + "a" * 64, "sha256:" + "b" * 64
    content = f"services: {{a: {{image: 'x/y:1@{old}'}}, b: {{image: 'x/y:1'}}}}\n".encode()
    first, second = find("compose.yaml", content).references

    edited = apply(content, [Change(first, tag="2", digest=new), Change(second, tag="2")])

    assert edited == content.replace(b"x/y:1", b"x/y:2").replace(old.encode(), new.encode())


def test_many_changes_of_one_file_are_one_edit() -> None:
    content = b"".join(b"k%d: {image: 'r.io/a:1'}\n" % n for n in range(1000))
    changes = [Change(reference, tag="2") for reference in find("values.yaml", content).references]

    assert apply(content, changes) == content.replace(b"a:1", b"a:2")


@pytest.mark.parametrize(
    "text",
    ["1", "1.10", "1e3", "0o7", "017", "0x1F", "null", "~", "yes", "No", "on", "true", "2024-01-01", "1_000", "12:30:45", ".inf", "1.", "+1", "y", ""],
)  # fmt: skip
def test_texts_that_readers_take_for_something_else(text: str) -> None:
    assert not is_string(text)


@pytest.mark.parametrize(
    "text", ["v1", "1.2.3", "latest", "1.10-alpine", "1.2.3.4", "nullable", "9f8e7d6", "1.0_x", "yess"]
)
def test_texts_that_stay_strings(text: str) -> None:
    assert is_string(text)


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True))
def test_whatever_stands_plain_is_read_as_a_string_by_both_versions_of_yaml(text: str) -> None:
    if is_string(text):
        for version in ((1, 1), (1, 2)):
            yaml = YAML(typ="safe", pure=True)
            yaml.version = version
            assert yaml.load(f"a: {text}")["a"] == text


@pytest.mark.parametrize(
    ("old", "new", "quotes"),
    [
        pytest.param("1.9", "2.1", False, id="survives"),
        pytest.param("1.9", "1.10", True, id="loses-its-zero"),
        pytest.param("0.9", "1.0", True, id="go-writes-1"),
        pytest.param("0.1", "0.00001", True, id="becomes-an-exponent"),
        pytest.param("1.9", "2", True, id="float-to-integer"),
        pytest.param("15", "16", False, id="integer"),
        pytest.param("15", "016", True, id="octal"),
        pytest.param("v1", "16", True, id="string-to-integer"),
        pytest.param("15", "v1", False, id="integer-to-string"),
    ],
)
def test_quotes_come_where_a_reader_would_change_the_text(old: str, new: str, quotes: bool) -> None:
    assert needs_quotes(old, new) is quotes


@given(st.integers(0, 10**6 - 1).map(str), st.integers(0, 10**6 - 1).map(str))
def test_whole_numbers_follow_whole_numbers_without_quotes(old: str, new: str) -> None:
    assert not needs_quotes(old, new)


tag = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}", fullmatch=True)
quote = st.sampled_from(["", "'", '"'])
noise = st.text(alphabet="abc é😀𝄞#:'\"-", max_size=12)
line_end = st.sampled_from(["\n", "\r\n"])
pad = st.sampled_from(["", " ", "   "])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A values file with several images, written the ways people write them; the tags in it."""
    end = draw(line_end)
    lines, tags = [], []
    for place in range(draw(st.integers(1, 4))):
        written, mark = draw(tag), draw(quote)
        tags.append(written)
        comment = draw(st.sampled_from(["", "  # " + draw(noise).replace("\n", "")]))
        lines += [
            f"# {draw(noise)}",
            f"k{place}:",
            f"  text: {draw(st.sampled_from(['a', chr(39) + 'é😀' + chr(39), 'v1']))}",
            "  image:",
            f"      repository: r.io/a/b{place}{draw(pad)}",
            f"      tag:{draw(pad)} {mark}{written}{mark}{draw(pad)}{comment}",
        ]
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return mark + end.join(lines) + draw(st.sampled_from(["", end, end + end])), tags


@given(files(), st.data())
def test_an_edit_changes_its_target_and_nothing_else_or_is_refused(
    written: tuple[str, list[str]], data: st.DataObject
) -> None:
    content, tags = written[0].encode(), written[1]
    found = find("values.yaml", content)
    wanted = {r.line: data.draw(tag) for r in found.references if data.draw(st.booleans())}
    changes = [Change(r, tag=wanted[r.line]) for r in found.references if r.line in wanted]

    try:
        edited = apply(content, changes)
    except EditError:
        return

    lines, after = content.split(b"\n"), edited.split(b"\n")
    assert len(lines) == len(after)
    for number, (old, new) in enumerate(zip(lines, after, strict=True), start=1):
        if number not in wanted:
            assert old == new
    again = find("values.yaml", edited).references
    assert [r.image.tag for r in again] == [wanted.get(r.line, r.image.tag) for r in found.references]
    assert {r.image.tag for r in found.references} <= set(tags)


@given(files(), st.data())
def test_there_and_back_again_is_the_same_file(written: tuple[str, list[str]], data: st.DataObject) -> None:
    content = written[0].encode()
    (first, *_) = find("values.yaml", content).references or [None]
    if first is None or first.image.tag is None:
        return
    there = data.draw(tag)
    edited = apply(content, [Change(first, tag=there)])
    back = apply(edited, [Change(find("values.yaml", edited).references[0], tag=first.image.tag)])

    assert back.replace(b'"', b"").replace(b"'", b"") == content.replace(b'"', b"").replace(b"'", b"")


SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("path", "before", "new", "after"),
    [
        pytest.param("v.json", '{"image": {"repository": "a/b", "tag": 5}}', "v1", '"tag": "v1"}', id="json-number-to-text"),
        pytest.param("v.json", '{"image": {"repository": "a/b", "tag": 5}}', "6", '"tag": 6}', id="json-number-to-number"),
        pytest.param("v.json", '{"image": {"repository": "a/b", "tag": 1.9}}', "1.10", '"tag": "1.10"}', id="json-number-that-would-change"),
        pytest.param("cm.yaml", 'apiVersion: v1\nkind: ConfigMap\ndata:\n  x.json: |\n    {"image": {"repository": "a/b", "tag": 5}}\n', "v1", '"tag": "v1"}', id="json-in-a-block"),
        pytest.param("v.yaml", "image: {repository: a/b, tag: v1}", "0X10", 'tag: "0X10"}', id="go-hexadecimal"),
        pytest.param("v.yaml", "image: {repository: a/b, tag: v1}", "0b-1", 'tag: "0b-1"}', id="go-binary-with-a-sign"),
        pytest.param("v.yaml", "image: {repository: a/b, tag: 5}", "20240102", 'tag: "20240102"}', id="more-digits-than-helm-writes"),
        pytest.param("v.yaml", "image: {repository: a/b, tag: 20240101}", "20240102", "tag: 20240102}", id="as-many-digits-as-before"),
        pytest.param("v.yaml", "image: a:1", "1.10", "image: a:1.10", id="name-of-one-letter"),
        pytest.param("p.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: &a # x\n      |-\n      a/b:1\n", "2", "      a/b:2\n", id="anchor-before-a-block"),
        pytest.param("p.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: >-\n      a/b:1\n\n", "2", "      a/b:2\n", id="folded-with-blank-lines"),
    ],
)  # fmt: skip
def test_the_new_tag_is_read_as_the_text_that_was_asked_for(
    path: str, before: str, new: str, after: str
) -> None:
    content = before.encode()
    (reference,) = find(path, content).references

    assert after.encode() in apply(content, [Change(reference, tag=new)])


def test_a_digest_without_its_algorithm_stays_one_of_sha256() -> None:
    content = f"image: {{repository: a/b, tag: v1, digest: {'0' * 64}}}\n".encode()
    (reference,) = find("v.yaml", content).references

    assert ("1" * 64).encode() in apply(content, [Change(reference, digest="sha256:" + "1" * 64)])
    with pytest.raises(EditError, match="only be one of sha256"):
        apply(content, [Change(reference, digest="sha512:" + "1" * 128)])


def test_a_variable_with_a_name_of_one_letter_keeps_its_name() -> None:
    """``b:1`` has two characters around its tag, which are not quotes."""
    files = {
        "k.yaml": b"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./\n  postBuild:\n    substitute:\n      IMG: b:1\n",
        "d.yaml": b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: ghcr.io/acme/${IMG}\n",
    }
    found = across(find(path, content) for path, content in files.items())
    (reference,) = [r for r in found.references if r.image.name.path == "acme/b"]

    assert apply(files["k.yaml"], [Change(reference, tag="1.10")]).endswith(b"      IMG: b:1.10\n")


def test_many_changes_in_many_texts_are_made_in_one_pass() -> None:
    block = "- patch: |\n    spec: {{containers: [{{image: 'a/b{0}:1'}}, {{image: 'a/c{0}:1'}}]}}\n"
    content = ("patches:\n" + "".join(block.format(n) for n in range(300))).encode()
    references = find("kustomization.yaml", content).references

    edited = apply(content, [Change(r, tag="1.10") for r in references])

    assert len(references) == 600
    assert edited == content.replace(b":1'", b":1.10'")
