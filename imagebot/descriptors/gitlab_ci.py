"""GitLab CI: images and services of jobs and defaults, and references kept in variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from imagebot.descriptors.assembled import assembled
from imagebot.descriptors.nodes import Mapping, Node, Scalar, mappings, resolved
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece, unknown_part
from imagebot.descriptors.source import Source
from imagebot.descriptors.variables import filled, with_holes
from imagebot.descriptors.written import Item, skipped

DESCRIPTOR = "gitlab-ci"
_OF_JOBS = frozenset({"stage", "image", "rules", "extends", "needs", "only", "before_script"})
_EXTENDS_LIMIT = 20
_FILE = re.compile(r"(?:.*[/.-])?gitlab-ci(?:[.-].*)?\.ya?ml|(?:.*/)?\.gitlab/.*\.ya?ml")


def claims(source: Source, document: Node) -> bool:
    """Whether a document is a pipeline: by its name, or by jobs with a script, which included files have."""
    if not isinstance(document, Mapping) or source.region is not None:
        return False
    if is_pipeline(source.path):
        return True
    jobs = [job for job in map(resolved, document.values) if isinstance(job, Mapping)]
    return any("script" in job.last and job.last.keys() & _OF_JOBS for job in jobs)


def is_pipeline(path: str) -> bool:
    """Whether a file is a pipeline by its path."""
    return "gitlab" in path and _FILE.fullmatch(path) is not None


def find(source: Source, document: Node) -> Iterator[Item]:
    """``image`` and ``services`` of every job, with the variables that the job sees put in."""
    if not isinstance(document, Mapping):
        return
    shared = _variables(source, document)
    for key, job in zip(document.keys, document.values, strict=True):
        values = dict(shared)
        for name in _extended(document, key.value if isinstance(key, Scalar) else ""):
            own = document.mapping(name)
            values |= _variables(source, own) if own else {}
        yield from _images(source, job, values)
    for image in [document.get("image"), *document.items("services")]:
        yield from _named(source, image, shared)


def _extended(document: Mapping, name: str) -> list[str]:
    """A job and the jobs it extends, the farthest first."""
    found: list[str] = []
    pending = [name]
    while pending and len(found) < _EXTENDS_LIMIT:
        current = pending.pop()
        if current in found:
            continue
        found.append(current)
        job = document.mapping(current)
        if job is not None:
            extended = [item.value for item in job.items("extends") if isinstance(item, Scalar)]
            pending += extended or [text for text in [job.text("extends")] if text]
    return found[::-1]


def _images(source: Source, job: Node, values: dict[str, Piece]) -> Iterator[Item]:
    for node in mappings(job):
        for image in [node.get("image"), *node.items("services")]:
            yield from _named(source, image, values)


def _named(source: Source, image: Node | None, values: dict[str, Piece]) -> Iterator[Item]:
    name = image.get("name") if isinstance(image, Mapping) else image
    if isinstance(name, Scalar) and not is_empty(name):
        yield _image(source, name, values)


def _image(source: Source, name: Scalar, values: dict[str, Piece]) -> Item:
    try:
        written = piece(source, name)
        if not unknown_part(name.value):
            return assembled(DESCRIPTOR, [written])
        return assembled(DESCRIPTOR, filled(with_holes([written], "shell"), values, "shell"), [written.place])
    except NotEditable as problem:
        return skipped(source, name, str(problem))


def _variables(source: Source, job: Mapping) -> dict[str, Piece]:
    """Variables with a plain value, or with ``value`` and ``description``."""
    variables = job.mapping("variables")
    found: dict[str, Piece] = {}
    for name in variables.last if variables else ():
        value = resolved(variables.last[name]) if variables else None
        text = value.scalar("value") if isinstance(value, Mapping) else value
        if not isinstance(text, Scalar) or is_empty(text):
            continue
        with suppress(NotEditable):
            found[name] = piece(source, text)
    return found
