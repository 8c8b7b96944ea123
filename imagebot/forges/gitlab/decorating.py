"""Labels, people and milestone of a merge request, set in one request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import requests

from imagebot.errors import ForgeError
from imagebot.forges.gitlab.calls import FAILURES, Calls, Json
from imagebot.forges.gitlab.errors import words_of
from imagebot.forges.values import Decoration, PullRequest
from imagebot.untrusted import clean

LABEL_LIMIT = 255
_SHOWN = 60
_USERS_LIMIT = 5


class Decorating:
    """The part of the forge that sets what stands beside the text."""

    _calls: Calls

    def decorate(self, pull_request: PullRequest, decoration: Decoration) -> tuple[str, ...]:
        """Set what can be set, in one write; what GitLab did not take is told.

        GitLab takes the ids of people, drops those who may not see the project without a word, and only the
        first of several without a licence for more: so its answer is compared with what was asked for.
        """
        try:
            with self._calls.named(f"decorate merge request !{pull_request.number}"):
                return tuple(self._decorate(pull_request, decoration))
        except ForgeError as error:
            if isinstance(error.__cause__, requests.RequestException):
                raise
            return (error.message,)

    def _decorate(self, pull_request: PullRequest, decoration: Decoration) -> Iterator[str]:
        path = self._calls.at(f"merge_requests/{pull_request.number}")
        asks_people = decoration.reviewers or decoration.assignees or decoration.milestone
        current = self._calls.get(path) if asks_people else {"labels": pull_request.labels}
        change = _Change(current)
        change.label(decoration)
        change.people("reviewer", decoration.reviewers, self._user)
        change.people("assignee", decoration.assignees, self._user)
        change.milestone(decoration.milestone, self._milestone)
        yield from change.failed
        yield from (
            f"team {clean(team, _SHOWN)}: GitLab asks no groups to review" for team in decoration.teams
        )
        if change.content:
            yield from _not_taken(change.content, change.names, self._calls.put(path, change.content))

    def _user(self, login: str) -> int | None:
        found = self._calls.listed("/users", {"username": login}, _USERS_LIMIT)
        return next((int(user["id"]) for user in found if _same(user["username"], login)), None)

    def _milestone(self, title: str) -> int | None:
        query = {"title": title, "state": "active", "include_ancestors": True}
        found = self._calls.listed(self._calls.at("milestones"), query, _USERS_LIMIT)
        return next((int(each["id"]) for each in found if each["title"] == title), None)


class _Change:
    """What one request is to change, gathered piece by piece.

    Attributes:
        content: Of the request.
        names: What is asked for, in words, by id.
        failed: What cannot be set, and why.
    """

    def __init__(self, current: Json) -> None:
        self._current = current
        self.content: dict[str, object] = {}
        self.names: dict[tuple[str, int], str] = {}
        self.failed: list[str] = []

    def label(self, decoration: Decoration) -> None:
        """Labels to add and to take away, as GitLab takes them: with commas between."""
        present = set(self._current["labels"])
        bad = [label for label in decoration.labels if "," in label or len(label) > LABEL_LIMIT]
        self.failed += [f"label {clean(label, _SHOWN)}: GitLab takes no such name" for label in bad]
        added = [each for each in decoration.labels if each not in bad and each not in present]
        dropped = [each for each in decoration.dropped if each in present and each not in decoration.labels]
        self._set("add_labels", ",".join(added))
        self._set("remove_labels", ",".join(dropped))

    def people(self, role: str, logins: Sequence[str], find: Callable[[str], int | None]) -> None:
        """Add people to those who are there: GitLab takes only the whole list."""
        there = self._current.get(f"{role}s") or []
        missing = [login for login in logins if not any(_same(user["username"], login) for user in there)]
        ids = [int(user["id"]) for user in there]
        for login in missing:
            found = self._asked(f"{role} {clean(login, _SHOWN)}", login, find)
            if found is not None:
                self.names[f"{role}s", found] = login
                ids.append(found)
        self._set(f"{role}_ids", ids if len(ids) > len(there) else [])

    def milestone(self, title: str | None, find: Callable[[str], int | None]) -> None:
        """Set the milestone, unless it is set."""
        if title and title != (self._current.get("milestone") or {}).get("title"):
            self._set("milestone_id", self._asked(f"milestone {clean(title, _SHOWN)}", title, find))

    def _asked(self, what: str, name: str, find: Callable[[str], int | None]) -> int | None:
        try:
            found = find(name)
        except requests.RequestException:
            raise
        except FAILURES as error:
            self.failed.append(f"{what}: {words_of(error)}")
            return None
        if found is None:
            self.failed.append(f"{what}: GitLab shows none of that name")
        return found

    def _set(self, key: str, value: object) -> None:
        if value:
            self.content[key] = value


def _not_taken(content: dict[str, object], names: dict[tuple[str, int], str], answer: Json) -> Iterator[str]:
    """What GitLab's answer lacks of what was asked for."""
    taken = {
        (role, int(user["id"])) for role in ("reviewers", "assignees") for user in answer.get(role) or ()
    }
    for (role, number), login in names.items():
        if (role, number) not in taken:
            yield f"{role[:-1]} {clean(login, _SHOWN)}: GitLab did not take them: may they see the project?"
    for label in _missing(str(content.get("add_labels", "")).split(","), answer["labels"]):
        yield f"label {clean(label, _SHOWN)}: GitLab did not take it"
    wanted = content.get("milestone_id")
    if wanted and (answer.get("milestone") or {}).get("id") != wanted:
        yield "milestone: GitLab did not take it"


def _missing(wanted: Iterable[str], there: Iterable[str]) -> list[str]:
    present = set(there)
    return [each for each in wanted if each and each not in present]


def _same(login: str, other: str) -> bool:
    """Whether two logins are one: GitLab tells no upper from lower case in them."""
    return login.casefold() == other.casefold()
