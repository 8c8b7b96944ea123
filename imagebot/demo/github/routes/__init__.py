"""The REST operations that are answered: one module for each family, one table of them all."""

from imagebot.demo.github.call import Handler
from imagebot.demo.github.routes import (
    apps,
    branches,
    checks,
    comments,
    git_objects,
    issues,
    labels,
    people,
    pulls,
    references,
    releases,
    repository,
)

_FAMILIES = (
    repository,
    pulls,
    people,
    issues,
    labels,
    comments,
    checks,
    branches,
    git_objects,
    references,
    releases,
    apps,
)

HANDLERS: dict[str, Handler] = {
    operation: handler for family in _FAMILIES for operation, handler in family.ROUTES.items()
}
"""Handlers by operation, named as in GitHub's description."""
