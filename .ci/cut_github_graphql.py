"""Cut GitHub's published GraphQL schema to the fields that the stand-in answers.

    npm pack @octokit/graphql-schema@15.26.1
    python .ci/cut_github_graphql.py octokit-graphql-schema-15.26.1.tgz

Writes imagebot/demo/github/schema.graphql: the fields below, with every input and enumeration
they refer to whole, without descriptions.
"""

from __future__ import annotations

import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import NamedTypeNode, Visitor, parse, print_ast, visit

SOURCE = "@octokit/graphql-schema 15.26.1, MIT"
MEMBER = "package/schema.graphql"
TARGET = Path(__file__).parent.parent / "imagebot/demo/github/schema.graphql"
ACTOR = {"login", "avatarUrl", "resourcePath", "url"}
PAYLOAD = {"clientMutationId", "pullRequest"}
FIELDS = {
    "Query": {"id", "repository", "node", "viewer"},
    "Mutation": {
        "markPullRequestReadyForReview",
        "convertPullRequestToDraft",
        "enablePullRequestAutoMerge",
        "disablePullRequestAutoMerge",
        "updateRefs",
    },
    "Repository": {"id", "nameWithOwner", "autoMergeAllowed", "pullRequest"},
    "PullRequest": {
        *("id", "number", "title", "body", "state", "url", "closed", "closedAt", "merged", "isDraft"),
        *("mergeable", "mergeStateStatus", "reviewDecision", "autoMergeRequest"),
        *("headRefName", "headRefOid", "baseRefName", "timelineItems"),
    },
    "AutoMergeRequest": {"enabledBy", "mergeMethod"},
    "PullRequestTimelineItemsConnection": {"nodes", "totalCount"},
    "ClosedEvent": {"id", "actor", "createdAt"},
    "MergedEvent": {"id", "actor", "createdAt"},
    "Actor": ACTOR,
    "Node": {"id"},
    "User": {"id", *ACTOR},
    "Bot": {"id", *ACTOR},
    "MarkPullRequestReadyForReviewPayload": PAYLOAD,
    "ConvertPullRequestToDraftPayload": PAYLOAD,
    "EnablePullRequestAutoMergePayload": {"actor", *PAYLOAD},
    "DisablePullRequestAutoMergePayload": {"actor", *PAYLOAD},
    "UpdateRefsPayload": {"clientMutationId"},
}
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def main() -> None:
    """Read the package named on the command line and write the cut."""
    with tarfile.open(sys.argv[1]) as package:
        member = package.extractfile(MEMBER)
        if member is None:
            raise SystemExit(f"{MEMBER} is not in the package")
        document = parse(member.read().decode(), no_location=True)
    known = {
        definition.name.value: definition
        for definition in document.definitions
        if hasattr(definition, "name")
    }
    wanted, queue = {}, sorted(FIELDS)
    while queue:
        name = queue.pop()
        if name not in wanted and name not in BUILT_IN:
            wanted[name] = visit(known[name], Cutter())
            queue += references(wanted[name])
    texts = [print_ast(wanted[name]) for name in sorted(wanted)]
    TARGET.write_text(f"# {SOURCE}\n\n" + "\n\n".join(texts) + "\n", encoding="utf-8")


class Cutter(Visitor):
    """Leaves out descriptions, directives, and fields and members that are not asked for."""

    def leave(self, node: Any, *_: Any) -> Any:
        plain = {
            name: value for name, value in (("description", None), ("directives", ())) if hasattr(node, name)
        }
        if node.kind in {"object_type_definition", "interface_type_definition"}:
            names = FIELDS[node.name.value]
            fields = tuple(field for field in node.fields if field.name.value in names)
            return replace(node, fields=fields, interfaces=kept(node.interfaces), **plain)
        if node.kind == "union_type_definition":
            return replace(node, types=kept(node.types), **plain)
        return replace(node, **plain) if plain else None


def kept(types: Any) -> tuple[Any, ...]:
    """Those of the types that are asked for."""
    return tuple(each for each in types or () if each.name.value in FIELDS)


def references(definition: Any) -> list[str]:
    """Names of the types that a definition refers to."""
    found = []

    class Collector(Visitor):
        def enter_named_type(self, node: NamedTypeNode, *_: Any) -> None:
            found.append(node.name.value)

    visit(definition, Collector())
    return found


if __name__ == "__main__":
    main()
