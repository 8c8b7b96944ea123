"""What a branch asks for before anything is merged into it: rulesets, and the older branch protection.

Both questions need no right to administer: https://docs.github.com/rest/repos/rules and
https://docs.github.com/rest/branches/branches#get-a-branch.
"""

from __future__ import annotations

from urllib.parse import quote

from github import GithubException

from imagebot.forges.github.api import Api, Item
from imagebot.forges.github.repository import GitHubRepository

MOST_RULES = 500


class Rules(GitHubRepository):
    """Knows the required checks of branches, asked once for each."""

    def __init__(self, api: Api, *, login: str = "") -> None:
        super().__init__(api, login=login)
        self._required: dict[str, frozenset[str]] = {}

    def _required_checks(self, branch: str) -> frozenset[str]:
        if branch not in self._required:
            self._required[branch] = self._of_rulesets(branch) | self._of_protection(branch)
        return self._required[branch]

    def _of_rulesets(self, branch: str) -> frozenset[str]:
        path = self._path(f"rules/branches/{quote(branch, safe='')}")
        try:
            rules = list(self._api.pages(path, limit=MOST_RULES))
        except GithubException as error:
            if error.status not in {403, 404}:  # a plan without rulesets, or an old server
                raise
            return frozenset()
        return frozenset(
            check["context"]
            for rule in rules
            if rule.get("type") == "required_status_checks"
            for check in (rule.get("parameters") or {}).get("required_status_checks", ())
        )

    def _of_protection(self, branch: str) -> frozenset[str]:
        about: Item = self._api.get(self._path(f"branches/{quote(branch, safe='')}"))
        required = (about.get("protection") or {}).get("required_status_checks") or {}
        return frozenset(required.get("contexts") or ())
