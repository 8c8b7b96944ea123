"""Labels, reviewers, assignees and milestone: set as far as they can be set.

Labels are added, never replaced, so that one that a person sets meanwhile stays. A bad name fails a whole
request for reviews or assignees: then each goes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from imagebot.errors import ForgeError
from imagebot.forges.gitea.failures import UNREACHABLE
from imagebot.forges.gitea.labels import Labelled
from imagebot.forges.gitea.payloads import Milestone, Pull

if TYPE_CHECKING:
    from imagebot.forges.values import Decoration, PullRequest

MILESTONES = 500


class People(Labelled):
    """Who is asked to look at a pull request, and what it is filed under."""

    def decorate(self, pull_request: PullRequest, decoration: Decoration) -> tuple[str, ...]:
        """Set what is not set yet; what could not be set, in words."""
        present = set(pull_request.labels)
        added = [name for name in decoration.labels if name not in present]
        dropped = [name for name in decoration.dropped if name in present]
        problems = [*self._add_labels(pull_request.number, added)]
        problems += self._drop_labels(pull_request.number, dropped)
        if decoration.reviewers or decoration.teams or decoration.assignees or decoration.milestone:
            problems += self._ask_people(pull_request.number, decoration)
        return tuple(problems)

    def _add_labels(self, number: int, names: Sequence[str]) -> Iterator[str]:
        ids: list[int] = []
        for name in names:
            yield from _tried(f"label {name}", partial(self._collect, ids, name))
        if ids:
            path, doing = self._path(f"/issues/{number:d}/labels"), f"label pull request #{number}"
            yield from _tried("labels", partial(self._api.write, "POST", path, doing, {"labels": ids}))

    def _collect(self, ids: list[int], name: str) -> None:
        ids.append(self._label_id(name))

    def _drop_labels(self, number: int, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            yield from _tried(f"label {name}", partial(self._drop, number, name))

    def _drop(self, number: int, name: str) -> None:
        known = self._known_label_id(name)
        if known is not None:
            path = self._path(f"/issues/{number:d}/labels/{known:d}")
            self._api.write("DELETE", path, f"take the label {name} from #{number}", also={404})

    def _ask_people(self, number: int, decoration: Decoration) -> Iterator[str]:
        path, doing = self._path(f"/pulls/{number:d}"), f"read pull request #{number} of {self._name}"
        try:
            pull = self._api.get(path, doing).one(Pull)
        except ForgeError as error:
            yield error.message
            return
        yield from self._assign(pull, decoration.assignees)
        if decoration.milestone and not (pull.milestone and pull.milestone.title == decoration.milestone):
            what = f"milestone {decoration.milestone}"
            yield from _tried(what, partial(self._file_under, pull, decoration.milestone))
        yield from self._ask_reviewers(pull, decoration)

    def _assign(self, pull: Pull, wanted: Sequence[str]) -> Iterator[str]:
        """Add assignees: the request takes the whole list."""
        present = [user.login for user in pull.assignees]

        def write(names: Sequence[str]) -> None:
            path, content = self._path(f"/pulls/{pull.number:d}"), {"assignees": [*present, *names]}
            self._api.write("PATCH", path, f"assign {', '.join(names)}", content)
            present.extend(names)

        yield from _together_or_each("assignee", _missing(wanted, present), write)

    def _file_under(self, pull: Pull, title: str) -> None:
        path, doing = self._path("/milestones"), f"list the milestones of {self._name}"
        listed = self._pages(path, Milestone, doing, limit=MILESTONES, state="open", name=title)
        found = next((each.id for each in listed if each.title == title), None)
        if found is None:
            raise ForgeError(f"there is no open milestone {title} in {self._name}", id="forge-not-found")
        path = self._path(f"/pulls/{pull.number:d}")
        self._api.write(
            "PATCH", path, f"file pull request #{pull.number} under {title}", {"milestone": found}
        )

    def _ask_reviewers(self, pull: Pull, decoration: Decoration) -> Iterator[str]:
        """Ask people and teams together; teams are named without their organisation."""
        path = self._path(f"/pulls/{pull.number:d}/requested_reviewers")
        people = _missing(decoration.reviewers, [each.login for each in pull.requested_reviewers if each])
        asked = [team.name for team in pull.requested_reviewers_teams if team]
        teams = _missing([name.rpartition("/")[2] for name in decoration.teams], asked)

        def write(names: Sequence[str]) -> None:
            content = {
                "reviewers": [name for name in names if name in people],
                "team_reviewers": [name for name in names if name in teams],
            }
            self._api.write("POST", path, f"ask {', '.join(names)} for a review", content)

        yield from _together_or_each("reviewer", [*people, *teams], write)


def _missing(wanted: Sequence[str], present: Sequence[str]) -> list[str]:
    """Those not there yet; names of people and teams have no case."""
    have = {name.lower() for name in present}
    return [name for name in dict.fromkeys(wanted) if name.lower() not in have]


def _together_or_each(
    what: str, names: Sequence[str], write: Callable[[Sequence[str]], None]
) -> Iterator[str]:
    """One request for all; if a bad name fails it, one for each."""
    if not names:
        return
    try:
        write(names)
    except ForgeError as error:
        if len(names) == 1 or error.id == UNREACHABLE:
            yield f"{what} {', '.join(names)}: {error.message}"
            return
        for name in names:
            yield from _tried(f"{what} {name}", partial(write, [name]))


def _tried(what: str, write: Callable[[], object]) -> Iterator[str]:
    """Nothing, or why it could not be done."""
    try:
        write()
    except ForgeError as error:
        yield f"{what}: {error.message}"
