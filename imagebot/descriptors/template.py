"""Recognise templates, which are no YAML until they are rendered."""

from __future__ import annotations

from collections.abc import Iterable

from imagebot.descriptors.nodes import Mapping, Node, walk
from imagebot.descriptors.source import NotUnderstood, Source

GO = "Go template, not YAML: point imagebot at the values it is rendered with"
JINJA = "Jinja template, not YAML: point imagebot at the values it is rendered with"


def refuse_template(source: Source, documents: Iterable[Node]) -> None:
    """Refuse a text that YAML reads without an error although it is a template.

    ``image: {{ .Values.image }}`` is legal YAML: a mapping whose key is a mapping.

    Raises:
        NotUnderstood: At the line of the first template expression.
    """
    for document in documents:
        for node in walk(document):
            if isinstance(node, Mapping) and source.text.startswith("{{", node.start):
                raise NotUnderstood(GO, source.position(node.start)[0])


def template_reason(source: Source) -> NotUnderstood | None:
    """Why a text that YAML refuses may be a template, or None if it shows no sign of one."""
    for sign, reason in (("{%", JINJA), ("{{", GO)):
        at = source.text.find(sign)
        if at >= 0:
            return NotUnderstood(reason, source.position(at)[0])
    return None
