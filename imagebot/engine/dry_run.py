"""A bot that says what it would write, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.forges.protocol import PullRequest

if TYPE_CHECKING:
    from imagebot.engine.propose import Bot
    from imagebot.forges.protocol import Forge
    from imagebot.repository.protocol import CommitFacts, ConfigRepository, Signature, Snapshot


def dry(bot: Bot, tell: Callable[[str], None]) -> Bot:
    """The same bot with every write told instead of done; reads stay as they are."""
    return replace(bot, repository=_DryRepository(bot.repository, tell), forge=_DryForge(bot.forge, tell))


class _DryRepository:
    def __init__(self, repository: ConfigRepository, tell: Callable[[str], None]) -> None:
        self._repository = repository
        self._tell = tell

    def default_branch(self) -> str:
        return self._repository.default_branch()

    def fetch(self, branch: str) -> str | None:
        return self._repository.fetch(branch)

    def branches(self, prefix: str) -> Mapping[str, str]:
        return self._repository.branches(prefix)

    def snapshot(self, commit: str) -> Snapshot:
        return self._repository.snapshot(commit)

    def facts(self, commit: str) -> CommitFacts:
        return self._repository.facts(commit)

    def changed_paths(self, old: str, new: str) -> tuple[str, ...]:
        return self._repository.changed_paths(old, new)

    def commit(self, parent: str, files: Mapping[str, bytes], message: str, who: Signature) -> str:
        del parent, who
        subject = message.partition("\n")[0]
        self._tell(f"commit {subject!r} changing {', '.join(sorted(files))}")
        return ""

    def push(self, branch: str, commit: str, *, expected: str | None) -> None:
        del commit
        self._tell(f"push {branch} ({f'now at {expected[:7]}' if expected else 'new'})")

    def delete(self, branch: str, *, expected: str) -> None:
        self._tell(f"delete {branch} (now at {expected[:7]})")


class _DryForge:
    def __init__(self, forge: Forge, tell: Callable[[str], None]) -> None:
        self._forge = forge
        self._tell = tell

    @property
    def body_in_commit(self) -> bool:
        return self._forge.body_in_commit

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        return self._forge.open_pull_requests(prefix)

    def last_closed(self, branch: str) -> PullRequest | None:
        return self._forge.last_closed(branch)

    def create(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        self._tell(f"open a pull request from {branch} to {base}: {title!r}")
        return PullRequest(0, "", branch, title, body, open=True, merged=False)

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        self._tell(f"update pull request #{pull_request.number}: {title!r}")
        return replace(pull_request, title=title, body=body)

    def close(self, pull_request: PullRequest, body: str) -> None:
        del body
        self._tell(f"close pull request #{pull_request.number}")
