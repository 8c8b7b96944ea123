"""GitHub's published OpenAPI description, cut to the operations answered here, as a check and a mould."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

_UNDESCRIBED = dict.fromkeys(("301", "307", "400", "401", "403", "404", "410"), "basic-error") | {
    "422": "validation-error"
}
_ALSO_WIDE = {"name"}
"""Labels: bots such as Prow send ``do-not-merge/hold`` as it is, and GitHub takes it."""

EXCEPTIONS = frozenset(
    {
        # a bare list is taken too, though no longer described: PyGithub sends one
        "POST /repos/{owner}/{repo}/issues/{issue_number}/labels request",
    }
)
"""Operations and parts whose published schema is known to be wrong, each with its reason beside it."""


@cache
def _document() -> dict[str, Any]:
    text = (files("imagebot.demo.github") / "schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def _routes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns of ``METHOD path``; those with the fewest parameters are tried first."""
    operations = sorted(_document()["operations"], key=lambda key: (key.count("{"), -key.count("/")))
    return tuple((key, re.compile(_pattern(key))) for key in operations)


def _pattern(operation: str) -> str:
    wide = {*_document()["operations"][operation]["wide"], *_ALSO_WIDE}

    def parameter(match: re.Match[str]) -> str:
        name = match[1]
        form = ".+" if name in wide else "[0-9]+" if name.endswith(("_number", "_id")) else "[^/]+"
        return f"(?P<{name}>{form})"

    return re.sub(r"\{(\w+)\}", parameter, operation)


def operation_of(method: str, path: str) -> tuple[str, Mapping[str, str]] | None:
    """The operation that a request belongs to and the parameters of its path, decoded.

    None if this stand-in does not know it.

    Args:
        method: HTTP method.
        path: As sent: in a parameter that GitHub does not call multi-segment a slash must be escaped.
    """
    for operation, route in _routes():
        if match := route.fullmatch(f"{method} {path}"):
            return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


@cache
def _validator(operation: str, part: str) -> Any:  # noqa: ANN401 - the library's own type
    found = _document()["operations"][operation]
    schema = found["request"] if part == "request" else found["responses"].get(part)
    if schema is None:
        return None
    return jsonschema_rs.validator_for({**schema, "definitions": _document()["definitions"]})


@cache
def _definition(name: str) -> Any:  # noqa: ANN401 - the library's own type
    reference = {"$ref": f"#/definitions/{name}"}
    return jsonschema_rs.validator_for({**reference, "definitions": _document()["definitions"]})


def violations(operation: str, part: str, body: object) -> list[str]:
    """How a body breaks the description.

    Args:
        operation: As ``operation_of`` names it.
        part: ``request``, or a status such as ``200``.
        body: The JSON value.
    """
    if part == "request" or part in _document()["operations"][operation]["responses"]:
        validator = _validator(operation, part)
    elif part in _UNDESCRIBED:  # GitHub describes them for few operations, and answers them for all
        validator = _definition(_UNDESCRIBED[part])
    else:
        return [f"{operation}: status {part} is not described"]
    if validator is None or f"{operation} {part}" in EXCEPTIONS:
        return []
    return [
        f"{operation} {part}: {error.message[:200]} at {error.instance_path}"
        for error in validator.iter_errors(body)
    ]


def mould(definition: str) -> Any:  # noqa: ANN401 - a JSON value
    """A value of a definition with every required field at its emptiest."""
    return json.loads(_moulded(definition))


@cache
def _moulded(definition: str) -> str:
    """Kept as text: a fresh value each time, without walking the definition again."""
    return json.dumps(_emptiest(_document()["definitions"][definition]))


def _emptiest(schema: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON value for each type
    if "$ref" in schema:
        return _emptiest(_document()["definitions"][schema["$ref"].rpartition("/")[2]])
    types = schema.get("type")
    if isinstance(types, list) or any(option.get("type") == "null" for option in schema.get("anyOf", ())):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    for combined in ("allOf", "anyOf", "oneOf"):
        if combined in schema and types is None:
            return _emptiest(schema[combined][0])
    if types == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        return {
            name: _emptiest(properties.get(name, {"type": "string"})) for name in schema.get("required", ())
        }
    formats = {"uri": "http://127.0.0.1/", "date-time": "2026-01-01T00:00:00Z"}
    return {
        "string": formats.get(schema.get("format", ""), ""),
        "integer": 0,
        "number": 0,
        "boolean": False,
        "array": [],
    }.get(types or "string")
