"""The contract's world on a stand-in for GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from imagebot.forges.gitlab import GitLabForge
from imagebot.forges.values import PullRequest
from tests.forges.contract.bare import BareGit
from tests.forges.contract.world import (
    BASE,
    FILES,
    MAINTAINER,
    MILESTONE,
    READER,
    REVIEWER,
    STRANGER,
    Shown,
)
from tests.forges.gitlab import rules
from tests.forges.gitlab.server import BOT, GitLabStandIn
from tests.forges.gitlab.state import MergeRequest, Milestone, Pipeline, Release

NAME = "acme/platform/config"
ROLES = {MAINTAINER: 40, REVIEWER: 30, READER: 20}
STATES = {"pending": "running", "passed": "success", "failed": "failed"}


@contextmanager
def open_gitlab(folder: Path) -> Iterator[GitLabWorld]:
    """A project in a subgroup; nothing that GitLab does not document may be asked of it."""
    with GitLabStandIn(folder) as server:
        yield GitLabWorld(server)
        assert server.violations == []


class GitLabWorld(BareGit):
    """Implements ``World``: one project and everybody who uses it."""

    able = frozenset({"drafts", "labels", "comments", "permissions", "issues", "auto_merge", "merge"})
    bot = BOT

    def __init__(self, server: GitLabStandIn) -> None:
        self.server = server
        self.project = server.create_project(NAME, FILES)
        super().__init__(self.project.repository)
        self.project.milestones.append(Milestone(7, MILESTONE))
        for login in (*ROLES, STRANGER):
            server.add_user(login)
        self.project.members |= ROLES

    @property
    def name(self) -> str:
        return self.project.path

    @property
    def source(self) -> str:
        return f"{self.server.url}/{self.project.path}"

    @property
    def writes(self) -> int:
        return len(self.server.writes)

    def forge(self, *, right: Literal["write", "read", "none"] = "write") -> GitLabForge:
        tokens = {
            "write": self.server.token,
            "read": self.server.add_token(self.server.users[READER]),
            "none": "glpat-worthless",
        }
        return GitLabForge(
            NAME, tokens[right], api=self.server.api, token_source="GITLAB_TOKEN", polite=False
        )

    def shown(self, pull_request: PullRequest) -> Shown:
        item = self._item(pull_request)
        spoken = [note for note in item.notes if not note.system]
        return Shown(
            title=item.title,
            body=item.description,
            open=item.state == "opened",
            merged=item.state == "merged",
            draft=item.draft,
            labels=set(item.labels),
            reviewers={each.username for each in item.reviewers},
            assignees={each.username for each in item.assignees},
            milestone=item.milestone.title if item.milestone else None,
            comments=tuple((note.author.username, note.body) for note in spoken),
            reactions=tuple(name for note in spoken for _, name in note.awards),
            auto_merge=item.auto_merge,
        )

    def count(self) -> int:
        return len(self.project.merge_requests)

    def merge(self, pull_request: PullRequest) -> None:
        self.server.follow()
        rules.merge(self.project, self._item(pull_request), self.server.users[MAINTAINER], squash=False)

    def close(self, pull_request: PullRequest) -> None:
        self._item(pull_request).close()

    def reopen(self, pull_request: PullRequest) -> None:
        item = self._item(pull_request)
        item.state, item.closed_at = "opened", None

    def label(self, pull_request: PullRequest, name: str) -> None:
        self._item(pull_request).labels.append(name)

    def comment(self, pull_request: PullRequest, text: str, *, author: str) -> None:
        rules.write(self.project, self._item(pull_request), self.server.users[author], text)

    def review(self, pull_request: PullRequest, verdict: Literal["approve", "refuse"]) -> None:
        item = self._item(pull_request)
        (item.approved_by if verdict == "approve" else item.refused_by).add(REVIEWER)

    def propose_from_fork(self, branch: str, title: str) -> None:
        iid = self.count() + 1
        author = self.server.users[STRANGER]
        self.project.merge_requests[iid] = MergeRequest(
            iid, 999, branch, BASE, author, title, "", self.tip(BASE) or ""
        )

    def require_check(self, name: str) -> None:
        self.project.only_allow_merge_if_pipeline_succeeds = True

    def require_review(self) -> None:
        self.project.approvals_required = 1

    def report(self, commit: str, check: str, state: Literal["pending", "passed", "failed"]) -> None:
        self.server.follow()
        pipelines = self.project.pipelines
        found = next((each for each in pipelines if each.sha == commit), None)
        if found is None:
            found = Pipeline(len(pipelines) + 1, commit, "imagebot/staging/web")
            pipelines.append(found)
        found.jobs[check] = STATES[state]
        for item in self.project.merge_requests.values():
            if item.sha == commit:
                item.pipeline = found
        self.server.follow()

    def allow_auto_merge(self) -> None:
        """GitLab always does."""

    def archive(self) -> None:
        self.project.archived = True

    def rename(self) -> str:
        self.server.rename(self.project, "acme/platform/desired-state")
        return self.project.path

    def release(self, tag: str, text: str) -> None:
        self.project.releases[tag] = Release(tag, text)

    def lose_answer(self) -> None:
        self.server.faults.fail(r"^(POST|PUT) /api/", 502, "Bad Gateway", applied=True)

    def limit_rate(self) -> None:
        self.server.faults.fail("/api/", 429, "Retry later", times=20, headers={"Retry-After": "3600"})

    def _item(self, pull_request: PullRequest) -> MergeRequest:
        return self.project.merge_requests[pull_request.number]
