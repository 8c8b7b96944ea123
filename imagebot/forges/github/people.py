"""What stands beside a pull request's text: labels, assignees, milestone, and who is asked to review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from github import GithubException

from imagebot.errors import ForgeError
from imagebot.forges.github.api import Api, Item
from imagebot.forges.github.labels import LONGEST, changed, look
from imagebot.forges.github.repository import GitHubRepository
from imagebot.forges.values import Decoration, PullRequest
from imagebot.untrusted import clean

MOST_LABELS = 2_000
MOST_MILESTONES = 500


class People(GitHubRepository):
    """Decorates pull requests, and makes the labels that it needs."""

    def __init__(self, api: Api, *, login: str = "") -> None:
        super().__init__(api, login=login)
        self._labels: set[str] | None = None

    def decorate(self, pull_request: PullRequest, decoration: Decoration) -> tuple[str, ...]:
        """Set what is not set yet: one request for the issue's fields, one for all reviewers.

        What GitHub would not set together is tried singly, so that a bad name costs only itself.
        """
        failed: list[str] = []
        number = pull_request.number
        with self._best_effort(failed, f"decorate pull request #{number}"):
            self._set_fields(number, decoration, failed)
        with self._best_effort(failed, f"ask for reviews of pull request #{number}"):
            self._ask_for_reviews(number, decoration, failed)
        return tuple(failed)

    @contextmanager
    def _best_effort(self, failed: list[str], doing: str) -> Iterator[None]:
        """Note a refusal in words; only a lost connection is raised."""
        try:
            with self._api.named(doing):
                yield
        except ForgeError as error:
            if error.id == "forge-unreachable":
                raise
            failed.append(f"{error.message}: {error.hint}" if error.hint else error.message)

    # labels, assignees, milestone

    def _set_fields(self, number: int, decoration: Decoration, failed: list[str]) -> None:
        """Set the fields of the issue in one request.

        It replaces whole lists, so they are read right before, and what people set stays.
        """
        wanted = _sound(decoration, failed)
        if not self._fields(self._item(number), wanted):
            return
        fields = self._fields(self._item(number, fresh=True), wanted)
        if wanted.milestone and "milestone" in fields:
            fields["milestone"] = self._milestone(wanted.milestone, failed)
            if fields["milestone"] is None:
                del fields["milestone"]
        if fields:
            self._make_labels(wanted.labels, failed)
            self._send_fields(number, fields, failed)

    def _fields(self, item: Item, wanted: Decoration) -> dict[str, object]:
        """Fields of the issue that must change; a milestone that people chose stays."""
        fields: dict[str, object] = {}
        present = [label["name"] for label in item.get("labels") or ()]
        labels = changed(present, wanted.labels, wanted.dropped)
        if labels is not None:
            fields["labels"] = labels
        assigned = {user["login"].lower(): user["login"] for user in item.get("assignees") or ()}
        missing = [name for name in wanted.assignees if name.lower() not in assigned]
        if missing:
            fields["assignees"] = [*assigned.values(), *missing]
        if wanted.milestone and item.get("milestone") is None:
            fields["milestone"] = wanted.milestone
        return fields

    def _send_fields(self, number: int, fields: dict[str, object], failed: list[str]) -> None:
        """All fields at once; if that is refused, each by itself; unknown assignees are then left out."""
        path = self._path(f"issues/{number}")
        self._seen.pop(number, None)
        try:
            answer: Item = self._api.write("PATCH", path, fields, again=True)
        except GithubException as error:
            if error.status != 422:
                raise
            answer = {}
            for name, value in fields.items():
                verb, where = ("POST", f"{path}/assignees") if name == "assignees" else ("PATCH", path)
                with self._best_effort(failed, f"set {name} of pull request #{number}"):
                    answer |= self._api.write(verb, where, {name: value}, again=True)
        asked = fields.get("assignees")
        if isinstance(asked, list) and "assignees" in answer:
            taken = {user["login"].lower() for user in answer["assignees"]}
            failed += [
                f"cannot assign {clean(name, 60)} to pull request #{number}: no such person may be assigned"
                for name in asked
                if name.lower() not in taken
            ]

    def _milestone(self, title: str, failed: list[str]) -> int | None:
        items = self._api.pages(self._path("milestones"), limit=MOST_MILESTONES, state="open")
        number = next((int(item["number"]) for item in items if item["title"] == title), None)
        if number is None:
            failed.append(f"there is no open milestone {clean(title, 100)!r}")
        return number

    def _make_labels(self, names: Iterable[str], failed: list[str]) -> None:
        """Make labels that are not there; without this GitHub makes them itself, grey."""
        for name in names:
            if name.lower() not in self._label_names():
                with self._best_effort(failed, f"make the label {clean(name, 60)}"):
                    self._make_label(name)

    def _make_label(self, name: str) -> None:
        try:
            self._api.write("POST", self._path("labels"), look(name), again=True)
        except GithubException as error:
            if error.status != 422:  # somebody was quicker
                raise
        self._label_names().add(name.lower())

    def _label_names(self) -> set[str]:
        if self._labels is None:
            items = self._api.pages(self._path("labels"), limit=MOST_LABELS)
            self._labels = {item["name"].lower() for item in items}
        return self._labels

    # reviews

    def _ask_for_reviews(self, number: int, decoration: Decoration, failed: list[str]) -> None:
        """Ask whom nobody asked yet: who has answered, or was taken off by a person, is not asked again."""
        teams = [name.rpartition("/")[2] for name in decoration.teams]
        if not decoration.reviewers and not teams:
            return
        item = self._item(number)
        asked = {user["login"].lower() for user in item.get("requested_reviewers") or ()}
        asked_teams = {team["slug"].lower() for team in item.get("requested_teams") or ()}
        if _without(decoration.reviewers, asked) or _without(teams, asked_teams):
            before, teams_before = self._asked_before(number)
            asked |= before
            asked_teams |= teams_before
        people, teams = _without(decoration.reviewers, asked), _without(teams, asked_teams)
        if people or teams:
            self._ask(number, people, teams, failed)

    def _asked_before(self, number: int) -> tuple[set[str], set[str]]:
        """People and teams who were asked at some time, as the first 100 events tell."""
        people: set[str] = set()
        teams: set[str] = set()
        for event in self._api.pages(self._path(f"issues/{number}/events"), limit=100):
            if event.get("event") == "review_requested":
                if reviewer := event.get("requested_reviewer"):
                    people.add(reviewer["login"].lower())
                if team := event.get("requested_team"):
                    teams.add(team["slug"].lower())
        return people, teams

    def _ask(self, number: int, people: Sequence[str], teams: Sequence[str], failed: list[str]) -> None:
        """Ask all at once; GitHub refuses all for one bad name, and then each is asked singly."""
        path = self._path(f"pulls/{number}/requested_reviewers")
        self._seen.pop(number, None)
        try:
            content = {"reviewers": list(people), "team_reviewers": list(teams)}
            self._api.write("POST", path, content, again=True)
        except GithubException as error:
            if error.status != 422 and not (teams and error.status in {403, 404}):
                raise
            singly = [("reviewers", name) for name in people] + [("team_reviewers", name) for name in teams]
            for key, name in singly:
                with self._best_effort(failed, f"ask {clean(name, 60)} for a review of #{number}"):
                    self._api.write("POST", path, {key: [name]}, again=True)


def _sound(decoration: Decoration, failed: list[str]) -> Decoration:
    """The decoration without labels that GitHub could not store."""
    long = [name for name in decoration.labels if len(name) > LONGEST]
    failed += [f"the label {clean(name, 60)} is longer than {LONGEST} characters" for name in long]
    labels = tuple(name for name in decoration.labels if name not in long)
    return Decoration(
        labels=labels,
        dropped=decoration.dropped,
        assignees=decoration.assignees,
        milestone=decoration.milestone,
    )


def _without(names: Iterable[str], known: set[str]) -> list[str]:
    return [name for name in names if name.lower() not in known]
