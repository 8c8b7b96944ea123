"""The description of Gitea's API, cut to the operations answered here: what breaks it is named."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

OLD_NAMES = {
    "Do": "do",
    "MergeTitleField": "merge_title_field",
    "MergeMessageField": "merge_message_field",
}
"""Names that servers before 1.27 know alone, and later ones too."""


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
    return document


@cache
def _routes() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Fixed words before parameters: ``issues/comments`` is no number of an issue."""
    keys = sorted(_document()["operations"], key=lambda key: key.replace("{", "\x7f"))
    return tuple((key, *_route(key)) for key in keys)


def _route(key: str) -> tuple[str, re.Pattern[str]]:
    method, _, path = key.partition(" ")
    return method, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def operation_of(method: str, raw_path: str) -> str | None:
    """The operation that a request belongs to, by its path as it was sent; None if it is not known here."""
    return next((key for key, verb, route in _routes() if verb == method and route.fullmatch(raw_path)), None)


@cache
def _validator(operation: str, part: str) -> Any:
    found = _document()["operations"][operation]
    schema = found["request"] if part == "request" else found["responses"].get(part)
    if schema is None:
        return None
    return jsonschema_rs.validator_for({**schema, "definitions": _document()["definitions"]})


def request_violations(operation: str, query: Mapping[str, object], body: object) -> list[str]:
    """How a request breaks the description."""
    known = set(_document()["operations"][operation]["query"])
    strange = [f"{operation}: there is no parameter {name}" for name in query if name not in known]
    if isinstance(body, dict):
        body = {OLD_NAMES.get(name, name): value for name, value in body.items()}
    if body is not None and _validator(operation, "request") is None:
        strange.append(f"{operation}: takes no body")
    return strange + _broken(operation, "request", body)


def response_violations(operation: str, status: int, body: object) -> list[str]:
    """How an answer breaks the description; failures are described for few operations and have no form."""
    if status >= 300:
        return []
    if str(status) not in _document()["operations"][operation]["responses"]:
        return [f"{operation}: status {status} is not described"]
    return _broken(operation, str(status), body)


def _broken(operation: str, part: str, body: object) -> list[str]:
    validator = _validator(operation, part)
    if validator is None or body is None:
        return []
    return [
        f"{operation} {part}: {error.message[:200]} at {error.instance_path}"
        for error in validator.iter_errors(body)
    ]
