"""JSON Schema (draft-07) of policy files and ``imagebot.yaml``, for editors and checks elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from imagebot.policies.base_model import Model
from imagebot.policies.checking import models_in
from imagebot.policies.model import PolicyFileModel
from imagebot.policies.settings_model import SettingsModel

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that the YAML language server documents."""


def json_schema() -> dict[str, Any]:
    """The schema of a policy file."""
    return _draft_07(PolicyFileModel, "imagebot policy file")


def settings_schema() -> dict[str, Any]:
    """The schema of ``imagebot.yaml``."""
    return _draft_07(SettingsModel, "imagebot.yaml")


def _draft_07(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    _describe(schema, model)
    for nested in _nested(model):
        _describe(definitions[nested.__name__], nested)
    body = schema | {"title": title, "definitions": definitions}
    return {"$schema": DRAFT, **_converted(body)}


def _nested(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        for found in models_in(field.annotation):
            yield found
            yield from _nested(found)


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Put back what pydantic leaves out: descriptions beside a reference, and null where it is taken."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        found = schema["properties"][key]
        if issubclass(model, Model) and model.drops(key) and {"type": "null"} not in found.get("anyOf", []):
            kept = {word: found.pop(word) for word in ("description", "default", "title") if word in found}
            schema["properties"][key] = found = {"anyOf": [found, {"type": "null"}], **kept}
        if field.description:
            found.setdefault("description", field.description)


def _converted(node: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Draft-07 ignores what stands beside a ``$ref``: put the reference in an ``allOf``."""
    if isinstance(node, list):
        return [_converted(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: _converted(value) for key, value in node.items()}
    if "$ref" in converted and len(converted) > 1:
        converted["allOf"] = [{"$ref": converted.pop("$ref")}]
    return converted
