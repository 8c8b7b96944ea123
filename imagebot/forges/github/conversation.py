"""Comments on pull requests, which GitHub keeps as comments on issues.

https://docs.github.com/rest/issues/comments
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import requests
from github import GithubException

from imagebot.forges.github.api import PAGE, Api, Item
from imagebot.forges.github.errors import is_lost
from imagebot.forges.github.repository import GitHubRepository, moment
from imagebot.forges.values import Comment

MOST_COMMENTS = 1_000
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})", re.ASCII)
_WRITERS = frozenset({"admin", "maintain", "write"})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Conversation(GitHubRepository):
    """Reads and writes comments."""

    def __init__(self, api: Api, *, login: str = "") -> None:
        super().__init__(api, login=login)
        self._writers: dict[str, bool] = {}

    def comment(self, number: int, text: str) -> None:
        """Write a comment; one whose answer was lost is looked for before it is written again."""
        path = self._path(f"issues/{number}/comments")
        with self._api.named(f"comment on #{number}"):
            try:
                self._api.write("POST", path, {"body": text})
            except (GithubException, requests.RequestException) as error:
                if not is_lost(error):
                    raise
                newest = self._newest(PAGE)
                if not any(each.number == number and each.own and each.body == text for each in newest):
                    self._api.write("POST", path, {"body": text})

    def comments(self, since: datetime, numbers: Sequence[int]) -> Sequence[Comment]:
        """Comments written since, oldest first: a request for each 100 of the whole repository."""
        if not numbers:
            return ()
        wanted = set(numbers)
        text = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._api.named("read comments"):
            found = self._newest(MOST_COMMENTS, since=text)
        written = [
            each for each in found if each.number in wanted and each.created >= since.replace(microsecond=0)
        ]
        return sorted(written, key=lambda each: (each.created, each.id))

    def acknowledge(self, comment: Comment, *, done: bool) -> None:
        """React with a thumb up, or down for a refusal."""
        path = self._path(f"issues/comments/{comment.id}/reactions")
        with self._api.named(f"react to a comment on #{comment.number}"):
            self._api.write("POST", path, {"content": "+1" if done else "-1"}, again=True)

    def may_write(self, login: str) -> bool:
        """Whether a person may push, asked once of each."""
        if login not in self._writers:
            self._writers[login] = bool(_LOGIN.fullmatch(login)) and self._permission(login) in _WRITERS
        return self._writers[login]

    def _permission(self, login: str) -> str:
        with self._api.named(f"read what {login} may do"):
            try:
                return str(self._api.get(self._path(f"collaborators/{login}/permission"))["permission"])
            except GithubException as error:
                if error.status != 404:
                    raise
                return "none"

    def _newest(self, limit: int, **parameters: str) -> list[Comment]:
        """Comments of the repository, the newest first."""
        own = self.facts().login.lower()
        items = self._api.pages(
            self._path("issues/comments"), limit=limit, sort="created", direction="desc", **parameters
        )
        return [_comment(item, own) for item in items]


def _comment(item: Item, own: str) -> Comment:
    author = (item.get("user") or {}).get("login", "")
    return Comment(
        id=item["id"],
        number=int(item["issue_url"].rpartition("/")[2]),
        author=author,
        body=item.get("body") or "",
        created=moment(item["created_at"]) or _LONG_AGO,
        own=bool(own) and author.lower() == own,
    )
