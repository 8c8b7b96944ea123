"""Gitea's side of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from imagebot.forges.gitea.forge import GiteaForge
from tests.forges.contract.world import (
    BASE,
    FILES,
    MAINTAINER,
    MILESTONE,
    READER,
    REVIEWER,
    STRANGER,
    TEAM,
    Shown,
)
from tests.forges.gitea.records import Comment, Pull, Review
from tests.forges.gitea.stand_in import ALL_SCOPES, GiteaStandIn
from tests.secrets_planted import SECRET

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest

BOT = "imagebot"
READ_TOKEN = "a1b2c3-read-only"
STATES = {"pending": "pending", "passed": "success", "failed": "failure"}


class GiteaWorld:
    """A repository on the stand-in, and the people who use it."""

    bot = BOT
    able = frozenset({"drafts", "labels", "teams", "comments", "permissions", "issues", "merge"})

    def __init__(self, server: GiteaStandIn) -> None:
        self.server = server
        hosted = server.hosted
        server.account(BOT, SECRET, "admin")
        reading = frozenset(scope.replace("write:", "read:") for scope in ALL_SCOPES)
        server.account("watcher", READ_TOKEN, "read", reading)
        people = {MAINTAINER: "write", REVIEWER: "write", READER: "read", STRANGER: "none"}
        hosted.people |= people
        hosted.teams.add(TEAM)
        hosted.milestones[3] = MILESTONE
        hosted.commit(BASE, FILES, "Lay out\n")

    @property
    def name(self) -> str:
        return self.server.hosted.name

    @property
    def source(self) -> str:
        return f"{self.server.site}/{self.name}"

    @property
    def writes(self) -> int:
        return self.server.writes

    def forge(self, *, right: Literal["write", "read", "none"] = "write") -> GiteaForge:
        token = {"write": SECRET, "read": READ_TOKEN, "none": "worthless"}[right]
        return GiteaForge("acme/config", token, api=self.server.api, token_source="GITEA_TOKEN", polite=False)

    # Git

    def push(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        hosted = self.server.hosted
        hosted.move("made-for-imagebot", hosted.tip(hosted.default_branch) or "")
        made = hosted.commit("made-for-imagebot", files, message, "imagebot")
        hosted.delete_branch("made-for-imagebot")
        hosted.move(branch, made)
        hosted.sync()
        return made

    def commit(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        made = self.server.hosted.commit(branch, files, message)
        self.server.hosted.sync()
        return made

    def tip(self, branch: str) -> str | None:
        return self.server.hosted.tip(branch)

    def read(self, commit: str, path: str) -> bytes:
        return self.server.hosted.read(commit, path)

    def mode(self, commit: str, path: str) -> str:
        return self.server.hosted.git("ls-tree", commit, "--", path).text.split()[0]

    def message(self, commit: str) -> str:
        return self.server.hosted.message(commit)

    def delete_branch(self, branch: str) -> None:
        self.server.hosted.delete_branch(branch)
        self.server.hosted.sync()

    # pull requests

    def shown(self, pull_request: PullRequest) -> Shown:
        hosted, pull = self.server.hosted, self._pull(pull_request)
        comments = [each for each in hosted.comments.values() if each.number == pull.number]
        return Shown(
            title=pull.title,
            body=pull.body,
            open=pull.open,
            merged=pull.merged,
            draft=pull.draft,
            labels={hosted.labels[number].name for number in pull.labels},
            reviewers=set(pull.reviewers),
            teams=set(pull.teams),
            assignees=set(pull.assignees),
            milestone=hosted.milestones[pull.milestone] if pull.milestone else None,
            comments=tuple((each.author, each.body) for each in comments),
            reactions=tuple(content for each in comments for _, content in each.reactions),
        )

    def count(self) -> int:
        return len(self.server.hosted.pulls)

    def merge(self, pull_request: PullRequest) -> None:
        self.server.hosted.merge_pull(self._pull(pull_request), "merge", "", MAINTAINER, forced=True)

    def close(self, pull_request: PullRequest) -> None:
        self._pull(pull_request).close()

    def reopen(self, pull_request: PullRequest) -> None:
        self._pull(pull_request).reopen()

    def label(self, pull_request: PullRequest, name: str) -> None:
        self._pull(pull_request).labels.append(self.server.hosted.label_named(name).id)

    def comment(self, pull_request: PullRequest, text: str, *, author: str) -> None:
        made = Comment(next(self.server.hosted.ids), pull_request.number, author, text)
        self.server.hosted.comments[made.id] = made

    def review(self, pull_request: PullRequest, verdict: Literal["approve", "refuse"]) -> None:
        state = "APPROVED" if verdict == "approve" else "REQUEST_CHANGES"
        self._pull(pull_request).reviews.append(Review(REVIEWER, state))

    def propose_from_fork(self, branch: str, title: str) -> None:
        hosted = self.server.hosted
        hosted.commit("of-a-fork", {"README.md": b"forked\n"}, "Fork\n")
        pull = hosted.open_pull("of-a-fork", BASE, title, "", STRANGER, fork=True)
        hosted.delete_branch("of-a-fork")
        pull.head = branch

    # rules and checks

    def require_check(self, name: str) -> None:
        self.server.hosted.rules.checks.append(name)

    def require_review(self) -> None:
        self.server.hosted.rules.approvals = 1

    def report(self, commit: str, check: str, state: Literal["pending", "passed", "failed"]) -> None:
        self.server.hosted.statuses.setdefault(commit, {})[check] = STATES[state]

    def allow_auto_merge(self) -> None:
        """There is no switch."""

    # the repository

    def archive(self) -> None:
        self.server.hosted.archived = True

    def rename(self) -> str:
        hosted = self.server.hosted
        self.server.old_names.add(hosted.name)
        hosted.name = "acme/gitops"
        return hosted.name

    def rename_base(self, name: str) -> None:
        hosted = self.server.hosted
        hosted.move(name, hosted.tip(hosted.default_branch) or "")
        hosted.delete_branch(hosted.default_branch)
        hosted.default_branch = name

    def release(self, tag: str, text: str) -> None:
        self.server.hosted.releases[tag] = text

    # what goes wrong

    def lose_answer(self) -> None:
        self.server.faults.fail("(POST|PATCH|PUT|DELETE) /api/", 502, "Bad Gateway", applied=True)

    def limit_rate(self) -> None:
        self.server.faults.fail("/api/", 429, "Too many requests", times=20, headers={"Retry-After": "1"})

    def _pull(self, pull_request: PullRequest) -> Pull:
        self.server.hosted.sync()
        return self.server.hosted.pulls[pull_request.number]


@contextmanager
def gitea_world(folder: Path) -> Iterator[GiteaWorld]:
    """A stand-in of its own; a request or answer that breaks the description of the API fails the test."""
    with GiteaStandIn(folder) as server:
        yield GiteaWorld(server)
        assert server.violations == []
