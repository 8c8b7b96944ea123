"""Flux: HelmReleases, Kustomizations, OCI repositories."""

from __future__ import annotations

from collections.abc import Iterator

from imagebot.descriptors.charts import address_of, no_version
from imagebot.descriptors.kustomize import transformations
from imagebot.descriptors.looks import is_image_key, is_qualified, names_version
from imagebot.descriptors.nodes import Mapping, Node, Scalar
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece
from imagebot.descriptors.reference import Place
from imagebot.descriptors.source import Source
from imagebot.descriptors.values import in_values
from imagebot.descriptors.variables import Hole, Pending, Variable, and_above
from imagebot.descriptors.written import OCI, Item, skipped, together, whole

DESCRIPTOR = "flux"
GROUP = ".toolkit.fluxcd.io/"


def claims(source: Source, document: Node) -> bool:
    """Whether a document is an object of Flux."""
    del source
    return isinstance(document, Mapping) and GROUP in document.text("apiVersion")


def find(source: Source, document: Node) -> Iterator[Item]:
    """Whatever the kind of object names: values, images, charts, artifacts."""
    spec = document.mapping("spec") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or spec is None:
        return
    match document.text("kind"):
        case "HelmRelease":
            yield from _release(source, document, spec)
        case "HelmChart":
            yield from _chart(source, document, spec)
        case "Kustomization":
            yield from _kustomization(source, spec)
        case "OCIRepository":
            yield from _artifact(source, spec)
        case "HelmRepository":
            yield from _repository(source, document, spec)


def _release(source: Source, release: Mapping, spec: Mapping) -> Iterator[Item]:
    template = spec.mapping("chart")
    chart_spec = template.mapping("spec") if template else None
    if chart_spec is not None:
        yield from _chart(source, release, chart_spec)
    values = spec.mapping("values")
    if values is not None:
        yield from in_values(source, DESCRIPTOR, values)
    for renderer in spec.mappings("postRenderers"):
        inner = renderer.mapping("kustomize")
        if inner is not None:
            yield from transformations(source, DESCRIPTOR, inner)


def _kustomization(source: Source, spec: Mapping) -> Iterator[Item]:
    yield from transformations(source, DESCRIPTOR, spec)
    build = spec.mapping("postBuild")
    values = build.mapping("substitute") if build else None
    if values is None:
        return
    folder = spec.text("path").removeprefix("./").strip("/")
    owner = Place(source.path, *source.position(spec.start))
    for name, value in values.last.items():
        if not isinstance(value, Scalar) or is_empty(value):
            continue
        try:
            yield Variable("flux", "" if folder == "." else folder, name, piece(source, value), owner)
        except NotEditable as problem:
            yield skipped(source, value, str(problem))
        if is_qualified(value.value) or (is_image_key(name) and names_version(value.value)):
            yield whole(source, DESCRIPTOR, value)


def _artifact(source: Source, spec: Mapping) -> Iterator[Item]:
    """``OCIRepository``: of digest, semver and tag the first that is set counts."""
    url, reference = spec.scalar("url"), spec.mapping("ref")
    if url is None or reference is None or not url.value.startswith(OCI):
        return
    tag, digest, semver = (reference.scalar(key) for key in ("tag", "digest", "semver"))
    if semver is not None and not is_empty(semver) and is_empty(digest):
        yield skipped(source, semver, "follows a semver range in the cluster: it moves without a commit")
        return
    try:
        written: list[Piece | str] = [address_of(source, url)]
        for sign, part in ((":", tag), ("@", digest)):
            if part is not None and not is_empty(part):
                written += [sign, piece(source, part)]
        if len(written) > 1:
            yield together(DESCRIPTOR, written)
    except NotEditable as problem:
        yield skipped(source, url, str(problem))


def _chart(source: Source, owner: Mapping, spec: Mapping) -> Iterator[Item]:
    """A chart whose repository is an object of its own, in this file or another."""
    name, version, origin = spec.scalar("chart"), spec.scalar("version"), spec.mapping("sourceRef")
    if name is None or version is None or is_empty(version) or origin is None:
        return
    if origin.text("kind") != "HelmRepository":
        return
    if reason := no_version(version.value):
        yield skipped(source, version, reason)
        return
    try:
        at = piece(source, version)
        parts = (Hole(_key(owner, origin), None), "/", piece(source, name), ":", at)
    except NotEditable as problem:
        yield skipped(source, version, str(problem))
        return
    yield Pending("helm-repository", DESCRIPTOR, parts, at.place, chart=True)


def _repository(source: Source, repository: Mapping, spec: Mapping) -> Iterator[Variable]:
    url = spec.scalar("url")
    if url is None:
        return
    try:
        found = piece(source, url)
    except NotEditable:
        return
    name = _key(repository, repository.mapping("metadata") or repository)
    address = found.part(0, len(found.text.rstrip("/")))
    for folder in and_above(source.folder):
        yield Variable("helm-repository", folder, name, address, found.place)


def _key(owner: Mapping, reference: Mapping) -> str:
    """Namespace and name; an object without a namespace of its own gets the one of whoever applies it."""
    metadata = owner.mapping("metadata")
    namespace = reference.text("namespace") or (metadata.text("namespace") if metadata else "")
    return f"{namespace}/{reference.text('name')}"
