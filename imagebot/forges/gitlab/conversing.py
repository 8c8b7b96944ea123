"""Notes on merge requests: https://docs.gitlab.com/api/notes/."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile

from imagebot.forges.gitlab import values
from imagebot.forges.gitlab.calls import FAILURES, Calls, Json
from imagebot.forges.gitlab.errors import is_lost, status_of, words_of
from imagebot.forges.gitlab.texts import disarmed
from imagebot.forges.values import Comment

_LIMIT = 1_000
_AT_ONCE = 100
_LATELY = 20
_DEVELOPER = 30
"""The lowest role that may push: https://docs.gitlab.com/api/access_requests/#valid-access-levels."""


class Conversation:
    """The part of the forge that reads and writes comments."""

    _calls: Calls

    def comment(self, number: int, text: str) -> None:
        """Write a note; one whose answer was lost is looked for instead of written twice."""
        with self._calls.named(f"comment on merge request !{number}"):
            path = self._notes(number)
            try:
                self._calls.post(path, {"body": disarmed(text)})
            except FAILURES as error:
                if not is_lost(error) or not self._is_last(number, text):
                    raise

    def comments(self, since: datetime, numbers: Sequence[int]) -> Sequence[Comment]:
        """Notes of people and imagebot since, oldest first.

        GitLab lists notes of one merge request at a time: one request tells which have any, and which changed
        since, as they do with every note.
        """
        with self._calls.named("read comments"):
            found = [
                comment
                for number in self._talked_on(numbers, since)
                for comment in takewhile(lambda each: each.created >= since, self._written(number, _LIMIT))
            ]
        return sorted(found, key=lambda each: (each.created, each.id))[-_LIMIT:]

    def acknowledge(self, comment: Comment, *, done: bool) -> None:
        """React to a note; a reaction that is there already is left there."""
        with self._calls.named(f"react to a comment on merge request !{comment.number}"):
            path = f"{self._notes(comment.number)}/{comment.id}/award_emoji"
            try:
                self._calls.post(path, {"name": "thumbsup" if done else "thumbsdown"})
            except FAILURES as error:
                # GitLab answers 404, with these words
                if status_of(error) != 404 or "already been taken" not in words_of(error):
                    raise

    def may_write(self, login: str) -> bool:
        """Whether a person is a Developer or more, here or in a group above."""
        with self._calls.named("read who may write"):
            found = self._calls.listed(self._calls.at("members/all"), {"query": login}, _AT_ONCE)
            return any(
                int(each["access_level"]) >= _DEVELOPER
                for each in found
                if each["username"] == login and each.get("state", "active") == "active"
            )

    def _talked_on(self, numbers: Sequence[int], since: datetime) -> Iterator[int]:
        for begin in range(0, len(numbers), _AT_ONCE):
            iids = list(numbers[begin : begin + _AT_ONCE])
            items = self._calls.listed(
                self._calls.at("merge_requests"), {"iids[]": iids, "state": "all"}, _AT_ONCE
            )
            yield from (int(item["iid"]) for item in items if _may_hold_news(item, since))

    def _written(self, number: int, limit: int) -> Iterator[Comment]:
        """The newest notes, newest first, without those that GitLab writes itself."""
        query = {"order_by": "created_at", "sort": "desc"}
        login = self._calls.login
        for note in self._calls.each(self._notes(number), query, limit):
            if not note.get("system"):
                yield values.comment(note, number, login)

    def _is_last(self, number: int, text: str) -> bool:
        """Whether imagebot's newest note says this."""
        own = next((each for each in self._written(number, _LATELY) if each.own), None)
        return own is not None and own.body.strip() == text.strip()

    def _notes(self, number: int) -> str:
        return self._calls.at(f"merge_requests/{int(number)}/notes")


def _may_hold_news(item: Json, since: datetime) -> bool:
    changed = values.moment(item.get("updated_at"))
    return item.get("user_notes_count") != 0 and (changed is None or changed >= since)
