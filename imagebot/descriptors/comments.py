"""Comments that speak to imagebot, and Flux's setter markers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from imagebot.untrusted import clean

# Quoted values are stepped over: what is in them is no comment.
_COMMENT = re.compile(
    r"""
      (?<![^\s,:\[{])"(?:[^"\\]|\\.)*"
    | (?<![^\s,:\[{])'(?:[^']|'')*'
    | (?:^|(?<=[\s\]},]))\#(?P<text>.*)
    """,
    re.VERBOSE,
)
_ORDER = re.compile(r"\s*imagebot:(?P<order>.*)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,252}")
"""A policy's name; Flux's has a namespace before it and may have a part behind it."""
_SETTER = re.compile(r"\s*(?P<json>\{.*\})\s*")
_PARTS = (":tag", ":name", ":digest")


@dataclass(frozen=True, slots=True)
class Orders:
    """What the comment on a line asks for.

    Attributes:
        ignored: Keep the line as it is.
        bound: Name of the policy that governs the line.
        fault: Why the comment is not understood, or an empty text. Such a line is better left alone:
            it was meant to hold something back.
    """

    ignored: bool = False
    bound: str | None = None
    fault: str = ""


def orders(rest_of_line: str) -> Orders:
    """Read the comment in what follows a value on its line.

    ``# imagebot: ignore``, ``# imagebot: policy=web``, ``# {"$imagepolicy": "ns:name:tag"}``.
    """
    text = _comment(rest_of_line)
    order = _ORDER.match(text)
    if order:
        return _words(order["order"])
    found = _setter(text)
    return Orders(bound=found[0] if found else None)


def setter(rest_of_line: str) -> tuple[str, str] | None:
    """Policy and part (``tag``, ``name``, ``digest`` or nothing) of a setter marker; None without one."""
    return _setter(_comment(rest_of_line)) if "imagepolicy" in rest_of_line else None


def _comment(rest_of_line: str) -> str:
    line = rest_of_line.partition("\r")[0]
    return next((found["text"] for found in _COMMENT.finditer(line) if found["text"] is not None), "")


def _words(order: str) -> Orders:
    """The leading words are orders; what follows them is for people."""
    ignored, bound = False, None
    for word in (word.rstrip(",;") for word in order.split()):
        key, _, name = word.partition("=")
        if word == "ignore":
            ignored = True
        elif key == "policy" and _NAME.fullmatch(name):
            bound = name
        else:
            break
    if ignored or bound:
        return Orders(ignored, bound)
    asked = clean(order, 60)
    return Orders(fault=f"the comment asks for {asked!r}: imagebot knows `ignore` and `policy=NAME`")


def _setter(text: str) -> tuple[str, str] | None:
    """The policy of a Flux setter marker, and the part it sets."""
    match = _SETTER.fullmatch(text)
    if match is None:
        return None
    try:
        marker = json.loads(match["json"])
    except (ValueError, RecursionError):
        return None
    name = marker.get("$imagepolicy") if isinstance(marker, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    part = next((part for part in _PARTS if name.endswith(part)), "")
    return name.removesuffix(part), part.lstrip(":")
