"""Argo CD: Applications and ApplicationSets, and the overrides that Argo CD Image Updater leaves in files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imagebot.descriptors.assembled import assembled
from imagebot.descriptors.charts import chart
from imagebot.descriptors.embedded import documents
from imagebot.descriptors.looks import is_qualified
from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings
from imagebot.descriptors.parameters import in_parameters
from imagebot.descriptors.piece import NotEditable, Piece, piece
from imagebot.descriptors.reference import Skipped
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.values import in_values
from imagebot.descriptors.variables import Hole, Pending, filled
from imagebot.descriptors.written import OCI, Item, skipped, touched, whole

DESCRIPTOR = "argocd"
GROUP = "argoproj.io/"
ELEMENTS_LIMIT = 200
"""Elements of list generators that a template is filled with."""
KINDS = frozenset({"Application", "ApplicationSet"})
_OVERRIDE = re.compile(r"\.argocd-source(?:-.+)?\.ya?ml")
_ADDRESS = re.compile(r"[a-z]+://")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is an Application, an ApplicationSet or an override file."""
    if not isinstance(document, Mapping):
        return False
    if _OVERRIDE.fullmatch(source.name):
        return True
    return document.text("kind") in KINDS and document.text("apiVersion").startswith(GROUP)


def find(source: Source, document: Node) -> Iterator[Item]:
    """Images and charts of every source, and references among the elements of list generators."""
    if not isinstance(document, Mapping):
        return
    if _OVERRIDE.fullmatch(source.name):
        yield from _overrides(source, document)
        return
    elements = list(_elements(document))
    for element in elements:
        for value in element.values:
            if isinstance(value, Scalar) and is_qualified(value.value):
                yield whole(source, DESCRIPTOR, value)
    for node in mappings(document):
        for key in ("source", "sources"):
            only = node.mapping(key)
            for origin in [only] if only is not None else list(node.mappings(key)):
                for item in [*_overrides(source, origin), *_chart(source, origin)]:
                    yield from _filled(source, item, elements) if isinstance(item, Pending) else [item]


def _overrides(source: Source, origin: Mapping) -> Iterator[Item]:
    kustomize, helm = origin.mapping("kustomize"), origin.mapping("helm")
    for image in kustomize.items("images") if kustomize else ():
        if isinstance(image, Scalar):
            yield _kustomize_image(source, image)
    if helm is None:
        return
    yield from in_parameters(source, DESCRIPTOR, helm.mappings("parameters"))
    values = helm.mapping("valuesObject") or helm.mapping("values")
    if values is not None:
        yield from in_values(source, DESCRIPTOR, values)
    text = helm.scalar("values")
    if text is not None and text.style:
        yield from _values_text(source, text)


def _values_text(source: Source, text: Scalar) -> Iterator[Item]:
    if text.style != "|":
        yield skipped(source, text, "chart values in a text that is no literal block (`|`) are not edited")
        return
    try:
        for view, values in documents(source, text):
            yield from in_values(view, DESCRIPTOR, values)
    except NotUnderstood as problem:
        yield skipped(source, text, f"chart values: {problem.reason}")


def _kustomize_image(source: Source, image: Scalar) -> Item:
    """``[name=]image[:tag][@digest]``, as ``kustomize edit set image`` takes it."""
    name, sign, _ = image.value.partition("=")
    return whole(source, DESCRIPTOR, image, skip=len(name) + 1 if sign else 0)


def _chart(source: Source, origin: Mapping) -> Iterator[Item]:
    """A source with a chart; without a scheme, its address is one of an OCI registry."""
    name, address = origin.scalar("chart"), origin.scalar("repoURL")
    version = origin.scalar("targetRevision")
    if address is None or version is None or "{{" in address.value:
        return
    if name is None:
        if address.value.startswith(OCI):
            yield from chart(source, DESCRIPTOR, address, None, version)
        return
    has_scheme = _ADDRESS.match(address.value)
    repository = address if has_scheme else f"{OCI}{address.value.strip('/')}"
    yield from chart(source, DESCRIPTOR, repository, name, version, filled=True)


def _elements(document: Mapping) -> Iterator[Mapping]:
    """The elements of list generators, also inside of matrix and merge generators."""
    for node in mappings(document):
        generator = node.mapping("list")
        if generator is not None:
            yield from generator.mappings("elements")


def _filled(source: Source, pending: Pending, elements: list[Mapping]) -> Iterator[Item]:
    """The references that a text with ``{{tag}}`` becomes, one for each element of the generators."""
    names = {part.name for part in pending.parts if isinstance(part, Hole)}
    if not elements:
        reason = "holds a template expression that no list generator here fills"
        yield Skipped(pending.place.path, pending.place.line, reason)
    for element in elements[:ELEMENTS_LIMIT]:
        values: dict[str, Piece] = {}
        try:
            values = _values(source, element, names)
            found = filled(pending.parts, values, "go")
        except NotEditable as problem:
            yield Skipped(pending.place.path, pending.place.line, str(problem), touched(pending, values))
        else:
            if any(isinstance(part, Piece) for part in found):
                yield assembled(DESCRIPTOR, found, [pending.place], chart=pending.chart)


def _values(source: Source, element: Mapping, names: set[str]) -> dict[str, Piece]:
    found = {}
    for name in names:
        value = element.scalar(name)
        if value is not None:
            found[name] = piece(source, value)
    return found
