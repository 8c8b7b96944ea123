"""The REST operations that are answered: one module for each family, one table of them all."""

from imagebot.demo.github.call import Handler
from imagebot.demo.github.routes import pulls, repository

HANDLERS: dict[str, Handler] = {
    operation: handler for family in (repository, pulls) for operation, handler in family.ROUTES.items()
}
"""Handlers by operation, named as in GitHub's description."""
