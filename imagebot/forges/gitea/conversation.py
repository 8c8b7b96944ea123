"""Comments on pull requests, reactions to them, and whose word counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from imagebot.errors import ForgeDenied
from imagebot.forges import values
from imagebot.forges.gitea.payloads import Collaborator, Comment
from imagebot.forges.gitea.repository import PAGE, HostedRepository
from imagebot.forges.gitea.settled import settled

if TYPE_CHECKING:
    from imagebot.forges.values import Comment as ForgeComment

NEWEST = 1000
_WRITERS = frozenset({"owner", "admin", "write"})
_LOGIN = re.compile(r"(?!\.+$)[\w.-]{1,255}", re.ASCII)


class Conversation(HostedRepository):
    """What is said on pull requests."""

    def comment(self, number: int, text: str) -> None:
        """Write a comment."""
        path, doing = self._path(f"/issues/{number:d}/comments"), f"comment on pull request #{number}"

        def carried_out() -> bool | None:
            mine = [each for each in self._api.get(path, doing).many(Comment) if self._mine(each)]
            return True if mine and mine[-1].body == text else None

        settled(lambda: bool(self._api.write("POST", path, doing, {"body": text})), carried_out)

    def comments(self, since: datetime, numbers: Sequence[int]) -> Sequence[ForgeComment]:
        """Comments on all pull requests of the repository, in one list however many there are."""
        del numbers
        begin = since.astimezone(UTC).replace(microsecond=0)  # Gitea keeps whole seconds
        found = [each for each in self._changed_since(begin) if each.created_at >= begin]
        told = [self._told(each) for each in found if each.pull_request_url]
        return sorted(told, key=lambda each: (each.created, each.id))

    def acknowledge(self, comment: ForgeComment, *, done: bool) -> None:
        """React with a thumb up or down; Gitea takes the same reaction twice and keeps one."""
        path = self._path(f"/issues/comments/{comment.id:d}/reactions")
        doing, content = f"react to comment {comment.id}", {"content": "+1" if done else "-1"}
        self._api.write("POST", path, doing, content)

    def may_write(self, login: str) -> bool:
        """Whether a person may push; only an administrator of the repository is told of others."""
        if not _LOGIN.fullmatch(login):
            return False
        path = self._path(f"/collaborators/{quote(login, safe='')}/permission")
        try:
            answer = self._api.get(path, f"ask what {login} may do", also={404})
        except ForgeDenied as error:
            raise ForgeDenied(
                error.message,
                hint="make imagebot's account an administrator of the repository, or switch commands off by "
                "`pull-requests: {commands: false}`: Gitea tells nobody else who may write",
            ) from None
        return answer.status == 200 and answer.one(Collaborator).permission in _WRITERS

    def _changed_since(self, since: datetime) -> list[Comment]:
        """Comments changed since, the newest thousand: the list begins with the oldest."""
        path, doing = self._path("/issues/comments"), f"read the comments of {self._name}"
        query: dict[str, str | int] = {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "limit": PAGE}
        first = self._api.get(path, doing, query=query)
        found = first.many(Comment)
        total, size = first.total() or 0, max(len(found), 1)
        if total <= len(found):
            return found
        pages = -(-total // size)
        for page in range(max(2, (total - NEWEST) // size + 1), pages + 1):
            found += self._api.get(path, doing, query={**query, "limit": size, "page": page}).many(Comment)
        return found[-NEWEST:]

    def _told(self, comment: Comment) -> ForgeComment:
        return values.Comment(
            id=comment.id,
            number=_number(comment.pull_request_url),
            author=comment.user.login if comment.user else "",
            body=comment.body,
            created=comment.created_at,
            own=self._mine(comment),
        )

    def _mine(self, comment: Comment) -> bool:
        return comment.user is not None and comment.user.login == self._me()


def _number(url: str) -> int:
    """Number of the pull request whose page has an address; 0 if it is none."""
    last = urlsplit(url).path.rpartition("/")[2]
    return int(last[:12]) if last.isascii() and last.isdecimal() else 0
