"""An edit changes exactly its target, or is refused: over files of every kind, and over what chance makes of them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import TaggedScalar
from ruamel.yaml.error import YAMLError

from imagebot.descriptors.across import across
from imagebot.descriptors.find import find
from imagebot.descriptors.names import may_deploy
from imagebot.descriptors.reference import Change, Reference
from imagebot.descriptors.splice import apply
from imagebot.errors import EditError

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(
    path
    for path in SAMPLES.rglob("*")
    if path.is_file() and path.name != "expected.json" and path.stat().st_size < 6000
)
KINDS = sorted({path.relative_to(SAMPLES).parts[0] for path in FILES})
NEW = [
    "9.8.7",
    "1.10",
    "1e3",
    "0o7",
    "010",
    "20240115",
    "null",
    "true",
    "2024-01-01",
    "v1.2.3-rc.1",
    "0x1F",
    "latest",
]
SCRAPS = [
    "\r\n", "\n", "\t", " ", "  ", "#", " # x", "'", '"', ":", ": ", "- ", "---\n", "...\n", "|\n", ">-\n", "&a ", "*a",
    "{", "}", "[", "]", "!!int ", "é", "😀", "\u2028", "\x85", "{{ x }}", "${X}", "%", "<<: *a\n", ",", "\\", "\ufeff",
]  # fmt: skip

new_tags = st.sampled_from(NEW)
quiet = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def mutated(draw: st.DrawFn, kind: str) -> tuple[str, bytes]:
    """A sample of a kind, cut, doubled and sprinkled with signs that mean something somewhere."""
    path = draw(st.sampled_from([p for p in FILES if p.relative_to(SAMPLES).parts[0] == kind]))
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.sampled_from([0, 0, 0, 1, 2, 10, 200])))
        text = text[:at] + draw(st.sampled_from(["", *SCRAPS])) + text[end:]
    name = path.relative_to(SAMPLES / kind).as_posix().partition("/")[2]
    return name, text.encode("utf-8", "surrogateescape")


def moved(content: bytes, references: list[Reference], tag: str) -> bytes | None:
    """The file with one tag everywhere, or None where that was refused."""
    try:
        return apply(content, [Change(reference, tag=tag) for reference in references])
    except EditError:
        return None


def outside(content: bytes, references: list[Reference]) -> list[str]:
    """The pieces of a file between the places that may change: scalars that may get quotes, or tags in them."""
    text = content.decode().removeprefix("\ufeff")
    spans = sorted(
        {(r.tag.scalar if r.tag.whole else r.tag.span) for r in references if r.tag}, key=lambda s: s.start
    )
    pieces, at = [], 0
    for span in spans:
        pieces.append(text[at : span.start])
        at = span.end
    return [*pieces, text[at:]]


@pytest.mark.parametrize("kind", KINDS)
def test_no_mutation_makes_an_edit_touch_anything_else(kind: str) -> None:
    @quiet
    @given(mutated(kind), new_tags)
    def check(file: tuple[str, bytes], tag: str) -> None:
        path, content = file
        if not may_deploy(path):
            return
        before = across([find(path, content)])
        wanted = [r for r in before.references if r.tag is not None and r.path == path]
        edited = moved(content, wanted, tag)
        if edited is None or not wanted:
            return
        after = across([find(path, edited)])
        assert [r.image.name for r in after.references] == [r.image.name for r in before.references]
        assert {r.image.tag for r in after.references if r.tag is not None and r.path == path} == {tag}
        assert outside(edited, [r for r in after.references if r.path == path]) == outside(content, wanted)
        assert edited.startswith(b"\xef\xbb\xbf") == content.startswith(b"\xef\xbb\xbf")

    check()


def loaded(content: bytes) -> list[object] | None:
    """Every document with all scalars as their own types, by a reader that imagebot does not use for this."""
    reader = YAML(typ="rt", pure=True)
    reader.allow_duplicate_keys = True
    try:
        return [plain(document) for document in reader.load_all(io.BytesIO(content))]
    except (YAMLError, ValueError, AttributeError, TypeError, RecursionError):
        return None


def plain(node: object) -> object:
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(item) for item in node]
    return str(node.value) if isinstance(node, TaggedScalar) else node


def differing(before: object, after: object) -> list[tuple[object, object]]:
    """Leaves that differ; None for a structure that does."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return [pair for key in before for pair in differing(before[key], after[key])]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [pair for old, new in zip(before, after, strict=True) for pair in differing(old, new)]
    return [] if before == after and type(before) is type(after) else [(before, after)]


yaml_keys = st.sampled_from(["a", "b", "name", "x y", "é", "image", "tag", "web", "on", "1"])
yaml_words = st.sampled_from(
    ["text", "1.0", "yes", "nginx", "a: b", "# no", "'q'", '"d"', "", "v1", "é😀", "ghcr.io/a/b:1"]
)
names = st.sampled_from(["nginx", "acme/web", "ghcr.io/acme/api", "registry:5000/x/y"])
tags = st.sampled_from(["1", "1.9", "v1.2.3", "latest", "20240101", "1.27-alpine", "0.1.0-rc.1"])


@st.composite
def values(draw: st.DrawFn, depth: int = 3) -> object:
    """Settings with images at any depth, in any of the common forms."""
    if depth == 0:
        return draw(yaml_words)
    form = draw(st.integers(0, 5))
    if form == 0:
        return {"repository": draw(names), "tag": draw(tags)}
    if form == 1:
        return {"image": f"{draw(names)}:{draw(tags)}", "pullPolicy": "Always"}
    if form == 2:
        return draw(st.lists(values(depth - 1), max_size=3))
    if form == 3:
        return draw(yaml_words)
    return draw(st.dictionaries(yaml_keys, values(depth - 1), max_size=4))


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """The same settings as some writer of YAML would put them."""
    writer = YAML(typ=draw(st.sampled_from(["rt", "safe"])), pure=True)
    writer.default_flow_style = draw(st.sampled_from([None, False, True]))
    writer.width = draw(st.sampled_from([20, 80, 4096]))
    writer.indent(mapping=draw(st.sampled_from([2, 4])), sequence=4, offset=draw(st.sampled_from([0, 2])))
    writer.explicit_start = draw(st.booleans())
    stream = io.BytesIO()
    for _ in range(draw(st.integers(1, 2))):
        writer.dump({"top": draw(values()), "image": {"repository": draw(names), "tag": draw(tags)}}, stream)
        writer.explicit_start = True
    content = stream.getvalue()
    return content.replace(b"\n", b"\r\n") if draw(st.booleans()) else content


@quiet
@given(written(), new_tags)
def test_another_reader_sees_the_new_tags_and_no_other_difference(content: bytes, tag: str) -> None:
    before = across([find("values.yaml", content)])
    wanted = [r for r in before.references if r.tag is not None]
    edited = moved(content, wanted, tag)
    old = loaded(content)
    if edited is None or old is None:  # some of what a writer writes its own reader refuses
        return
    new = loaded(edited)
    assert new is not None
    pairs = differing(old, new)
    assert len(pairs) <= len(wanted)
    for was, now in pairs:
        text = str(now)
        assert text == tag or text.endswith((f":{tag}", f":{tag}\n"))
        assert isinstance(now, str) or not isinstance(was, str)
