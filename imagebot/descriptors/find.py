"""Find the references of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imagebot.descriptors.kinds import KINDS
from imagebot.descriptors.nodes import Node, parse
from imagebot.descriptors.reference import Reference, Skipped, Slot
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.descriptors.template import refuse_template, template_reason


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds, in the order of the file."""

    references: tuple[Reference, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def is_descriptor_name(path: str) -> bool:
    """Whether a file is looked into: YAML by its name."""
    return path.endswith((".yaml", ".yml")) or path.rpartition("/")[2] == "Kustomization"


def find(path: str, content: bytes) -> Found:
    """Every reference of a file, and everything that was seen and not understood.

    Never raises, whatever the bytes.
    """
    try:
        source = Source.decode(path, content)
        documents = _parse(source)
    except NotUnderstood as problem:
        return Found(skipped=(Skipped(path, problem.line, problem.reason),))
    found = [item for document in documents for item in _in_document(source, document)]
    items = tuple(_apart(dict.fromkeys(found)))  # an anchor is met again at every alias
    return Found(
        tuple(sorted((item for item in items if isinstance(item, Reference)), key=_place)),
        tuple(item for item in items if isinstance(item, Skipped)),
    )


def _place(reference: Reference) -> tuple[int, int]:
    return reference.line, reference.column


def _parse(source: Source) -> tuple[Node, ...]:
    try:
        documents = parse(source)
    except NotUnderstood as problem:
        raise template_reason(source) or problem from problem
    refuse_template(source, documents)
    return documents


def _in_document(source: Source, document: Node) -> list[Reference | Skipped]:
    kind = next((kind for kind in KINDS if kind.claims(source, document)), None)
    return list(kind.find(source, document)) if kind else []


def _apart(items: Iterable[Reference | Skipped]) -> Iterator[Reference | Skipped]:
    """Skip references that share the characters of a tag or digest: one cannot move alone."""
    found = list(items)
    uses = Counter(slot for item in found if isinstance(item, Reference) for slot in _slots(item))
    for item in found:
        if isinstance(item, Reference) and any(uses[slot] > 1 for slot in _slots(item)):
            reason = f"{item.written}: an anchor shares its tag or digest with another image"
            yield Skipped(item.path, item.line, reason)
        else:
            yield item


def _slots(reference: Reference) -> list[Slot]:
    return [slot for slot in (reference.tag, reference.digest) if slot is not None]
