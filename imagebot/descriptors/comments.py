"""Comments that speak to imagebot, and Flux's setter markers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_COMMENT = re.compile(r"(?:^|[ \t\]},])#(?P<text>.*)$")
_ORDER = re.compile(r"\s*imagebot:\s*(?P<order>.*)")
_POLICY = re.compile(r"policy=(?P<name>[A-Za-z0-9][A-Za-z0-9._:-]*)")
_SETTER = re.compile(r"\s*(?P<json>\{.*\})\s*")
_PARTS = (":tag", ":name", ":digest")


@dataclass(frozen=True, slots=True)
class Orders:
    """What the comment on a line asks for.

    Attributes:
        ignored: Keep the line as it is.
        bound: Name of the policy that governs the line.
    """

    ignored: bool = False
    bound: str | None = None


def orders(rest_of_line: str) -> Orders:
    """Read the comment in what follows a value on its line.

    ``# imagebot: ignore``, ``# imagebot: policy=web``, ``# {"$imagepolicy": "ns:name:tag"}``.
    """
    comment = _COMMENT.search(rest_of_line.rstrip("\r"))
    if comment is None:
        return Orders()
    text = comment["text"]
    if order := _ORDER.match(text):
        words = order["order"].split()
        policy = _POLICY.search(order["order"])
        return Orders("ignore" in words, policy["name"] if policy else None)
    return Orders(bound=_setter(text))


def _setter(text: str) -> str | None:
    """The policy of a Flux setter marker, without the part it sets."""
    match = _SETTER.fullmatch(text)
    if match is None:
        return None
    try:
        marker = json.loads(match["json"])
    except (ValueError, RecursionError):
        return None
    name = marker.get("$imagepolicy") if isinstance(marker, dict) else None
    if not isinstance(name, str) or not name:
        return None
    part = next((part for part in _PARTS if name.endswith(part)), "")
    return name.removesuffix(part)
