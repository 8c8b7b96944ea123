"""YAML events of a text, within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # imported there to be had from there
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent

from imagebot.descriptors.source import NotUnderstood
from imagebot.untrusted import clean

DEPTH_LIMIT = 48
"""Levels of nesting: schemas of custom resources have some 35, and nothing that deploys comes near."""

EVENT_LIMIT = 500_000
"""Events of one file: some 170 MB of memory. The largest files people write have a fifth of them."""

PURE_LIMIT = 256 * 1024
"""Characters that the pure parser is given: it is twenty times as slow, and needs seconds for this many."""

Event = Any
"""An event of ruamel.yaml, which has no types of its own."""

NextEvent = Callable[[], Event | None]
"""Gives one event after the other, None behind the last."""

Answer = TypeVar("Answer")

_STEPS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:[ \t]+(?:#[^\n]*)?|\r?\n)*)+")
_INDENTED = b"\n" + b" " * DEPTH_LIMIT
_ITEMS = b"- " * (DEPTH_LIMIT // 2)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_TAB = re.compile(r" *\t")


def events(text: str) -> list[Event]:
    """The events of a text.

    Raises:
        NotUnderstood: If both parsers refuse, or the text goes over a bound.
    """
    return either_parser(text, lambda next_event: _collect(text, next_event))


def either_parser(text: str, read: Callable[[NextEvent], Answer], limit: int = PURE_LIMIT) -> Answer:
    """Read a text's events by the C parser, and by the pure one where that refuses.

    Each accepts some legal YAML that the other does not.

    Args:
        text: The text.
        read: What makes something of the events.
        limit: Characters that the pure parser may be given.

    Raises:
        NotUnderstood: If both refuse, or ``read`` does.
    """
    try:
        return read(CParser(text).get_event)
    except YAMLError as error:
        refused = _invalid(text, error)
    if len(text) > limit:
        raise refused
    try:
        found = YAML(typ="safe", pure=True).parse(text)
        return read(lambda: next(found, None))
    except YAMLError as error:
        raise _invalid(text, error) from error
    except NotUnderstood:
        raise
    except Exception as error:
        # on hostile text the pure parser raises whatever it trips over; the C parser says what is wrong
        raise refused from error


def is_plain(content: bytes) -> bool:
    """Whether bytes are YAML that is surely within bounds: found out without an object for any event."""
    if b"\0" in content or b"{{" in content or content.count(b"*") > DEPTH_LIMIT or not _is_shallow(content):
        return False
    try:
        CParser(content).raw_parse()
    except YAMLError:
        return False
    return len(content) <= EVENT_LIMIT


def _is_shallow(content: bytes) -> bool:
    """Whether indentation and brackets, those in texts included, stay within ``DEPTH_LIMIT``."""
    if _INDENTED in content or _ITEMS in content:
        return False
    brackets = content.translate(None, _NO_BRACKETS)
    for _ in range(DEPTH_LIMIT):
        if not brackets:
            return True
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return not brackets


def properties_end(text: str, event: Event) -> int:
    """Offset of a scalar's first character behind its anchor and tag.

    Parsers count these to the scalar; an edit must not.
    """
    start: int = event.start_mark.index
    if event.anchor is None and event.tag is None:
        return start
    found = _PROPERTIES.match(text, start, event.end_mark.index)
    return found.end() if found else start


def too_deep(text: str, event: Event) -> NotUnderstood:
    """The refusal of a text that is nested too deep at an event."""
    return NotUnderstood(f"nested deeper than {DEPTH_LIMIT} levels", _line(text, event.start_mark.index))


def too_many() -> NotUnderstood:
    """The refusal of a text with too many events."""
    return NotUnderstood(f"more than {EVENT_LIMIT} keys and values")


def _collect(text: str, next_event: NextEvent) -> list[Event]:
    found: list[Event] = []
    depth = 0
    while (event := next_event()) is not None:
        found.append(event)
        depth += _STEPS.get(type(event), 0)
        if depth > DEPTH_LIMIT:
            raise too_deep(text, event)
        if len(found) > EVENT_LIMIT:
            raise too_many()
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
