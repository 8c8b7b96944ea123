"""Find the references of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from imagebot.descriptors.aliases import with_uses
from imagebot.descriptors.documents import in_document
from imagebot.descriptors.events import is_plain
from imagebot.descriptors.kinds import TEXT_KINDS, is_pipeline
from imagebot.descriptors.looks import has_hint
from imagebot.descriptors.names import is_kustomization, is_text_name, is_yaml
from imagebot.descriptors.nodes import Node
from imagebot.descriptors.parsing import parse, regions
from imagebot.descriptors.reference import Reference, Skipped, Span
from imagebot.descriptors.rules import Rule
from imagebot.descriptors.setters import MARKER, in_markers
from imagebot.descriptors.source import LFS_POINTER, NotUnderstood, Source
from imagebot.descriptors.template import refuse_template, template_reason
from imagebot.descriptors.unclaimed import unclaimed_lines, unclaimed_texts
from imagebot.descriptors.variables import Pending, Variable
from imagebot.descriptors.written import Item

_OBJECT = re.compile(
    rb"^[ \t{\[]*(?:- )?[\"']?(?:apiVersion|services|images?|repository)[\"']?[ \t]*:", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds, in the order of the file.

    Attributes:
        pending: References that need a variable of another file.
        variables: Values that other files may name.
    """

    references: tuple[Reference, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    pending: tuple[Pending, ...] = ()
    variables: tuple[Variable, ...] = ()


NOTHING = Found()


def find(path: str, content: bytes, rules: tuple[Rule, ...] = ()) -> Found:
    """Every reference of a file, and everything that was seen and not understood.

    Never raises, whatever the bytes.

    Args:
        path: Relative to the root of the config repository.
        content: The file's bytes.
        rules: The team's own rules for fields that no kind knows.
    """
    return read(path, content, rules) if is_promising(path, content, rules) else NOTHING


def read(path: str, content: bytes, rules: tuple[Rule, ...] = ()) -> Found:
    """As ``find``, for a file that is known to be promising."""
    own = tuple(rule for rule in rules if rule.covers(path))
    try:
        source = Source.decode(path, content)
        for kind in TEXT_KINDS:
            if kind.claims(source):
                found = list(kind.find(source))
                return _found([*found, *unclaimed_lines(source, found)])
        documents = parsed(source, every=bool(own) or is_pipeline(path) or is_kustomization(path))
    except NotUnderstood as problem:
        if not is_yaml(path):
            return NOTHING
        return Found(skipped=(Skipped(path, problem.line, problem.reason),))
    return _found(_in_yaml(source, documents, own))


def is_text(source: Source) -> bool:
    """Whether a file is of a kind with a format of its own, and no YAML."""
    return any(kind.claims(source) for kind in TEXT_KINDS)


def is_promising(path: str, content: bytes, rules: tuple[Rule, ...] = ()) -> bool:
    """Whether a file may hold an image.

    A search for bytes discards four files of five before anything is decoded or parsed: what it does not
    find, no kind of descriptor has. A file that cannot be read as YAML is looked into all the same, so that
    it is named.
    """
    if any(rule.covers(path) for rule in rules):
        return True
    if is_text_name(path) or is_kustomization(path):
        return True
    if not has_hint(content) and not is_pipeline(path):
        return is_yaml(path) and (content.startswith(LFS_POINTER) or not is_plain(content))
    return is_yaml(path) or _OBJECT.search(content) is not None


def parsed(source: Source, *, every: bool) -> list[Node]:
    """The documents of a file.

    Args:
        source: The file.
        every: Whether documents are wanted that hold no word which goes with images.

    Raises:
        NotUnderstood: If it is a template or no YAML.
    """
    try:
        if every:
            documents = parse(source)
        else:
            wanted = [region for region in regions(source.text) if _may_name(source, region)]
            documents = [document for region in wanted for document in parse(source, region)]
    except NotUnderstood as problem:
        raise template_reason(source) or problem from problem
    refuse_template(source, documents)
    return documents


def _may_name(source: Source, region: Span) -> bool:
    """Whether a document holds a word that goes with images, or something that has to be said."""
    content = source.text[region.start : region.end].encode()
    return has_hint(content) or not is_plain(content)


def _in_yaml(source: Source, documents: list[Node], rules: tuple[Rule, ...]) -> list[Item]:
    """Every document by its kind, then what only its characters tell."""
    found = [item for document in documents for item in in_document(source, document, rules)]
    if MARKER in source.text:
        found += in_markers(source, documents, found)
    found += unclaimed_texts(source, documents, found)
    return with_uses(source, documents, list(dict.fromkeys(found)))


def _found(items: Iterable[Item]) -> Found:
    found = list(dict.fromkeys(items))
    return Found(
        tuple(_once(item for item in found if isinstance(item, Reference))),
        tuple(sorted((i for i in found if isinstance(i, Skipped)), key=lambda s: s.line or 0)),
        tuple(item for item in found if isinstance(item, Pending)),
        tuple(item for item in found if isinstance(item, Variable)),
    )


def _once(references: Iterable[Reference]) -> list[Reference]:
    """One reference for every image and place, whatever kinds found it; in the order of the file."""
    known: dict[object, Reference] = {}
    for found in references:
        known.setdefault((found.line, found.column, found.image, found.tag, found.digest), found)
    return sorted(known.values(), key=lambda r: (r.line, r.column))
