from __future__ import annotations

import pytest

from imagebot.descriptors.nodes import Alias, Mapping, Scalar, Sequence, walk
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.source import Source


def mapping(text: str, key: str = "x") -> Mapping:
    """The mapping under a key of the only document."""
    (document,) = parse(Source.decode("a.yaml", text.encode()))
    assert isinstance(document, Mapping)
    node = document.get(key)
    assert isinstance(node, Mapping)
    return node


def value(node: Mapping, key: str) -> str | None:
    scalar = node.scalar(key)
    return scalar.value if scalar else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x: {a: 1, a: 2}", "2", id="last-of-duplicates"),
        pytest.param("b: &b 1\nx: {a: *b}", "1", id="behind-an-alias"),
        pytest.param("b: &b {a: 1}\nx: {<<: *b}", "1", id="merged"),
        pytest.param("b: &b {a: 1}\nx: {<<: *b, a: 2}", "2", id="own-before-merged"),
        pytest.param("b: &b {a: 1}\nc: &c {a: 2}\nx: {<<: [*c, *b]}", "2", id="first-merged-before-second"),
        pytest.param("b: &b {a: 1}\nc: &c {<<: *b, d: 2}\nx: {<<: *c}", "1", id="merged-by-the-merged"),
        pytest.param("x: {<<: {a: 1}}", "1", id="merged-in-place"),
        pytest.param("x: {<<: *nowhere}", None, id="merged-from-nowhere"),
        pytest.param("x: &x {<<: *x}", None, id="merged-with-itself"),
        pytest.param("b: &b [1]\nx: {a: *b}", None, id="no-scalar"),
    ],
)
def test_a_key_has_the_value_that_readers_give_it(text: str, expected: str | None) -> None:
    assert value(mapping(text), "a") == expected


def test_an_anchor_that_is_written_again_is_the_later_one() -> None:
    assert value(mapping("b: &b 1\nc: &b 2\nx: {a: *b}"), "a") == "2"


def test_an_alias_within_its_own_anchor_has_no_target_even_if_the_name_was_used_before() -> None:
    (document,) = parse(Source.decode("a.yaml", b"- &a 1\n- &a [*a]\n"))

    assert isinstance(document, Sequence)
    inner = document.items[1]
    assert isinstance(inner, Sequence)
    (alias,) = inner.items
    assert isinstance(alias, Alias)
    assert alias.target is None


def test_a_representation_does_not_expand_aliases() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 16))
    (document,) = parse(Source.decode("a.yaml", bomb.encode()))

    assert len(repr(document)) < 100 * len(bomb)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: &x  nginx", "nginx", id="anchor"),
        pytest.param("a: !!str 'nginx'", "'nginx'", id="tag"),
        pytest.param("a: !!str &x nginx", "nginx", id="tag-and-anchor"),
        pytest.param("a: &x !!str\n  nginx", "nginx", id="on-the-next-line"),
        pytest.param('a: "😀 nginx" # é', '"😀 nginx"', id="quotes-belong-to-it"),
    ],
)
def test_a_scalar_stands_where_its_characters_stand(text: str, expected: str) -> None:
    source = Source.decode("a.yaml", text.encode())
    (scalar,) = [node for document in parse(source) for node in walk(document) if isinstance(node, Scalar)]

    assert source.text[scalar.start : scalar.end] == expected


def test_a_walk_leaves_out_what_it_is_told_to() -> None:
    (document,) = parse(Source.decode("a.yaml", b"a: {skip: 1, b: 2}\nc: [{d: 3}]\n"))

    found = walk(document, without=lambda node: "skip" in node.last)

    assert [node.value for node in found if isinstance(node, Scalar)] == ["3"]
