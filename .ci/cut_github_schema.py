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
REPOSITORY = "/repos/{owner}/{repo}"
OPERATIONS = (
    "GET /user",
    "GET /rate_limit",
    "GET /app",
    "POST /app/installations/{installation_id}/access_tokens",
    *(
        f"{method} {REPOSITORY}{path}"
        for path, methods in {
            "": "GET",
            "/installation": "GET",
            "/pulls": "GET POST",
            "/pulls/{pull_number}": "GET PATCH",
            "/pulls/{pull_number}/merge": "PUT",
            "/pulls/{pull_number}/commits": "GET",
            "/pulls/{pull_number}/reviews": "GET",
            "/pulls/{pull_number}/requested_reviewers": "POST DELETE",
            "/issues": "GET POST",
            "/issues/{issue_number}": "GET PATCH",
            "/issues/{issue_number}/labels": "GET POST",
            "/issues/{issue_number}/labels/{name}": "DELETE",
            "/issues/{issue_number}/assignees": "POST",
            "/issues/{issue_number}/events": "GET",
            "/issues/{issue_number}/comments": "GET POST",
            "/issues/comments": "GET",
            "/issues/comments/{comment_id}": "GET PATCH",
            "/issues/comments/{comment_id}/reactions": "GET POST",
            "/labels": "GET POST",
            "/milestones": "GET",
            "/collaborators/{username}/permission": "GET",
            "/commits/{ref}": "GET",
            "/commits/{ref}/status": "GET",
            "/commits/{ref}/check-runs": "GET",
            "/statuses/{sha}": "POST",
            "/branches/{branch}": "GET",
            "/branches/{branch}/protection": "GET",
            "/rules/branches/{branch}": "GET",
            "/git/blobs": "POST",
            "/git/trees": "POST",
            "/git/trees/{tree_sha}": "GET",
            "/git/commits": "POST",
            "/git/commits/{commit_sha}": "GET",
            "/git/refs": "POST",
            "/git/refs/{ref}": "PATCH DELETE",
            "/git/ref/{ref}": "GET",
            "/git/matching-refs/{ref}": "GET",
            "/releases/tags/{tag}": "GET",
            "/compare/{basehead}": "GET",
            "/contents/{path}": "GET",
        }.items()
        for method in methods.split()
    ),
)
ALSO = ("basic-error", "validation-error", "simple-user", "repository")
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
    operations = {operation: cutter.operation(*operation.split()) for operation in OPERATIONS}
    correct(cutter.definitions())
    document = {
        "source": PACKAGE,
        "license": "MIT",
        "operations": operations,
        "definitions": cutter.definitions(),
    }
    TARGET.write_text(written(document), encoding="utf-8")


def correct(definitions: dict[str, Any]) -> None:
    """Mend what contradicts the rest of the description: a label without a description has null there."""
    labels = definitions["pull-request-simple"]["properties"]["labels"]["items"]
    labels["properties"]["description"] = definitions["label"]["properties"]["description"]


def written(document: dict[str, Any]) -> str:
    """One line for each operation and definition: small, and a new version's difference can be read."""
    parts = []
    for name, value in sorted(document.items()):
        if isinstance(value, dict):
            lines = (f"{json.dumps(key)}: {compact(value[key])}" for key in sorted(value))
            parts.append(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def compact(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class Cutter:
    """Collects what the operations refer to."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._description = description
        self._wanted: dict[str, Any] = {}

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Request schema, response schemas by status, and the parameters that may hold slashes."""
        operation = self._description["paths"][path][method.lower()]
        responses = {
            status: self._body(self._resolved(response))
            for status, response in operation["responses"].items()
        }
        request = self._body(operation["requestBody"]) if "requestBody" in operation else None
        parameters = [self._resolved(parameter) for parameter in operation.get("parameters", ())]
        wide = [parameter["name"] for parameter in parameters if parameter.get("x-multi-segment")]
        return {"request": request, "responses": responses, "wide": wide}

    def definitions(self) -> dict[str, Any]:
        """Every schema that is referred to, and those of refusals that operations do not describe."""
        for name in ALSO:
            self._want(f"#/components/schemas/{name}")
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
