"""The GraphQL API: GitHub's published schema, cut, decides what a request may say and what it gets.

It needs graphql-core, which only tests have: without it every request is answered with 501.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from imagebot.demo.github.accounts import Actor
from imagebot.demo.github.call import content_of, refusal, reply
from imagebot.demo.github.graphql_fields import root
from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.site import Site
from imagebot.demo.http_server import Request, Response

if TYPE_CHECKING:
    from graphql import GraphQLError, GraphQLSchema

PATH = "/api/graphql"
_MUTATION = re.compile(r"\s*mutation\b[^{]*\{\s*(?:\w+\s*:\s*)?(\w+)")
_TYPES = {403: "FORBIDDEN", 404: "NOT_FOUND"}


def mutation(request: Request) -> str:
    """The first mutation that a request asks for; empty if it only reads."""
    try:
        content = json.loads(request.body)
    except ValueError:
        return ""
    text = str(content.get("query")) if isinstance(content, dict) else ""
    found = _MUTATION.match(text)
    return found[1] if found else ""


@cache
def _schema() -> GraphQLSchema:
    from graphql import build_schema  # noqa: PLC0415 - slow to import, and few calls need it

    return build_schema((files("imagebot.demo.github") / "schema.graphql").read_text(encoding="utf-8"))


class GraphQLApi:
    """Answers GraphQL requests; refusals come with status 200.

    Args:
        site: What there is.
        violations: Where it is noted what breaks the schema.
    """

    def __init__(self, site: Site, violations: list[str]) -> None:
        self._site = site
        self._violations = violations

    def answer(self, request: Request, actor: Actor) -> Response:
        """The answer to a request to ``PATH``."""
        try:
            if not actor.known or actor.app:
                raise Refused(401, "Bad credentials")
            content = content_of(request)
            for hosted in self._site.repositories.values():
                hosted.sync()
            return reply(200, self._executed(str(content.get("query")), content.get("variables"), actor))
        except Refused as error:
            return refusal(error)

    def _executed(self, text: str, variables: dict[str, Any] | None, actor: Actor) -> dict[str, Any]:
        from graphql import graphql_sync  # noqa: PLC0415 - slow to import, and few calls need it

        result = graphql_sync(_schema(), text, root(self._site, actor), variable_values=variables)
        errors = result.errors or []
        self._violations += [
            f"GraphQL: {error.message}" for error in errors if not isinstance(error.original_error, Refused)
        ]
        told = {"errors": [_told(error) for error in errors]} if errors else {}
        return told | ({"data": result.data} if result.data is not None or not errors else {})


def _told(error: GraphQLError) -> dict[str, Any]:
    """An error as GitHub tells it: with its type beside the standard's fields."""
    told: dict[str, Any] = dict(error.formatted)
    if isinstance(error.original_error, Refused):
        refused = error.original_error
        words = [each.get("message", "") for each in refused.errors]
        told |= {"type": _TYPES.get(refused.status, "UNPROCESSABLE")}
        told["message"] = ", ".join(filter(None, words)) or refused.message
    return told
