"""YAML events of a text, within bounds."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent

from imagebot.descriptors.source import NotUnderstood
from imagebot.untrusted import clean

DEPTH_LIMIT = 100
"""Levels of nesting; nothing that a cluster accepts comes near."""

EVENT_LIMIT = 500_000
"""Events of one file: some 170 MB of memory. The largest files people write have a fifth of them."""

PURE_LIMIT = 256 * 1024
"""Characters that the pure parser is given: it is twenty times as slow, and needs seconds for this many."""

Event = Any
"""An event of ruamel.yaml, which has no types of its own."""

_STEPS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:[ \t]|\r?\n)*)+")
_TAB = re.compile(r" *\t")


def events(text: str) -> list[Event]:
    """The events of a text: by the C parser, and by the pure one where that refuses.

    Each accepts some legal YAML that the other does not.

    Raises:
        NotUnderstood: If both refuse, or the text goes over a bound.
    """
    try:
        return _bounded(text, pure=False)
    except YAMLError as error:
        refused = _invalid(text, error)
    if len(text) > PURE_LIMIT:
        raise refused
    try:
        return _bounded(text, pure=True)
    except YAMLError as error:
        raise _invalid(text, error) from error
    except NotUnderstood:
        raise
    except Exception as error:
        # on hostile text the pure parser raises whatever it trips over; the C parser says what is wrong
        raise refused from error


def properties_end(text: str, event: Event) -> int:
    """Offset of a scalar's first character behind its anchor and tag.

    Parsers count these to the scalar; an edit must not.
    """
    start: int = event.start_mark.index
    if event.anchor is None and event.tag is None:
        return start
    found = _PROPERTIES.match(text, start, event.end_mark.index)
    return found.end() if found else start


def _bounded(text: str, *, pure: bool) -> list[Event]:
    """Count while reading: deep nesting costs the pure parser the square of the depth."""
    found: list[Event] = []
    depth = 0
    for event in YAML(typ="safe", pure=pure).parse(text):
        found.append(event)
        depth += _STEPS.get(type(event), 0)
        if depth > DEPTH_LIMIT:
            line = _line(text, event.start_mark.index)
            raise NotUnderstood(f"nested deeper than {DEPTH_LIMIT} levels", line)
        if len(found) > EVENT_LIMIT:
            raise NotUnderstood(f"more than {EVENT_LIMIT} keys and values")
    return found


def _invalid(text: str, error: YAMLError) -> NotUnderstood:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not parsable"
    at: int = mark.index if mark is not None else getattr(error, "position", 0)
    if _TAB.match(text, text.rfind("\n", 0, at) + 1):
        problem = "a tab is used for indentation, where YAML takes spaces alone"
    return NotUnderstood(f"invalid YAML: {clean(str(problem), 160)}", _line(text, at))


def _line(text: str, offset: int) -> int:
    """1-based; the C parser's own count takes U+0085 and U+2028 for line ends too."""
    return text.count("\n", 0, offset) + 1
