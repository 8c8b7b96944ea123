"""Who writes, where to, and what the remote and the forge hold when a run begins."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from imagebot.engine.planning import BRANCH_PREFIX
from imagebot.errors import ForgeError
from imagebot.forges.marker import Marker, find_marker, with_marker
from imagebot.plan import Outcome
from imagebot.policies.policy import Environment, ForgeKind, Settings

if TYPE_CHECKING:
    from imagebot.errors import ImagebotError
    from imagebot.forges.protocol import Forge
    from imagebot.forges.values import PullRequest
    from imagebot.plan import Action
    from imagebot.repository.protocol import ConfigRepository

RECENT = 100
"""Pull requests of the repository that are looked through for what people said."""


def _pause(attempt: int) -> None:
    """Wait before another attempt: longer each time, and not as long as another that lost the same race."""
    time.sleep(0.5 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - no secret depends on it


@dataclass(frozen=True, slots=True)
class Bot:
    """Who writes, and where to.

    Attributes:
        base: Branch that pull requests go to.
        commit: Commit of the base that the plan was made from.
        now: The current time, for commits, calendars and holds.
        settings: How the team wants it.
        kind: Of the forge.
        files_url: Where a person reads the files of the base, up to their path; empty if unknown.
        urgent: Whether calendars and limits do not count in this run.
        pause: Waits before another attempt, which it is given the number of.
    """

    repository: ConfigRepository
    forge: Forge
    base: str
    commit: str
    name: str
    email: str
    now: Callable[[], datetime]
    settings: Settings = Settings()
    kind: ForgeKind = "github"
    files_url: str = ""
    urgent: bool = False
    pause: Callable[[int], None] = _pause

    def environment(self, name: str | None) -> Environment | None:
        """The environment of that name."""
        return next((found for found in self.settings.environments if found.name == name), None)


@dataclass(slots=True)
class World:
    """What the remote and the forge hold, kept up with what this run does.

    Attributes:
        branches: Branches of imagebot's on the remote, and their commits.
        open: Open pull requests by branch.
    """

    branches: dict[str, str]
    open: dict[str, PullRequest]
    _recent: Sequence[PullRequest] | None = None
    _trusted: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def read(cls, bot: Bot) -> World:
        """Ask the remote and the forge, once each."""
        branches = dict(bot.repository.branches(BRANCH_PREFIX))
        bot.repository.bring(branches)
        world = cls(branches, {})
        for branch, request in bot.forge.open_pull_requests(BRANCH_PREFIX).items():
            # of a stranger's, nothing is believed: it is one without marker
            world.open[branch] = request if world.trusts(request, bot) else replace(request, body="")
        return world

    def trusts(self, request: PullRequest, bot: Bot) -> bool:
        """Whether who opened a pull request is imagebot, or may write to the repository.

        Whoever may read a public repository can open one from imagebot's branch, with any marker in it.
        """
        login = bot.forge.facts().login
        if not request.author or not login or request.author == login:
            return True
        if request.author not in self._trusted:
            try:
                self._trusted[request.author] = bot.forge.may_write(request.author)
            except ForgeError:
                self._trusted[request.author] = False
        return self._trusted[request.author]

    def recent(self, bot: Bot) -> Sequence[PullRequest]:
        """The pull requests that ended last, from whatever branch; asked once."""
        if self._recent is None:
            found = bot.forge.recent_pull_requests(BRANCH_PREFIX, RECENT)
            self._recent = [request for request in found if self.trusts(request, bot)]
        return self._recent

    def closed(self, branch: str, bot: Bot) -> list[PullRequest]:
        """Earlier pull requests from a branch that can be believed, newest first."""
        found = bot.forge.closed_pull_requests(branch)
        return [request for request in found if self.trusts(request, bot)]

    def marker(self, branch: str) -> Marker | None:
        """The marker of the open pull request from a branch; None if there is neither."""
        opened = self.open.get(branch)
        return find_marker(opened.body) if opened else None

    def others(self, branch: str) -> Mapping[str, tuple[PullRequest, Marker]]:
        """Open pull requests of imagebot's from other branches, with their markers."""
        found = ((name, self.open[name], self.marker(name)) for name in self.open if name != branch)
        return {name: (request, known) for name, request, known in found if known}

    def remember(self, bot: Bot, branch: str, found: Marker) -> None:
        """Store another marker in the open pull request from a branch."""
        body = with_marker(self.open[branch].body, found)
        bot.forge.amend(self.open[branch], body)
        self.open[branch] = replace(self.open[branch], body=body)


def outcome(
    proposal: str, branch: str, action: Action, reason: str = "", request: PullRequest | None = None
) -> Outcome:
    """What became of a proposal, with the pull request that a person may look at."""
    number = request.number if request and request.number else None
    url = request.url if request and request.url else None
    title = request.title if request else ""
    return Outcome(proposal, branch, action, reason, number, url, title=title)


def failed(proposal: str, branch: str, error: ImagebotError) -> Outcome:
    """That a proposal could not be carried out."""
    return Outcome(proposal, branch, "failed", error.message, error=error)


def named(request: PullRequest) -> str:
    """How people call a pull request: by number, or by branch where it has none."""
    return f"#{request.number}" if request.number else request.branch


def environment_of(proposal: str) -> str:
    """The environment that a proposal's id begins with; ``_`` for none."""
    return proposal.partition("/")[0]
