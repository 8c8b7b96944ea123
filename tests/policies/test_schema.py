from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from imagebot.policies.loading import load
from imagebot.policies.schema import json_schema, settings_schema

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "policies").glob("*.yaml"))
GOLDEN = sorted((ROOT / "tests/engine/golden").glob("*/policies.yaml"))
SETTINGS = sorted(
    [
        *(ROOT / "tests/engine/golden").glob("*/before/imagebot.yaml"),
        *(ROOT / "imagebot/demo").rglob("imagebot.yaml"),
    ]
)


def errors(schema: dict[str, Any], text: str) -> list[str]:
    value = YAML(typ="safe", pure=True).load(text)
    return [error.message for error in Draft7Validator(schema).iter_errors(value)]


@pytest.mark.parametrize("schema", [json_schema(), settings_schema()], ids=["policy", "settings"])
def test_the_schemas_are_draft_07_and_describe_every_key(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)

    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert [path for path, node in keys(schema) if "description" not in node] == []
    assert "$defs" not in str(schema)


def keys(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a schema describes, wherever it is nested."""
    if isinstance(node, dict):
        yield from ((f"{path}.{key}", found) for key, found in node.get("properties", {}).items())
        for key, below in node.items():
            yield from keys(below, f"{path}.{key}")
    elif isinstance(node, list):
        for below in node:
            yield from keys(below, path)


@pytest.mark.parametrize(
    ("schema", "some"),
    [
        pytest.param(json_schema(), {"policies", "images", "max-step", "cosign", "issuer"}, id="policy"),
        pytest.param(settings_schema(), {"environments", "paths", "plain-http", "reference"}, id="settings"),
    ],
)
def test_keys_are_found_at_every_depth(schema: dict[str, Any], some: set[str]) -> None:
    assert some <= {path.rpartition(".")[2] for path, _ in keys(schema)}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_samples_are_valid_by_schema_and_by_loading(sample: Path) -> None:
    text = sample.read_text()

    assert errors(json_schema(), text) == []
    assert load({sample.name: text.encode()}, any_environment=True).policies


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.parent.name)
def test_golden_policies_are_valid_by_schema(golden: Path) -> None:
    assert errors(json_schema(), golden.read_text()) == []


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda path: path.parent.parent.name)
def test_golden_settings_are_valid_by_schema(settings: Path) -> None:
    assert errors(settings_schema(), settings.read_text()) == []


def test_there_are_samples() -> None:
    assert (len(SAMPLES) >= 4, len(GOLDEN) >= 50, len(SETTINGS) >= 2) == (True, True, True)


@pytest.mark.parametrize(
    "text",
    [
        "policies: web",
        "policies: [{name: web}]",
        "policies: [{name: web, images: nginx}]",
        "policies: [{name: web, images: [nginx], colour: red}]",
        "policies: [{name: web, images: [nginx], tags: {order: semvr}}]",
        "policies: [{name: web, images: [nginx], tags: {range: 1.1}}]",
        "polices: []",
        "defaults: {name: web}",
        "defaults: {tags: {max-step: huge}}",
        "extends: [1]",
        "policies: [{name: web, images: [nginx], tests: [{tags: [a]}]}]",
        "policies: [{name: web, images: [nginx], tests: [{tags: [1.1], selected: null}]}]",
        "policies: [{name: web, images: [nginx], tests: [{tags: [a], selected: null, rejected: {a: rnage}}]}]",
    ],
)
def test_the_schema_refuses_what_loading_refuses(text: str) -> None:
    assert errors(json_schema(), text)
    with pytest.raises(Exception, match="fault"):
        load({"a.yaml": text.encode()})


def test_the_settings_schema_knows_its_keys() -> None:
    good = "environments: {a: {paths: [x]}}\nforge: {kind: github}\nregistries: {h: {plain-http: true}}\nbase: main\n"

    assert errors(settings_schema(), good) == []
    assert errors(settings_schema(), "bass: main")


def test_the_schema_takes_null_where_it_stands_for_the_default() -> None:
    properties = json_schema()["definitions"]["PolicyModel"]["properties"]

    nullable = {key for key, found in properties.items() if {"type": "null"} in found.get("anyOf", [])}
    assert nullable == set(properties) - {"name", "images", "tags"}
