"""GitHub, as its stand-in keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

from imagebot.demo.github import GitHubStandIn, threads
from imagebot.demo.github.records import Milestone, Release, Review, Rules, Status
from imagebot.demo.github.records import PullRequest as Hosted
from imagebot.forges.github import GitHubForge
from imagebot.forges.protocol import PullRequest
from tests.forges.contract.bare import BareGit
from tests.forges.contract.world import BASE, FILES, MAINTAINER, MILESTONE, READER, REVIEWER, TEAM, Shown

_STATES = {"pending": "pending", "passed": "success", "failed": "failure"}


@contextmanager
def open_github(folder: Path) -> Iterator[GitHubWorld]:
    """A GitHub with one repository."""
    with GitHubStandIn(folder) as server:
        yield GitHubWorld(server)
        assert server.violations == []


class GitHubWorld(BareGit):
    """Implements ``World``; what the stand-in breaks of GitHub's description fails the test."""

    bot = "imagebot"
    able = frozenset(
        {
            *("drafts", "labels", "teams", "comments", "permissions"),
            *("issues", "auto_merge", "merge", "api_commits"),
        }
    )

    def __init__(self, server: GitHubStandIn) -> None:
        self.server = server
        self.hosted = server.create_repository("acme/config", files=FILES)
        self.hosted.milestones = {1: Milestone(1, "Quarter 2", "closed"), 2: Milestone(2, MILESTONE)}
        self._name = self.hosted.name
        for login in (MAINTAINER, REVIEWER):
            server.add_user(login)
        self._reader = server.add_user("imagebot-reader", "read")
        server.add_user(READER, "read")
        server.site.accounts.add_team(f"acme/{TEAM}", [REVIEWER])
        super().__init__(self.hosted)

    @property
    def name(self) -> str:
        """The repository, as GitHub names it."""
        return self.hosted.name

    @property
    def source(self) -> str:
        """Address of the repository."""
        return f"{self.server.url}/{self.hosted.name}"

    @property
    def writes(self) -> int:
        """Write requests to the API."""
        return len([seen for seen in self.server.writes if "/api/" in seen.path])

    def forge(self, *, right: Literal["write", "read", "none"] = "write") -> GitHubForge:
        """A new forge, under the first name of the repository."""
        token = {"write": self.server.token, "read": self._reader, "none": "ghp_" + "0" * 36}[right]
        return GitHubForge(self._name, token, api=self.server.api, token_source="a test", polite=False)

    def shown(self, pull_request: PullRequest) -> Shown:
        """What people see of it."""
        pull = self._pull(pull_request)
        said = [each for each in self.hosted.comments if each.number == pull.number]
        return Shown(
            title=pull.title,
            body=pull.body,
            open=pull.open,
            merged=pull.merged_at is not None,
            draft=pull.draft,
            labels=frozenset(pull.labels),
            reviewers=frozenset(pull.reviewers),
            teams=frozenset(pull.teams),
            assignees=frozenset(pull.assignees),
            milestone=self.hosted.milestones[pull.milestone].title if pull.milestone else None,
            comments=tuple((each.author, each.body) for each in said),
            reactions=tuple(name for each in said for name, logins in each.reactions.items() for _ in logins),
            auto_merge=pull.auto_merge is not None,
        )

    def count(self) -> int:
        """How many pull requests there are."""
        return len(self.hosted.pulls)

    def merge(self, pull_request: PullRequest) -> None:
        """Merge it, as a person."""
        self.hosted.merge(self._pull(pull_request), None, MAINTAINER)

    def close(self, pull_request: PullRequest) -> None:
        """Close it, as a person."""
        self.hosted.edit_pull(self._pull(pull_request), {"state": "closed"}, MAINTAINER)

    def reopen(self, pull_request: PullRequest) -> None:
        """Reopen it, as a person."""
        self.hosted.edit_pull(self._pull(pull_request), {"state": "open"}, MAINTAINER)

    def label(self, pull_request: PullRequest, name: str) -> None:
        """Put a label on it, as a person."""
        threads.add_labels(self.hosted, self._pull(pull_request), [name])

    def comment(self, pull_request: PullRequest, text: str, *, author: str) -> None:
        """Comment on it, as a person."""
        threads.comment(self.hosted, self._pull(pull_request), author, text)

    def review(self, pull_request: PullRequest, verdict: Literal["approve", "refuse"]) -> None:
        """Review it; who answered is not waited for any more."""
        pull = self._pull(pull_request)
        state: Literal["APPROVED", "CHANGES_REQUESTED"] = (
            "APPROVED" if verdict == "approve" else "CHANGES_REQUESTED"
        )
        number = self.hosted.next_id()
        pull.reviews.append(Review(number, REVIEWER, state, "", pull.head_sha, self.hosted.now()))
        pull.reviewers = [login for login in pull.reviewers if login != REVIEWER]

    def propose_from_fork(self, branch: str, title: str) -> None:
        """Open a pull request from somebody's fork."""
        raise NotImplementedError

    def require_check(self, name: str) -> None:
        """Ask for a check, in a ruleset."""
        rules = self.hosted.rules.get(BASE, Rules())
        self.hosted.rules[BASE] = replace(rules, checks=(*rules.checks, name), ruleset=True)

    def require_review(self) -> None:
        """Ask for an approval."""
        self.hosted.rules[BASE] = replace(self.hosted.rules.get(BASE, Rules()), reviews=1)

    def report(self, commit: str, check: str, state: Literal["pending", "passed", "failed"]) -> None:
        """Report a commit status."""
        self.hosted.statuses.append(
            Status(
                id=self.hosted.next_id(),
                commit=commit,
                context=check,
                state=_STATES[state],  # type: ignore[arg-type] # GitHub's words for ours
                description="",
                url="",
                author=MAINTAINER,
                at=self.hosted.now(),
            )
        )
        self.hosted.sync(MAINTAINER)

    def allow_auto_merge(self) -> None:
        """Switch automatic merge on."""
        self.hosted.settings.allow_auto_merge = True

    def archive(self) -> None:
        """Make it read-only."""
        self.hosted.settings.archived = True

    def rename(self) -> str:
        """Give it another name."""
        raise NotImplementedError

    def release(self, tag: str, text: str) -> None:
        """Publish a release."""
        self.hosted.git("tag", tag, BASE)
        self.hosted.releases[tag] = Release(self.hosted.next_id(), tag, tag, text, self.hosted.now())

    def lose_answer(self) -> None:
        """Break the answer of the next write."""
        self.server.fail(r"^(POST|PATCH|PUT|DELETE) /api/", 502, "Server Error", applied=True)

    def limit_rate(self) -> None:
        """Refuse what comes next, for longer than anybody waits."""
        words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        self.server.fail(r" /api/", 403, words, times=9, headers={"Retry-After": "1800"})

    def _pull(self, pull_request: PullRequest) -> Hosted:
        self.hosted.sync(MAINTAINER)
        return self.hosted.pulls[pull_request.number]
