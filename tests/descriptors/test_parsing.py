"""Documents are told apart by their markers as the parser tells them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.descriptors.nodes import Node, Scalar, walk
from imagebot.descriptors.parsing import parse, regions
from imagebot.descriptors.source import NotUnderstood, Source

TEXTS = [
    p.read_bytes()
    for p in sorted((Path(__file__).parent / "samples").rglob("*"))
    if p.suffix in {".yaml", ".yml"} and b"\n---" in p.read_bytes() and b"\n..." not in p.read_bytes()
]
LINES = [
    "---",
    "--- a",
    "---x",
    " ---",
    "...",
    "%YAML 1.1",
    "a: |",
    "  ---",
    "  b",
    "b: &x 1",
    "c: *x",
    "- d",
    "",
    "# ---",
    "'",
    "e: 'f",
]


def seen(documents: list[Node]) -> list[tuple[str, int, int]]:
    return [
        (node.value, node.start, node.end)
        for document in documents
        for node in walk(document)
        if isinstance(node, Scalar) and node.value
    ]


def check(content: bytes) -> None:
    source = Source.decode("a.yaml", content)
    try:
        whole = parse(source)
    except NotUnderstood:
        return
    apart = [document for region in regions(source.text) for document in parse(source, region)]
    assert seen(apart) == seen(whole)


@pytest.mark.parametrize("content", TEXTS, ids=range(len(TEXTS)))
def test_samples_of_several_documents_are_the_same_in_parts(content: bytes) -> None:
    assert len(regions(content.decode())) > 1
    check(content)


@given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_lines_are_the_same_in_parts(lines: list[str], end: str) -> None:
    check(end.join(lines).encode())
