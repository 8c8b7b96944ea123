"""JSON and base64 of strangers, read strictly: what two readers could read in two ways is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NoReturn


class Rejected(Exception):  # noqa: N818 - becomes a reason, not a failure
    """A candidate that is no good signature; its text says why, short and fit to be shown."""


def document(content: bytes, what: str) -> Mapping[str, Any]:
    """A JSON object in UTF-8 without duplicate keys and without numbers that JSON does not have.

    Args:
        content: What to read.
        what: What it should be, for the reason.

    Raises:
        Rejected: If it is none.
    """
    try:
        found = json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"the {what} is no sound JSON") from error
    return mapping(found, what)


def mapping(found: object, what: str) -> Mapping[str, Any]:
    """An object of a document.

    Raises:
        Rejected: If it is anything else.
    """
    if not isinstance(found, Mapping):
        raise Rejected(f"the {what} is missing or malformed")
    return found


def decoded(text: object, what: str) -> bytes:
    """Bytes in base64 (RFC 4648, with padding).

    Raises:
        Rejected: If the text is none.
    """
    if not isinstance(text, str) or not text:
        raise Rejected(f"the {what} is missing or malformed")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Rejected(f"the {what} is no base64") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
