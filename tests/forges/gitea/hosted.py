"""A repository as Gitea hosts it: what becomes of its pull requests as branches move."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Literal

from imagebot.demo.hosting import BareRepository
from tests.forges.gitea.records import Comment, Issue, Label, Pull, Refused, Rules

TITLE_LIMIT = 255
FORK = 2
"""Number of somebody's fork; the repository itself is 1."""


class Hosted(BareRepository):
    """The repository of the stand-in.

    Attributes:
        statuses: State by commit and context.
        milestones: Titles of the open ones, by number.
    """

    def __init__(self, name: str, path: Path, default_branch: str) -> None:
        super().__init__(path, default_branch)
        self.name = name
        self.archived = False
        self.issues: dict[int, Issue] = {}
        self.comments: dict[int, Comment] = {}
        self.labels: dict[int, Label] = {}
        self.organisation_labels: dict[int, Label] = {}
        self.milestones: dict[int, str] = {}
        self.rules = Rules()
        self.statuses: dict[str, dict[str, str]] = {}
        self.releases: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.teams: set[str] = set()
        self.ids = count(1000)

    @property
    def pulls(self) -> dict[int, Pull]:
        """Pull requests; their numbers are those of issues."""
        return {number: each for number, each in self.issues.items() if isinstance(each, Pull)}

    @property
    def readers(self) -> set[str]:
        """Who can be asked to review."""
        return {login for login, permission in self.people.items() if permission != "none"}

    @property
    def assignable(self) -> set[str]:
        """Who can be assigned."""
        return {login for login, permission in self.people.items() if permission not in {"none", "read"}}

    def number(self) -> int:
        """The next number."""
        return len(self.issues) + 1

    def sync(self) -> None:
        """Follow the branches: a push moves the head, deleting the branch closes."""
        tips = self.tips()
        for pull in self.pulls.values():
            if not pull.open or pull.repo_id == FORK:
                continue
            tip = tips.get(pull.head)
            if tip is None:
                pull.close()
            elif tip != pull.head_sha:
                self.move_head(pull, tip)

    def move_head(self, pull: Pull, tip: str) -> None:
        """A new head; its commit stays fetchable for good."""
        pull.head_sha = tip
        self.git("update-ref", f"refs/pull/{pull.number}/head", tip)

    def open_pull(
        self, head: str, base: str, title: str, body: str, author: str, *, fork: bool = False
    ) -> Pull:
        """Open a pull request, under Gitea's conditions."""
        self.sync()
        tip = self.tip(head)
        if tip is None or self.tip(base) is None:
            raise Refused(404)
        if head == base:
            raise Refused(422, "Invalid PullRequest: There are no changes between the head and the base")
        repo_id = FORK if fork else 1
        for pull in self.pulls.values():
            if pull.open and (pull.repo_id, pull.head, pull.base) == (repo_id, head, base):
                raise Refused(
                    409,
                    f"pull request already exists for these targets [id: {pull.number + 500}, issue_id: "
                    f"{pull.number}, head_repo_id: 1, base_repo_id: 1, head_branch: {head}, base_branch: {base}]",
                )
        pull = Pull(self.number(), title[:TITLE_LIMIT], body, author, head=head, base=base, repo_id=repo_id)
        self.issues[pull.number] = pull
        self.move_head(pull, tip)
        return pull

    def conflicts(self, pull: Pull) -> bool:
        """Whether it does not merge."""
        return self.merged_tree(self.tip(pull.base) or "", pull.head_sha) is None

    def mergeable(self, pull: Pull) -> bool:
        """What Gitea says of that: false too for a draft, and while it looks."""
        if pull.checking:
            pull.checking -= 1
            return False
        return not pull.draft and not self.conflicts(pull)

    def required_passed(self, pull: Pull) -> bool:
        """Whether the checks that are asked for succeeded on the head."""
        found = self.statuses.get(pull.head_sha, {})
        return all(found.get(name) == "success" for name in self.rules.checks)

    def approved(self, pull: Pull) -> bool:
        """Whether the reviews that are asked for were given."""
        last = {review.author: review.state for review in pull.reviews if review.official}
        given = sum(state == "APPROVED" for state in last.values())
        return "REQUEST_CHANGES" not in last.values() and given >= self.rules.approvals

    def merge_pull(
        self, pull: Pull, method: str, head: str, author: str, message: str = "", *, forced: bool = False
    ) -> None:
        """Merge, in the order in which Gitea asks its questions."""
        self.sync()
        if not pull.open:
            raise Refused(405, "") if pull.merged else Refused(404)
        if pull.draft:
            raise Refused(405, "Work in progress PRs cannot be merged")
        if self.conflicts(pull):
            raise Refused(405, "Please try again later")
        if not forced and not (self.required_passed(pull) and self.approved(pull)):
            raise Refused(405, "Not all required status checks successful")
        if head and head != pull.head_sha:
            raise Refused(409, "head out of date")
        message = (
            message
            or f"Merge pull request '{pull.title}' (#{pull.number}) from {pull.head} into {pull.base}\n"
        )
        self.merge_branch(pull.base, pull.head_sha, message, author, _method(method))
        pull.merged = True
        pull.close()

    def label_named(self, name: str) -> Label:
        """A label, which is made if there is none."""
        for label in self.labels.values():
            if label.name == name:
                return label
        made = Label(next(self.ids), name, "00aabb")
        self.labels[made.id] = made
        return made


def _method(name: str) -> Literal["merge", "squash", "rebase"]:
    if name == "squash":
        return "squash"
    return "rebase" if name == "rebase" else "merge"
