"""GitHub, as its stand-in keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.records import Conclusion, StatusState
from imagebot.demo.github.records import PullRequest as Hosted
from imagebot.forges.github import GitHubForge
from imagebot.forges.values import PullRequest
from tests.forges.contract.bare import BareGit
from tests.forges.contract.world import FILES, MAINTAINER, MILESTONE, PATH, READER, REVIEWER, TEAM, Shown

State = Literal["pending", "passed", "failed"]
_STATES: Mapping[State, StatusState] = {"pending": "pending", "passed": "success", "failed": "failure"}
_CONCLUSIONS: Mapping[State, Conclusion | None] = {"pending": None, "passed": "success", "failed": "failure"}


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
        self._name = self.hosted.name
        self._owner = server.owner(self._name)
        self._owner.add_milestone("Quarter 2", "closed")
        self._owner.add_milestone(MILESTONE)
        for login in (MAINTAINER, REVIEWER):
            server.add_user(login)
        self._reader = server.add_user("imagebot-reader", "read")
        server.add_user(READER, "read")
        server.add_team(f"acme/{TEAM}", REVIEWER)
        self._person = server.person(self._name, MAINTAINER)
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
            teams=frozenset(name.rpartition("/")[2] for name in pull.teams),
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
        self._person.merge(self._pull(pull_request))

    def close(self, pull_request: PullRequest) -> None:
        """Close it, as a person."""
        self._person.close(self._pull(pull_request))

    def reopen(self, pull_request: PullRequest) -> None:
        """Reopen it, as a person."""
        self._person.reopen(self._pull(pull_request))

    def label(self, pull_request: PullRequest, name: str) -> None:
        """Put a label on it, as a person."""
        self._person.label(pull_request.number, name)

    def comment(self, pull_request: PullRequest, text: str, *, author: str) -> None:
        """Comment on it, as a person."""
        self.server.person(self.name, author).comment(pull_request.number, text)

    def review(self, pull_request: PullRequest, verdict: Literal["approve", "refuse"]) -> None:
        """Review it; who answered is not waited for any more."""
        reviewer = self.server.person(self.name, REVIEWER)
        reviewer.review(self._pull(pull_request), "APPROVED" if verdict == "approve" else "CHANGES_REQUESTED")

    def propose_from_fork(self, branch: str, title: str) -> None:
        """Open a pull request from somebody's fork."""
        self.server.person(self.name, READER).propose_from_fork(branch, title, {PATH: b"image: web:evil\n"})

    def require_check(self, name: str) -> None:
        """Ask for a check, in a ruleset."""
        self._owner.require(checks=[name], ruleset=True)

    def require_review(self) -> None:
        """Ask for an approval."""
        self._owner.require(reviews=1)

    def report(self, commit: str, check: str, state: State) -> None:
        """Report a check: as a commit status, or as a check run where its name begins so."""
        if check.startswith("run/"):
            self._owner.set_check(commit, check, _CONCLUSIONS[state])
        else:
            self._owner.set_status(commit, check, _STATES[state])

    def allow_auto_merge(self) -> None:
        """Switch automatic merge on."""
        self._owner.set(allow_auto_merge=True)

    def archive(self) -> None:
        """Make it read-only."""
        self._owner.set(archived=True)

    def rename(self) -> str:
        """Give it another name."""
        self.server.rename(self.name, "acme/deployments")
        return self.name

    def rename_base(self, name: str) -> None:
        """Rename the default branch."""
        self._owner.rename_default_branch(name)

    def release(self, tag: str, text: str) -> None:
        """Publish a release."""
        self._owner.release(tag, text)

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
