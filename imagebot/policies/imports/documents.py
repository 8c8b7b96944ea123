"""The objects of a set-up, with their places; a broken file is a leftover and never a crash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from imagebot.descriptors.names import is_yaml
from imagebot.descriptors.nodes import Mapping as MappingNode
from imagebot.descriptors.nodes import Node, Scalar, line_of
from imagebot.descriptors.parsing import parse
from imagebot.descriptors.source import NotUnderstood, Source
from imagebot.policies.imports.imported import Ledger, Origin
from imagebot.untrusted import clean

NO_VALUE = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a Kubernetes API.

    Attributes:
        source: The file it stands in.
        node: Itself.
    """

    source: Source
    node: MappingNode

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.node.text("kind")

    @property
    def api(self) -> str:
        """Group and version."""
        return self.node.text("apiVersion")

    @property
    def metadata(self) -> MappingNode | None:
        """Name, namespace, annotations."""
        return self.node.mapping("metadata")

    @property
    def name(self) -> str:
        """Its name, or an empty text."""
        return self.metadata.text("name") if self.metadata else ""

    @property
    def namespace(self) -> str:
        """Its namespace; empty where whoever applies it gives one."""
        return self.metadata.text("namespace") if self.metadata else ""

    @property
    def spec(self) -> MappingNode | None:
        """What it asks for."""
        return self.node.mapping("spec")

    @property
    def label(self) -> str:
        """How people call it: ``ImagePolicy flux-system/web``."""
        return clean(
            f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}", 120
        )

    def at(self, node: Node | None = None) -> Origin:
        """Where it stands, or a part of it."""
        return Origin(self.source.path, line_of(self.source, node or self.node), self.label)

    def at_key(self, mapping: MappingNode, key: str) -> Origin:
        """Where a key of one of its mappings stands."""
        return self.at(key_node(mapping, key) or mapping)


def key_node(mapping: MappingNode, key: str) -> Node | None:
    """A key as it is written; None where it comes from a merged mapping."""
    return next((node for node in mapping.keys if isinstance(node, Scalar) and node.value == key), None)


def objects(files: Mapping[str, bytes], sign: bytes, ledger: Ledger) -> Iterator[Object]:
    """The objects of all files that hold a sign of them, lists opened, in the order of the files."""
    for path in sorted(files):
        if sign not in files[path] or not is_yaml(path):
            continue
        for source, document in _documents(path, files[path], ledger):
            for node in _opened(document):
                yield Object(source, node)


def _documents(path: str, content: bytes, ledger: Ledger) -> Iterator[tuple[Source, Node]]:
    try:
        source = Source.decode(path, content)
        documents = parse(source)
    except NotUnderstood as problem:
        ledger.leave(
            Origin(path, problem.line or 1),
            "unreadable",
            "the file is not read",
            why=problem.reason,
            instead="repair it, or render the template first, and import again",
        )
        return
    for document in documents:
        yield source, document


def _opened(document: Node) -> Iterator[MappingNode]:
    if not isinstance(document, MappingNode):
        return
    if document.text("kind") == "List":
        yield from document.mappings("items")
    else:
        yield document


def texts(mapping: MappingNode, key: str) -> list[str]:
    """The scalars of a sequence under a key."""
    return [item.value for item in mapping.items(key) if isinstance(item, Scalar)]


def is_true(mapping: MappingNode, key: str) -> bool:
    """Whether a key says yes."""
    return mapping.text(key).lower() == "true"


def has_value(mapping: MappingNode, key: str) -> bool:
    """Whether a key is there with something that counts as a value."""
    value = mapping.get(key)
    return value is not None and not (
        isinstance(value, Scalar) and not value.style and value.value in NO_VALUE
    )


def keys(mapping: MappingNode) -> list[str]:
    """Keys in the order of the file, those of merged mappings behind, each once."""
    found = [key for part in (mapping, *mapping.merged()) for key in part.last if key != "<<"]
    return list(dict.fromkeys(found))


def others(mapping: MappingNode, known: Iterable[str]) -> list[str]:
    """Keys that hold a value and that an importer does not know."""
    return [key for key in keys(mapping) if key not in known and has_value(mapping, key)]
