"""Rules of a team's own, for fields that no kind of descriptor knows.

A rule names files or a kind of object, and the path of a value: ``spec.runner.image``,
``jobs[*].container.image``, ``env["WEB_IMAGE"].value``. A name in brackets on a list takes the entry whose
``name`` it is, or the text that begins with it and ``=``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imagebot.descriptors.names import is_kustomization
from imagebot.descriptors.nodes import Mapping, Node, Scalar, Sequence, resolved
from imagebot.descriptors.piece import NotEditable, Piece, is_empty, piece
from imagebot.descriptors.source import Source
from imagebot.descriptors.written import Item, skipped, together, whole

DESCRIPTOR = "rule"
_STEP = re.compile(r"\.?(?P<key>[^.\[\]\"]+)|\[(?P<index>\*|\d+)\]|\[\"(?P<name>[^\"]+)\"\]")
EVERY = "*"
_NO_KEYS = frozenset({"$", "**"})
"""What other languages of paths begin with or allow, and this one does not."""


class InvalidPath(Exception):  # noqa: N818 - the policies turn it into a fault with its place
    """A path that is none.

    Attributes:
        offset: Characters into the path where it is wrong.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a key, an index, or ``*`` for every member."""

    key: str
    index: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a team keeps a reference.

    Attributes:
        files: Patterns of which the whole path must match one; none means every file.
        kind: ``kind`` of the document, or ``group/kind``; empty means every document.
        reference: Path of a value that is a whole reference; empty if it is written in parts.
        repository: Path of the name.
        image: The name itself, where no file says it.
        tag: Path of the tag.
        digest: Path of the digest.
    """

    files: tuple[re.Pattern[str], ...] = ()
    kind: str = ""
    reference: tuple[Step, ...] = ()
    repository: tuple[Step, ...] = ()
    image: str = ""
    tag: tuple[Step, ...] = ()
    digest: tuple[Step, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether a file is one of the rule's."""
        return not self.files or any(pattern.fullmatch(path) for pattern in self.files)


def parse_path(text: str) -> tuple[Step, ...]:
    """Parse a path.

    Raises:
        InvalidPath: With the place where it is wrong.
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        key = found["key"] if found else None
        if found is None or (key and ((text[at] == ".") is (at == 0) or key in _NO_KEYS)):
            raise InvalidPath('a path is keys with dots between them, `[*]`, `[0]` and `["name"]`', at)
        steps.append(Step(found["key"] or found["name"] or found["index"], found["index"] is not None))
        at = found.end()
    if not steps:
        raise InvalidPath("the path is empty", 0)
    return tuple(steps)


def in_rules(source: Source, document: Node, rules: tuple[Rule, ...]) -> Iterator[Item]:
    """What the rules find in a document."""
    for rule in rules:
        if _is_of_kind(source, document, rule.kind):
            yield from _whole(source, document, rule) if rule.reference else _parts(source, document, rule)


def _is_of_kind(source: Source, document: Node, kind: str) -> bool:
    if not kind:
        return True
    if not isinstance(document, Mapping):
        return False
    group, _, name = kind.rpartition("/")
    if name == "Kustomization" and is_kustomization(source.path) and "kind" not in document.last:
        return not group
    return document.text("kind") == name and document.text("apiVersion").startswith(group)


def _whole(source: Source, document: Node, rule: Rule) -> Iterator[Item]:
    for scalar, skip in _values(document, rule.reference):
        if not is_empty(scalar):
            yield whole(source, DESCRIPTOR, scalar, skip)


def _parts(source: Source, document: Node, rule: Rule) -> Iterator[Item]:
    """Name and tag; with several of each, those of one place belong together."""
    names = list(_values(document, rule.repository)) if rule.repository else []
    tags, digests = list(_values(document, rule.tag)), list(_values(document, rule.digest))
    for at, (scalar, skip) in enumerate(tags or digests):
        if is_empty(scalar):
            yield skipped(source, scalar, "the tag is empty")
            continue
        sign = ":" if tags else "@"
        try:
            name: Piece | str = rule.image
            if names:
                own = names[min(at, len(names) - 1)]
                name = piece(source, own[0]).part(own[1])
            written: list[Piece | str] = [name, sign, piece(source, scalar).part(skip)]
            if tags and at < len(digests) and not is_empty(digests[at][0]):
                written += ["@", piece(source, digests[at][0]).part(digests[at][1])]
            yield together(DESCRIPTOR, written)
        except NotEditable as problem:
            yield skipped(source, scalar, str(problem))


def _values(node: Node, steps: tuple[Step, ...]) -> Iterator[tuple[Scalar, int]]:
    """The scalars at the end of a path, each with the characters to leave out at its beginning."""
    nodes: list[tuple[Node, int]] = [(node, 0)] if steps else []
    for step in steps:
        nodes = [member for current, _ in nodes for member in _members(current, step)]
    for found, skip in nodes:
        if isinstance(found, Scalar):
            yield found, skip


def _members(node: Node, step: Step) -> Iterator[tuple[Node, int]]:
    if isinstance(node, Mapping):
        below = node.values if step.key == EVERY else [node.get(step.key)]
        yield from ((found, 0) for found in map(resolved, below) if found is not None)
    elif isinstance(node, Sequence):
        items = [found for found in map(resolved, node.items) if found is not None]
        if step.key == EVERY:
            yield from ((item, 0) for item in items)
        elif step.index:
            yield from ((item, 0) for item in items[int(step.key) : int(step.key) + 1])
        else:
            yield from (found for item in items if (found := _called(item, step.key)))


def _called(item: Node, name: str) -> tuple[Node, int] | None:
    if isinstance(item, Mapping) and item.text("name") == name:
        return item, 0
    if isinstance(item, Scalar) and item.value.startswith(f"{name}="):
        return item, len(name) + 1
    return None
