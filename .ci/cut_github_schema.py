"""Cut GitHub's published OpenAPI description to the operations that the stand-in answers.

    npm pack @octokit/openapi@23.0.2
    python .ci/cut_github_schema.py octokit-openapi-23.0.2.tgz

Writes imagebot/demo/github/schema.json: JSON Schemas of request and response
bodies by operation, with everything they refer to, without examples and descriptions.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

PACKAGE = "@octokit/openapi 23.0.2, api.github.com"
MEMBER = "package/generated/api.github.com.json"
TARGET = Path(__file__).parent.parent / "imagebot/demo/github/schema.json"
OPERATIONS = (
    ("get", "/repos/{owner}/{repo}"),
    ("get", "/repos/{owner}/{repo}/pulls"),
    ("post", "/repos/{owner}/{repo}/pulls"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("patch", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("put", "/repos/{owner}/{repo}/pulls/{pull_number}/merge"),
)
DROPPED = {
    "example",
    "examples",
    "description",
    "title",
    "externalDocs",
    "deprecated",
    "x-github",
    "default",
    "discriminator",
}


def main() -> None:
    """Read the package named on the command line and write the cut."""
    with tarfile.open(sys.argv[1]) as package:
        member = package.extractfile(MEMBER)
        if member is None:
            raise SystemExit(f"{MEMBER} is not in the package")
        description = json.load(member)
    cutter = Cutter(description)
    operations = {f"{method.upper()} {path}": cutter.operation(method, path) for method, path in OPERATIONS}
    document = {
        "source": PACKAGE,
        "license": "MIT",
        "operations": operations,
        "definitions": cutter.definitions(),
    }
    TARGET.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


class Cutter:
    """Collects what the operations refer to."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._description = description
        self._wanted: dict[str, Any] = {}

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Request schema and response schemas by status."""
        operation = self._description["paths"][path][method]
        responses = {
            status: self._body(self._resolved(response))
            for status, response in operation["responses"].items()
        }
        request = self._body(operation["requestBody"]) if "requestBody" in operation else None
        return {"request": request, "responses": responses}

    def definitions(self) -> dict[str, Any]:
        """Every schema that is referred to."""
        return self._wanted

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._description
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def _body(self, node: dict[str, Any]) -> Any:
        content = node.get("content", {}).get("application/json", {})
        return self._converted(content["schema"]) if "schema" in content else None

    def _converted(self, node: Any) -> Any:
        """OpenAPI 3.0 to JSON Schema: ``nullable`` becomes a type, references point to definitions."""
        if isinstance(node, list):
            return [self._converted(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return {"$ref": f"#/definitions/{self._want(node['$ref'])}"}
        converted = {}
        for key, value in node.items():
            if key == "properties":
                converted[key] = {name: self._converted(child) for name, child in value.items()}
            elif key not in DROPPED and not key.startswith("x-") and key != "nullable":
                converted[key] = self._converted(value)
        return _nullable(converted) if node.get("nullable") else converted

    def _want(self, reference: str) -> str:
        name = reference.rpartition("/")[2]
        if name not in self._wanted:
            self._wanted[name] = {}
            self._wanted[name] = self._converted(self._resolved({"$ref": reference}))
        return name


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


if __name__ == "__main__":
    main()
