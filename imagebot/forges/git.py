"""Plain Git: a branch is the pull request, and its commit message holds title and body.

A record beside each branch (``refs/imagebot/proposed/<branch>/<time>-<commit>``) makes it remember: whoever
deletes a branch without merging it has said "not this version", for the record stays and tells what was
proposed. On a remote that takes nothing but branches there are no records, and a deleted branch comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imagebot.errors import RepositoryError
from imagebot.forges.unable import Unable
from imagebot.forges.values import Abilities, PullRequest, RepositoryFacts

if TYPE_CHECKING:
    from imagebot.repository.recording import Record, RecordingRepository

RECORDS = "refs/imagebot/proposed/"
CLOSED_LIMIT = 100
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class GitForge(Unable):
    """Any remote that takes a push; a person opens the pull request from the branch, or merges it.

    Args:
        repository: Also the one that imagebot pushes with: the records travel with its pushes.
        base: Branch that proposals are for; empty for the default branch of the remote.
    """

    abilities = Abilities(folds=False)
    body_in_commit = True

    def __init__(self, repository: RecordingRepository, base: str = "") -> None:
        self._repository = repository
        self._base = base
        self._facts: RepositoryFacts | None = None
        repository.keep_records(RECORDS)

    def facts(self) -> RepositoryFacts:
        """The address of the remote, and its default branch: Git tells no more."""
        if self._facts is None:
            repository = self._repository
            self._facts = RepositoryFacts(repository.remote_url, repository.default_branch(), issues=False)
        return self._facts

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Every branch under the prefix counts as open."""
        found = {}
        for branch, listed in self._repository.branches(prefix).items():
            tip = listed if self._repository.holds(listed) else self._repository.fetch(branch)
            if tip is not None:
                found[branch] = self._told(branch, tip)
        return found

    def closed_pull_requests(self, branch: str) -> Sequence[PullRequest]:
        """What was proposed on a branch and is no longer, newest first: merged, or deleted by a person."""
        records = [each for each in self._repository.records(branch) if each.branch == branch]
        return self._closed(records, self._repository.branches(branch), CLOSED_LIMIT)

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        """Closed ones of all branches, those made last; Git does not tell when they were closed."""
        records = self._repository.records(f"{prefix}*")
        return self._closed(records, self._repository.branches(prefix), limit)

    def _closed(self, records: Sequence[Record], tips: Mapping[str, str], limit: int) -> list[PullRequest]:
        """What was recorded, without those that their branches hold, maybe under a person's commit.

        Args:
            records: The newest first.
            tips: Branches that are still there.
            limit: Records that are looked at, beside those that are the tips themselves.
        """
        recorded = [each for each in records if tips.get(each.branch) != each.commit][:limit]
        if not recorded:
            return []
        self._repository.bring_records(recorded)
        left = {each.branch for each in recorded} & tips.keys()
        here, base = {branch: self._repository.fetch(branch) for branch in left}, self._base_tip()
        gone = [each for each in recorded if not self._is_held(each, here.get(each.branch))]
        return sorted((self._told_closed(each, base) for each in gone), key=_when, reverse=True)

    def _is_held(self, record: Record, tip: str | None) -> bool:
        return tip is not None and self._repository.brought(record.commit, tip)

    def _told_closed(self, record: Record, base: str) -> PullRequest:
        merged = self._repository.brought(record.commit, base)
        return replace(self._told(record.branch, record.commit), open=False, merged=merged)

    def _told(self, branch: str, commit: str) -> PullRequest:
        facts = self._repository.facts(commit)
        title, _, body = facts.message.partition("\n\n")
        return PullRequest(
            number=0,
            url="",
            branch=branch,
            title=title,
            body=body,
            open=True,
            merged=False,
            head=commit,
            created=facts.at,
        )

    def _base_tip(self) -> str:
        base = self._base or self.facts().default_branch
        tip = self._repository.fetch(base)
        if tip is None:
            raise RepositoryError(
                f"{self._repository.remote_url} has no branch {base}",
                hint="name one by --base",
                id="branch-missing",
            )
        return tip

    def create(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> PullRequest:
        """Nothing is left to do: the pushed commit says it all."""
        del base, draft
        return PullRequest(number=0, url="", branch=branch, title=title, body=body, open=True, merged=False)

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Nothing is left to do: the pushed commit says it all."""
        return replace(pull_request, title=title, body=body, head="")

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Delete branch and record; of one that was merged the record stays, for a person may go back."""
        del body
        branch = pull_request.branch
        tip = self._repository.fetch(branch)
        if tip is not None and not self._repository.brought(tip, self._base_tip()):
            self._repository.withdraw(branch, expected=pull_request.head or tip)

    def amend(self, pull_request: PullRequest, body: str) -> None:
        """Write the commit anew with another message: to its branch, or of a closed one to its record."""
        old = pull_request.head or self._repository.fetch(pull_request.branch) or ""
        made = self._repository.reword(old, f"{pull_request.title}\n\n{body}")
        if made == old:
            return
        if pull_request.open:
            self._repository.push(pull_request.branch, made, expected=old)
        else:
            self._repository.record(pull_request.branch, made, instead_of=old)


def _when(pull_request: PullRequest) -> datetime:
    return pull_request.created or LONG_AGO
