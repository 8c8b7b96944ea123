"""Find the references of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from imagebot.descriptors import kubernetes
from imagebot.descriptors.embedded import documents_or_none, may_hold_yaml
from imagebot.descriptors.events import is_plain
from imagebot.descriptors.kinds import KINDS, TEXT_KINDS, Kind, is_pipeline
from imagebot.descriptors.looks import has_hint
from imagebot.descriptors.names import is_text_name, is_yaml
from imagebot.descriptors.nodes import Alias, Mapping, Node, Scalar, walk
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.reference import Place, Reference, Skipped, Slot
from imagebot.descriptors.rules import Rule, in_rules
from imagebot.descriptors.setters import MARKER, in_markers
from imagebot.descriptors.source import LFS_POINTER, NotUnderstood, Source
from imagebot.descriptors.template import refuse_template, template_reason
from imagebot.descriptors.unclaimed import unclaimed_images, unclaimed_texts
from imagebot.descriptors.variables import Pending, Variable
from imagebot.descriptors.written import Item

_OBJECT = re.compile(
    rb"^[ \t{\[]*(?:- )?[\"']?(?:apiVersion|services|images?|repository)[\"']?[ \t]*:", re.MULTILINE
)
_LISTS = frozenset({"List"})


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
                return _found(kind.find(source))
        documents = parsed(source)
    except NotUnderstood as problem:
        if not is_yaml(path):
            return NOTHING
        return Found(skipped=(Skipped(path, problem.line, problem.reason),))
    return _found(item for document in documents for item in _in_document(source, document, own))


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
    if is_text_name(path):
        return True
    if not has_hint(content) and not is_pipeline(path):
        return is_yaml(path) and (content.startswith(LFS_POINTER) or not is_plain(content))
    return is_yaml(path) or _OBJECT.search(content) is not None


def parsed(source: Source) -> list[Node]:
    """The documents of a file.

    Raises:
        NotUnderstood: If it is a template or no YAML.
    """
    try:
        documents = parse(source)
    except NotUnderstood as problem:
        raise template_reason(source) or problem from problem
    refuse_template(source, documents)
    return documents


def _found(items: Iterable[Item | Variable]) -> Found:
    found = list(dict.fromkeys(items))
    return Found(
        tuple(sorted((i for i in found if isinstance(i, Reference)), key=lambda r: (r.line, r.column))),
        tuple(sorted((i for i in found if isinstance(i, Skipped)), key=lambda s: s.line or 0)),
        tuple(item for item in found if isinstance(item, Pending)),
        tuple(item for item in found if isinstance(item, Variable)),
    )


def _in_document(source: Source, document: Node, rules: tuple[Rule, ...]) -> list[Item | Variable]:
    """A document by its kind, then what only its characters tell."""
    found = list(_by_kind(source, document))
    if rules:
        by_rule = list(in_rules(source, document, rules))
        found = [*by_rule, *_without(found, by_rule)]
    if MARKER in source.text:
        found += in_markers(source, document, found)
    found += unclaimed_texts(source, document, found)
    return _with_uses(source, document, found)


def kind_of(source: Source, document: Node) -> str | None:
    """The kind of descriptor that claims a document, or None."""
    kind = _kind(source, document)
    return kind.name if kind else None


def _kind(source: Source, document: Node) -> Kind | None:
    return next((kind for kind in KINDS if kind.claims(source, document)), None)


def _by_kind(source: Source, document: Node) -> Iterator[Item | Variable]:
    if isinstance(document, Mapping) and document.text("kind") in _LISTS:
        for item in document.items("items"):
            own = isinstance(item, Mapping) and "apiVersion" in item.last
            yield from _by_kind(source, item) if own else kubernetes.find(source, item)
        return
    kind = _kind(source, document)
    found = list(kind.find(source, document) if kind else unclaimed_images(source, document))
    yield from found
    taken = {
        slot.region.start
        for item in found
        if isinstance(item, Reference)
        for slot in _slots(item)
        if slot.region
    }
    if kind is not None and source.region is None and "|" in source.text:
        for block in walk(document, without=kubernetes.is_schema):
            if isinstance(block, Scalar) and may_hold_yaml(block) and not _covers(block, taken):
                for view, inner in documents_or_none(source, block):
                    yield from _by_kind(view, inner)


def _covers(block: Scalar, starts: set[int]) -> bool:
    return any(block.start <= start < block.end for start in starts)


def _without(found: list[Item | Variable], ruled: list[Item]) -> list[Item | Variable]:
    """What no rule of the team's own says better."""
    places = {(item.line, item.column) for item in ruled if isinstance(item, Reference)}
    return [
        item for item in found if not isinstance(item, Reference) or (item.line, item.column) not in places
    ]


def _with_uses(source: Source, document: Node, found: list[Item | Variable]) -> list[Item | Variable]:
    """Add the aliases through which a reference is used; an order on such a line counts as well."""
    if "*" not in source.text:
        return found
    aliases = [node for node in walk(document) if isinstance(node, Alias) and node.target is not None]
    if not aliases:
        return found
    return [_used(source, item, aliases) if isinstance(item, Reference) else item for item in found]


def _used(source: Source, reference: Reference, aliases: list[Alias]) -> Reference:
    starts = [slot.scalar.start for slot in _slots(reference)]
    using = [alias for alias in aliases if any(_holds(alias.target, start) for start in starts)]
    if not using:
        return reference
    places = {Place(source.path, *source.position(alias.start)) for alias in using}
    return replace(reference, uses=tuple(sorted(places | set(reference.uses))))


def _holds(node: Node | None, offset: int) -> bool:
    return node is not None and not isinstance(node, Alias) and node.start <= offset < node.end


def _slots(reference: Reference) -> list[Slot]:
    return [slot for slot in (reference.tag, reference.digest) if slot is not None]
