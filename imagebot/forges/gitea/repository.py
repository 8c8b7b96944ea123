"""The repository on the forge: its name, its pages, and who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from imagebot.forges.gitea.payloads import Payload, Repository, User
from imagebot.forges.identity import known_login
from imagebot.forges.values import RepositoryFacts

if TYPE_CHECKING:
    from imagebot.forges.gitea.client import Client
    from imagebot.policies.proposing import MergeMethod

PAGE = 50
"""Most that a page holds, where the server's owner has not set another number (``MAX_RESPONSE_ITEMS``)."""

P = TypeVar("P", bound=Payload)


class HostedRepository:
    """What every part of the forge needs.

    Args:
        api: The server.
        name: ``owner/name``.
    """

    def __init__(self, api: Client, name: str) -> None:
        self._api = api
        self._name = name
        self._facts: RepositoryFacts | None = None

    def facts(self) -> RepositoryFacts:
        """What the forge says of the repository; asked once. A new name is used from here on."""
        if self._facts is None:
            found = self._api.get(self._path(), f"read the repository {self._name}").one(Repository)
            self._name = found.full_name
            self._facts = RepositoryFacts(
                name=found.full_name,
                default_branch=found.default_branch,
                login=self._login(),
                archived=found.archived,
                may_write=found.permissions.push if found.permissions else None,
                merge_methods=_merge_methods(found),
                issues=found.has_issues,
            )
        return self._facts

    def _login(self) -> str:
        """Who the token belongs to; empty for one without the scope ``read:user``."""
        answer = self._api.get("/user", "read who imagebot is", also={403})
        return answer.one(User).login if answer.status == 200 else ""

    def _me(self) -> str:
        """Who imagebot is, where it must be known so that nothing of anybody else is taken for its own."""
        hint = "give it the scope read:user"
        api = self._api
        return known_login(self.facts().login, host=api.host, token_source=api.token_source, hint=hint)

    def _path(self, rest: str = "") -> str:
        owner, _, name = self._name.partition("/")
        return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}{rest}"

    def _pages(self, path: str, model: type[P], doing: str, *, limit: int, **query: str | int) -> Iterator[P]:
        """Things page by page, at most so many; the server may make its pages smaller than asked for."""
        seen, page = 0, 1
        while seen < limit:
            answer = self._api.get(path, doing, query={**query, "page": page, "limit": min(PAGE, limit)})
            things = answer.many(model)
            yield from things[: limit - seen]
            seen, page, total = seen + len(things), page + 1, answer.total()
            if not things or (total is not None and seen >= total):
                return


def _merge_methods(found: Repository) -> tuple[MergeMethod, ...]:
    allowed: Mapping[MergeMethod, bool] = {
        "merge": found.allow_merge_commits,
        "squash": found.allow_squash_merge,
        "rebase": found.allow_rebase,
    }
    methods = [method for method, may in allowed.items() if may]
    return tuple(sorted(methods, key=lambda method: method != found.default_merge_style))
