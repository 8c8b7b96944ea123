"""Recognise templates, which are no YAML until they are rendered."""

from __future__ import annotations

import re
from collections.abc import Iterable

from imagebot.descriptors.nodes import Mapping, Node, walk
from imagebot.descriptors.source import NotUnderstood, Source

GO = "Go template, not YAML: point imagebot at the values it is rendered with"
JINJA = "Jinja template, not YAML: point imagebot at the values it is rendered with"

# Behind a quote or in a comment the signs are text, and ${{ }} is a workflow's expression: legal YAML.
_JINJA = re.compile(r"^[^#\"'\n]*?\{%", re.MULTILINE)
_GO = re.compile(r"^[^#\"'\n]*?(?<!\$)\{\{", re.MULTILINE)


def refuse_template(source: Source, documents: Iterable[Node]) -> None:
    """Refuse a text that YAML reads without an error although it is a template.

    ``image: {{ .Values.image }}`` is legal YAML: a mapping whose key is a mapping.

    Raises:
        NotUnderstood: At the line of the first template expression.
    """
    region = source.region
    if source.text.find("{{", *((region.start, region.end) if region else ())) < 0:
        return
    for document in documents:
        for node in walk(document):
            if isinstance(node, Mapping):
                _refuse(source, node)
                for key in node.keys:
                    _refuse(source, key)


def template_reason(source: Source) -> NotUnderstood | None:
    """Why a text that YAML refuses may be a template, or None if it shows no sign of one."""
    for sign, reason in ((_JINJA, JINJA), (_GO, GO)):
        if found := sign.search(source.text):
            return NotUnderstood(reason, source.position(found.end() - 1)[0])
    return None


def _refuse(source: Source, node: Node) -> None:
    if isinstance(node, Mapping) and source.text.startswith("{{", node.start):
        raise NotUnderstood(GO, source.position(node.start)[0])
