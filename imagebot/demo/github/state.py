"""A repository as GitHub hosts it: Git, and what GitHub keeps beside Git."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from imagebot.demo.github import lifecycle, merging
from imagebot.demo.github.records import (
    CheckRun,
    Comment,
    Issue,
    Label,
    Milestone,
    PullRequest,
    Release,
    Rules,
    Settings,
    Status,
    stamp,
)
from imagebot.demo.github.refusals import Refused
from imagebot.demo.hosting import BareRepository, Method
from imagebot.repository.command import Git

__all__ = ["HostedRepository", "Permission", "PullRequest", "Refused"]

Permission = Literal["admin", "write", "triage", "read", "none"]
ORDER: tuple[Permission, ...] = ("none", "read", "triage", "write", "admin")


class HostedRepository(BareRepository):
    """A repository that the stand-in hosts.

    Attributes:
        id: Stays when the repository is renamed.
        name: ``owner/name``.
        pulls: Pull requests by number; numbers are shared with ``issues``.
        rules: What a branch asks of a merge.
        people: Rights by login, where they differ from those that a person has everywhere.
        verified: Commits that GitHub signed.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        site: str,
        default_branch: str,
        clock: Callable[[], datetime],
        number: int,
    ) -> None:
        super().__init__(path, default_branch)
        self.id = number
        self.name = name
        self.pulls: dict[int, PullRequest] = {}
        self.issues: dict[int, Issue] = {}
        self.comments: list[Comment] = []
        self.labels: dict[str, Label] = {}
        self.milestones: dict[int, Milestone] = {}
        self.statuses: list[Status] = []
        self.check_runs: list[CheckRun] = []
        self.releases: dict[str, Release] = {}
        self.rules: dict[str, Rules] = {}
        self.settings = Settings()
        self.people: dict[str, Permission] = {}
        self.everywhere: Mapping[str, Permission] = {}
        self.verified: set[str] = set()
        self._site = site
        self._clock = clock
        self._ids = 0

    @property
    def owner(self) -> str:
        """The first half of the name."""
        return self.name.partition("/")[0]

    @property
    def page(self) -> str:
        """Where people look."""
        return f"{self._site}/{self.name}"

    @property
    def clone_url(self) -> str:
        """Where Git finds it."""
        return f"{self.page}.git"

    def rename(self, name: str, path: Path) -> None:
        """Take another name, and another place on disk."""
        before = self.page
        self.path.rename(path)
        self.name, self.path, self.git = name, path, Git(path, {})
        for thread in (*self.pulls.values(), *self.issues.values()):
            thread.html_url = thread.html_url.replace(f"{before}/", f"{self.page}/", 1)

    def now(self) -> str:
        """The time."""
        return stamp(self._clock())

    def next_number(self) -> int:
        """The number of the next issue or pull request."""
        return len(self.pulls) + len(self.issues) + 1

    def next_id(self) -> int:
        """An id that nothing else here has."""
        self._ids += 1
        return self._ids

    def thread(self, number: int) -> Issue | None:
        """An issue or pull request."""
        return self.pulls.get(number) or self.issues.get(number)

    def permission(self, login: str) -> Permission:
        """What a person may do here."""
        return self.people.get(login, self.everywhere.get(login, "none"))

    def may(self, login: str, wanted: Permission) -> bool:
        """Whether a person has at least a right."""
        return ORDER.index(self.permission(login)) >= ORDER.index(wanted)

    def rules_of(self, branch: str) -> Rules:
        """What a branch asks of a merge."""
        return self.rules.get(branch, Rules())

    def has_rules(self, branch: str) -> bool:
        """Whether a branch is protected in any way."""
        return branch in self.rules or self.takes_no_push(branch)

    def merges(self, pull: PullRequest) -> bool:
        """Whether a pull request merges without conflict."""
        return self.merged_tree(pull.base_sha, pull.head_sha) is not None

    def mergeable(self, pull: PullRequest) -> bool | None:
        """What the API says of that: for a new head or base it begins to think, and tells the next time."""
        if not pull.open:
            return None
        if pull.asked != (pull.head_sha, pull.base_sha):
            pull.asked = (pull.head_sha, pull.base_sha)
            return None
        return self.merges(pull)

    def sync(self, by: str = "ghost") -> None:
        """Let pull requests follow their branches, and merge what was only waiting."""
        lifecycle.follow_branches(self, by)
        merging.merge_what_waits(self)

    def open_pull(
        self, head: str, base: str, title: str, body: str, author: str, *, draft: bool = False
    ) -> PullRequest:
        """Open a pull request, under GitHub's conditions."""
        self.sync()
        return lifecycle.open_pull(self, head, base, title, body, author, draft=draft)

    def edit_pull(self, pull: PullRequest, changes: Mapping[str, Any], by: str = "ghost") -> None:
        """Change title, body, state or base."""
        self.sync()
        lifecycle.edit_pull(self, pull, changes, by)

    def merge(
        self, pull: PullRequest, sha: str | None, author: str, method: Method = "merge", message: str = ""
    ) -> str:
        """Merge with a real commit; the base's new tip."""
        self.sync()
        return merging.merge(self, pull, sha, author, method, message)

    def diff(self, pull: PullRequest) -> str:
        """What a pull request changes against the place where it branched off."""
        return self.changes(pull.base_sha, pull.head_sha)
