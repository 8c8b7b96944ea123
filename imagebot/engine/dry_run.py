"""A bot that says what it would write, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imagebot.forges.values import Issue, PullRequest

if TYPE_CHECKING:
    from imagebot.engine.world import Bot
    from imagebot.forges.protocol import Forge
    from imagebot.forges.values import Comment, Decoration
    from imagebot.policies.proposing import MergeMethod
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

    def bring(self, listed: Mapping[str, str]) -> None:
        self._repository.bring(listed)

    def holds(self, commit: str) -> bool:
        return self._repository.holds(commit)

    def subjects(self, commit: str) -> Sequence[str]:
        return self._repository.subjects(commit)

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
    """Everything that is asked is asked; everything that is written is told."""

    def __init__(self, forge: Forge, tell: Callable[[str], None]) -> None:
        self._forge = forge
        self._tell = tell
        self.abilities = replace(
            forge.abilities, api_commits=False
        )  # a commit is told as one, and pushed as one
        self.body_in_commit = forge.body_in_commit
        self.facts = forge.facts
        self.open_pull_requests = forge.open_pull_requests
        self.closed_pull_requests = forge.closed_pull_requests
        self.recent_pull_requests = forge.recent_pull_requests
        self.pull_request = forge.pull_request
        self.comments = forge.comments
        self.may_write = forge.may_write
        self.readiness = forge.readiness
        self.find_issue = forge.find_issue
        self.release = forge.release
        self.comparison = forge.comparison

    def create(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> PullRequest:
        kind = "a draft" if draft else "a pull request"
        self._tell(f"open {kind} from {branch} to {base}: {title!r}")
        return PullRequest(0, "", branch, title, body, open=True, merged=False, draft=draft)

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        self._tell(f"update {_named(pull_request)}: {title!r}")
        return replace(pull_request, title=title, body=body)

    def close(self, pull_request: PullRequest, body: str) -> None:
        del body
        self._tell(f"close {_named(pull_request)}")

    def amend(self, pull_request: PullRequest, body: str) -> None:
        del body
        self._tell(f"write a note into {_named(pull_request)}")

    def set_draft(self, pull_request: PullRequest, *, draft: bool) -> None:
        self._tell(f"make {_named(pull_request)} {'a draft' if draft else 'ready for review'}")

    def decorate(self, pull_request: PullRequest, decoration: Decoration) -> tuple[str, ...]:
        wanted = ", ".join(
            (*decoration.labels, *decoration.reviewers, *decoration.teams, *decoration.assignees)
        )
        if wanted:
            self._tell(f"put on {_named(pull_request)}: {wanted}")
        return ()

    def comment(self, number: int, text: str) -> None:
        self._tell(f"comment on #{number}: {text.splitlines()[0]!r}")

    def acknowledge(self, comment: Comment, *, done: bool) -> None:
        self._tell(f"react to a comment on #{comment.number} with thumbs {'up' if done else 'down'}")

    def merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        del message
        self._tell(f"merge {_named(pull_request)} by {method}")

    def enable_auto_merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        del message
        self._tell(f"let the forge merge {_named(pull_request)} by {method}")

    def disable_auto_merge(self, pull_request: PullRequest) -> None:
        self._tell(f"keep the forge from merging {_named(pull_request)} by itself")

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        del labels
        self._tell(f"open an issue: {title!r}")
        return Issue(0, "", title, body, open=True)

    def update_issue(self, issue: Issue, body: str) -> None:
        del body
        self._tell(f"rewrite issue #{issue.number}")

    def commit(
        self, branch: str, parent: str, files: Mapping[str, bytes], message: str, *, expected: str | None
    ) -> str:
        del branch, parent, files, message, expected
        raise AssertionError("a dry run makes no commits through the forge")


def _named(pull_request: PullRequest) -> str:
    return f"pull request #{pull_request.number}" if pull_request.number else "the new pull request"
