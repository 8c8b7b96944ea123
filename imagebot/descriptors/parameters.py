"""Values given one by one: ``helm.parameters`` of an Application, ``set`` of a helmfile release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imagebot.descriptors.looks import is_image_key, names_version
from imagebot.descriptors.nodes import Mapping, Scalar
from imagebot.descriptors.piece import is_empty
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, joined, skipped, whole

_NAMES = ("repository", "image", "repo")


def in_parameters(source: Source, descriptor: str, parameters: Iterable[Mapping]) -> Iterator[Item]:
    """The images of a list of ``name`` and ``value``: ``image.repository`` goes with ``image.tag``."""
    values = {
        entry.text("name"): value for entry in parameters if (value := entry.scalar("value")) is not None
    }
    for name, value in values.items():
        stem, _, last = name.rpartition(".")
        if is_empty(value):
            continue
        if last == "tag" or last.endswith("Tag"):
            yield from _tagged(source, descriptor, values, stem, last, value)
        elif last == "repository" and not values.keys() & {f"{stem}.tag"}:
            yield from _by_digest(source, descriptor, values, stem, value)
        elif is_image_key(last) and names_version(value.value):
            yield whole(source, descriptor, value)


def _by_digest(
    source: Source, descriptor: str, values: dict[str, Scalar], stem: str, name: Scalar
) -> Iterator[Item]:
    digest = values.get(f"{stem}.digest")
    if digest is not None and not is_empty(digest):
        yield joined(source, descriptor, [name], None, digest, strict=True)


def _tagged(
    source: Source, descriptor: str, values: dict[str, Scalar], stem: str, last: str, tag: Scalar
) -> Iterator[Item]:
    path = f"{stem}." if stem else ""
    prefix = last[: -len("tag")]
    names = [f"{path}{prefix}{name}" for name in _NAMES] if not prefix else [f"{path}{prefix}"]
    names += [f"{path}{prefix}{name.capitalize()}" for name in _NAMES if prefix]
    if is_image_key(stem.rpartition(".")[2]):
        names.append(f"{path}name")
    name = next((values[key] for key in names if key in values), None)
    if name is None:
        shown = f"{stem}.{last}" if stem else last
        yield skipped(
            source, tag, f"{shown} sets a tag, and nothing here says of which image: add a rule for it"
        )
        return
    registry = values.get(f"{path}registry")
    digest = values.get(f"{path}digest")
    parts: list[Scalar | str] = [name] if registry is None or is_empty(registry) else [registry, name]
    yield joined(source, descriptor, parts, tag, None if is_empty(digest) else digest, strict=True)
