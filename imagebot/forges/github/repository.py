"""The repository on GitHub: its facts, and what each part of the forge stands on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from github import GithubException

from imagebot.forges.github.api import Api, Item
from imagebot.forges.identity import known_login
from imagebot.forges.values import PullRequest, RepositoryFacts

if TYPE_CHECKING:
    from imagebot.policies.proposing import MergeMethod

_METHODS: tuple[tuple[str, MergeMethod], ...] = (
    ("allow_merge_commit", "merge"),
    ("allow_squash_merge", "squash"),
    ("allow_rebase_merge", "rebase"),
)


class GitHubRepository:
    """What the parts of the forge share: requests, facts, and pull requests as they were last seen.

    Args:
        api: Sends requests.
        login: Who imagebot is, where the token cannot tell; otherwise empty.
    """

    def __init__(self, api: Api, *, login: str = "") -> None:
        self._api = api
        self._known_login = login
        self._facts: RepositoryFacts | None = None
        self._repository: Item | None = None
        self._seen: dict[int, Item] = {}

    def facts(self) -> RepositoryFacts:
        """What GitHub says of the repository and of the token, asked once."""
        if self._facts is None:
            item = self._about()
            allowed = tuple(method for key, method in _METHODS if item.get(key))
            login = self._known_login or self._login()
            self._facts = RepositoryFacts(
                name=item["full_name"],
                default_branch=item["default_branch"],
                login=login,
                archived=bool(item.get("archived")),
                may_write=_may_push(item, login),
                auto_merge=bool(item.get("allow_auto_merge")),
                merge_methods=allowed or ("merge",),
                issues=bool(item.get("has_issues", True)),
            )
        return self._facts

    def _about(self) -> Item:
        """The repository itself: after a rename, under its new name.

        Everything else is asked under that name: GitHub sends requests under the old one elsewhere, and
        PyGithub loses their parameters and does not follow where a write is sent.
        """
        if self._repository is None:
            with self._api.named("read the repository"):
                found = self._api.get(f"/repos/{self._api.place.repository}")
                self._repository = {**found, "full_name": str(found["full_name"])}
        return self._repository

    def _path(self, rest: str) -> str:
        return f"/repos/{self._about()['full_name']}/{rest}"

    def _owner(self) -> str:
        owner: str = self._about()["full_name"].partition("/")[0]
        return owner

    def _login(self) -> str:
        """Who the token belongs to; what is no user's may not ask REST, but GraphQL knows its viewer."""
        with self._api.named("read who the token belongs to"):
            try:
                return str(self._api.get("/user")["login"])
            except GithubException as error:
                if error.status not in {403, 404}:
                    raise
            try:
                return str(self._api.query("query { viewer { login } }", {})["viewer"]["login"])
            except (GithubException, KeyError, TypeError):
                return ""

    def _me(self) -> str:
        """Who imagebot is, where it must be known. Raises ForgeDenied where the token does not tell."""
        hint = "use a token of a person, or a GitHub App by GITHUB_APP_ID and its private key"
        place = self._api.place
        return known_login(self.facts().login, host=place.host, token_source=place.token_source, hint=hint)

    def _is_own(self, item: Item) -> bool:
        """Whether the head branch lives in this repository; a deleted fork has none."""
        repository = item["head"].get("repo") or {}
        return bool(repository.get("full_name", "").lower() == self._about()["full_name"].lower())

    def _remember(self, item: Item) -> PullRequest:
        self._seen[item["number"]] = item
        return pull_request(item)

    def _item(self, number: int, *, fresh: bool = False) -> Item:
        """A pull request as GitHub tells it: as last seen, or asked again."""
        if fresh or number not in self._seen:
            self._seen[number] = self._api.get(self._path(f"pulls/{number}"))
        return self._seen[number]


def _may_push(item: Item, login: str) -> bool | None:
    """Whether the token may push: of an App GitHub tells only what its bot may as a person."""
    permissions = item.get("permissions")
    return None if not permissions or login.endswith("[bot]") else bool(permissions.get("push"))


def pull_request(item: Item) -> PullRequest:
    """A pull request of a list, or a whole one."""
    return PullRequest(
        number=item["number"],
        url=item["html_url"],
        branch=item["head"]["ref"],
        title=item["title"],
        body=item.get("body") or "",
        open=item["state"] == "open",
        merged=item.get("merged_at") is not None,
        head=item["head"]["sha"],
        base=item["base"]["ref"],
        author=(item.get("user") or {}).get("login", ""),
        draft=bool(item.get("draft")),
        labels=tuple(label["name"] for label in item.get("labels") or ()),
        created=moment(item.get("created_at")),
        closed=moment(item.get("closed_at")),
        auto_merge=item.get("auto_merge") is not None,
        auto_merge_by=((item.get("auto_merge") or {}).get("enabled_by") or {}).get("login", ""),
    )


def moment(text: str | None) -> datetime | None:
    """A time as GitHub writes it."""
    return datetime.fromisoformat(text) if text else None
