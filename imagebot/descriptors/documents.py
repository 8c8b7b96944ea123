"""What a document names: by its kind, by objects inside of it, and by texts inside of it that are YAML."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from imagebot.descriptors import kubernetes
from imagebot.descriptors.aliases import slots
from imagebot.descriptors.embedded import (
    LEVELS,
    detached,
    documents,
    documents_or_none,
    is_template,
    may_hold_yaml,
    stands_as_it_is,
)
from imagebot.descriptors.kinds import KINDS, Kind
from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings, walk
from imagebot.descriptors.reference import Reference, Skipped
from imagebot.descriptors.rules import Rule, in_rules
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.unclaimed import unclaimed_images
from imagebot.descriptors.variables import Pending
from imagebot.descriptors.written import Item, skipped

_LISTS = frozenset({"List"})
_SEVERAL = 2
_WHOLE = frozenset({"helm-chart", "openshift"})
"""Kinds whose documents hold no objects of their own: a template's are read with its parameters."""
_GENERAL = frozenset({"kubernetes", "helm-values"})
"""Kinds that look at every depth by themselves."""
_FOLDED = "written in a text with escapes or folded lines, which is not edited"
_TEMPLATE = "a text that is a template: point imagebot at the values it is rendered with"


def kind_of(source: Source, document: Node) -> Kind | None:
    """The kind of descriptor that claims a document, or None."""
    return next((kind for kind in KINDS if kind.claims(source, document)), None)


def in_document(source: Source, document: Node, rules: tuple[Rule, ...] = ()) -> Iterator[Item]:
    """Everything that a document names.

    Args:
        source: The file.
        document: The document.
        rules: The team's own; what they say counts before what its kind says.
    """
    by_rule = list(in_rules(source, document, rules))
    found = _of_kinds(source, document, rules)
    yield from by_rule
    yield from without(found, by_rule) if by_rule else found


def without(found: Iterable[Item], ruled: Iterable[Item]) -> list[Item]:
    """What no rule of the team's own says better."""
    own = [item for item in ruled if isinstance(item, Reference)]
    places = {(item.line, item.column) for item in own}
    lines = {item.line for item in own}
    kept = []
    for item in found:
        if isinstance(item, Reference) and (item.line, item.column) in places:
            continue
        if isinstance(item, Pending) and (item.place.line, item.place.column) in places:
            continue
        if isinstance(item, Skipped) and item.line in lines:
            continue
        kept.append(item)
    return kept


def _of_kinds(source: Source, document: Node, rules: tuple[Rule, ...]) -> Iterator[Item]:
    if isinstance(document, Mapping) and document.text("kind") in _LISTS:
        for item in document.items("items"):
            own = isinstance(item, Mapping) and "apiVersion" in item.last
            yield from in_document(source, item, rules) if own else kubernetes.find(source, item)
        return
    kind = kind_of(source, document)
    if kind is None:
        yield from unclaimed_images(source, document)
        return
    found = [*_in_objects(source, document, kind), *kind.find(source, document)]
    yield from found
    yield from _in_texts(source, document, found, rules)


def _in_objects(source: Source, document: Node, kind: Kind) -> Iterator[Item]:
    """Objects that a document holds, such as a composition or a ResourceSet, each by its own kind."""
    if not isinstance(document, Mapping) or "apiVersion" not in document.last or kind.name in _WHOLE:
        return
    if source.text.count("apiVersion", document.start, document.end) < _SEVERAL:
        return
    for node in mappings(document, without=kubernetes.is_schema):
        if node is document or "apiVersion" not in node.last or "kind" not in node.last:
            continue
        inner = kind_of(source, node)
        if inner is not None and inner.name not in _GENERAL:
            yield from inner.find(source, node)


def _in_texts(source: Source, document: Node, found: list[Item], rules: tuple[Rule, ...]) -> Iterator[Item]:
    if source.level >= LEVELS or not source.has_texts:
        return
    taken = sorted(
        slot.region.start
        for item in found
        if isinstance(item, Reference)
        for slot in slots(item)
        if slot.region
    )
    for text in walk(document, without=kubernetes.is_schema):
        if not isinstance(text, Scalar) or not may_hold_yaml(text):
            continue
        if _is_taken(text, taken):
            for view, inner in documents_or_none(source, text):
                yield from _in_texts(view, inner, found, rules)
        else:
            yield from _in_text(source, text, rules)


def _is_taken(text: Scalar, starts: list[int]) -> bool:
    """Whether the kind of the document looked into a text already."""
    at = bisect_left(starts, text.start)
    return at < len(starts) and starts[at] < text.end


def _in_text(source: Source, text: Scalar, rules: tuple[Rule, ...]) -> Iterator[Item]:
    if not stands_as_it_is(source, text):
        named = [item for view, inner in detached(text) for item in in_document(view, inner)]
        if any(isinstance(item, Reference) for item in named):
            yield skipped(source, text, _FOLDED)
        return
    try:
        for view, inner in list(documents(source, text)):
            if isinstance(inner, Scalar):
                continue
            yield from in_document(view, inner, rules)
    except NotUnderstood:
        if is_template(text):
            yield skipped(source, text, _TEMPLATE)
