"""What people did, as far as the bot must respect it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from imagebot.demo.github.state import PullRequest
from tests.engine.machine.world import Target, World


@dataclass(frozen=True, slots=True)
class Seen:
    """A pull request as a person left it."""

    head: str | None
    title: str
    state: str


@dataclass(slots=True)
class Ledger:
    """The promises that are open.

    Attributes:
        main: Commit that people left the base branch at.
        commits: People's commits that nobody but people may remove, each with its branch.
        refused: What people said no to, by closing it or by taking it back after a merge.
        standing: Other pull requests that showed what was refused, and that people left open.
        doubtful: What may count as refused or not: it was both refused and asked for, or the pull request
            showed one thing and said another when it was closed.
        closed: Pull requests that people closed, by whatever means.
        taken: Pull requests whose text a person took over.
        muddled: Pull requests that showed one thing and said another when they were merged.
        busy: Branches on which a person acted while a bot was running: what that bot does to them until its
            end is a race that nobody can win.
    """

    main: str
    commits: dict[str, str] = field(default_factory=dict)
    refused: set[Target] = field(default_factory=set)
    standing: set[tuple[int, Target]] = field(default_factory=set)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    muddled: set[int] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)

    def refuse(self, targets: Iterable[Target]) -> None:
        """A person said no."""
        self.refused |= set(targets)

    def allow(self, targets: Iterable[Target]) -> None:
        """A person asked for what was refused before: from then on both answers are right."""
        again = self.refused & set(targets)
        self.refused -= again
        self.doubt(again)

    def doubt(self, targets: Iterable[Target]) -> None:
        """Nobody can tell whether it was refused."""
        self.doubtful |= {(target.path, target.image) for target in targets}

    def forget_branch(self, branch: str) -> None:
        """People removed what stood on a branch."""
        self.commits = {commit: place for commit, place in self.commits.items() if place != branch}


def seen(world: World, pull: PullRequest) -> Seen:
    """A pull request as it stands."""
    return Seen(world.hosted.tip(pull.head), pull.title, pull.state)


def of_people(world: World, ledger: Ledger, branch: str) -> bool:
    """Whether a branch holds work of a person that is not in the base."""
    theirs = [commit for commit, place in ledger.commits.items() if place == branch]
    if not theirs:
        return False
    ahead = world.hosted.git("rev-list", f"refs/heads/{branch}", "--not", "main").text.split()
    return not set(theirs).isdisjoint(ahead)
