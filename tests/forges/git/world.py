"""The contract's world where the forge is nothing but Git."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from imagebot.demo.hosting import BareRepository
from imagebot.forges.git import GitForge
from imagebot.repository.git import GitRepository, open_repository
from imagebot.repository.protocol import Signature
from tests.forges.contract.world import BASE, FILES, Shown

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest

BEGIN = int(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp())


class GitWorld:
    """A bare repository, and people who push to it."""

    name = bot = ""
    able = frozenset[str]()
    source = "https://git.example.com/acme/config"
    writes = 0

    def __init__(self, folder: Path) -> None:
        self.remote = BareRepository(folder / "remote.git", BASE)
        self.remote.commit(BASE, FILES, "Lay out\n")
        self._folder = folder
        self._clock = count(BEGIN)
        self._numbers = count()
        self.repository = self.opened()
        self._records = GitForge(self.repository)

    def opened(self) -> GitRepository:
        """The repository, by way of a cache of its own: as a run on a new machine has it."""
        cache = self._folder / f"cache-{next(self._numbers)}"
        return open_repository(self.remote.path.as_uri(), cache=cache)

    def forge(self, *, right: Literal["write", "read", "none"] = "write") -> GitForge:
        del right
        return GitForge(self.opened())

    def push(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        base = self.repository.fetch(self.remote.default_branch)
        assert base is not None
        who = Signature("imagebot", "bot@example.com", datetime.fromtimestamp(next(self._clock), UTC))
        made = self.repository.commit(base, files, message, who)
        self.repository.push(branch, made, expected=self.tip(branch))
        return made

    def commit(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        return self.remote.commit(branch, files, message)

    def tip(self, branch: str) -> str | None:
        return self.remote.tip(branch)

    def read(self, commit: str, path: str) -> bytes:
        return self.remote.read(commit, path)

    def mode(self, commit: str, path: str) -> str:
        return self.remote.git("ls-tree", commit, "--", path).text.split()[0]

    def message(self, commit: str) -> str:
        return self.remote.message(commit)

    def delete_branch(self, branch: str) -> None:
        self.remote.delete_branch(branch)

    def shown(self, pull_request: PullRequest) -> Shown:
        tip = self.tip(pull_request.branch)
        return Shown(pull_request.title, pull_request.body, open=tip is not None, merged=False)

    def count(self) -> int:
        return len(self.remote.tips()) - 1

    def merge(self, pull_request: PullRequest) -> None:
        self.remote.merge_branch(BASE, pull_request.head, "Merge\n", "A Person", "merge")

    def close(self, pull_request: PullRequest) -> None:
        self.delete_branch(pull_request.branch)

    def reopen(self, pull_request: PullRequest) -> None:
        self.remote.move(pull_request.branch, pull_request.head)

    def label(self, pull_request: PullRequest, name: str) -> NoReturn:
        raise AssertionError("plain Git has no labels")

    def comment(self, pull_request: PullRequest, text: str, *, author: str) -> NoReturn:
        raise AssertionError("plain Git has no comments")

    def review(self, pull_request: PullRequest, verdict: Literal["approve", "refuse"]) -> NoReturn:
        raise AssertionError("plain Git has no reviews")

    def propose_from_fork(self, branch: str, title: str) -> NoReturn:
        raise AssertionError("plain Git knows no forks")

    def require_check(self, name: str) -> NoReturn:
        raise AssertionError("plain Git has no checks")

    def require_review(self) -> NoReturn:
        raise AssertionError("plain Git has no reviews")

    def report(self, commit: str, check: str, state: Literal["pending", "passed", "failed"]) -> NoReturn:
        raise AssertionError("plain Git has no checks")

    def allow_auto_merge(self) -> NoReturn:
        raise AssertionError("plain Git merges nothing by itself")

    def archive(self) -> NoReturn:
        raise AssertionError("plain Git has no archive")

    def rename(self) -> NoReturn:
        raise AssertionError("plain Git remembers no other name")

    def rename_base(self, name: str) -> None:
        self.remote.git("branch", "-m", BASE, name)

    def release(self, tag: str, text: str) -> NoReturn:
        raise AssertionError("plain Git has no release notes")

    def lose_answer(self) -> NoReturn:
        raise AssertionError("plain Git has no API")

    def limit_rate(self) -> NoReturn:
        raise AssertionError("plain Git has no API")


@contextmanager
def git_world(folder: Path) -> Iterator[GitWorld]:
    """A remote of its own."""
    yield GitWorld(folder)
