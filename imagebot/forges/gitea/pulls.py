"""Pull requests: listed, opened, changed, closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from imagebot.errors import ForgeError
from imagebot.forges.gitea.drafts import is_marked, marked, unmarked
from imagebot.forges.gitea.history import History
from imagebot.forges.gitea.payloads import Pull
from imagebot.forges.gitea.repository import HostedRepository
from imagebot.forges.gitea.settled import settled
from imagebot.forges.values import PullRequest

if TYPE_CHECKING:
    from imagebot.forges.gitea.client import Client

OPEN_LIMIT = 2000
CLOSED_LIMIT = 100


class Pulls(HostedRepository):
    """The pull requests of a repository."""

    def __init__(self, api: Client, name: str) -> None:
        super().__init__(api, name)
        self._history = History(self._newest, _own)

    def open_pull_requests(self, prefix: str) -> Mapping[str, PullRequest]:
        """Open pull requests from branches of this repository; forks are somebody else's."""
        return {pull.head.label: _pull_request(pull) for pull in self._open() if _ours(pull, prefix)}

    def closed_pull_requests(self, branch: str) -> Sequence[PullRequest]:
        """Closed and merged pull requests from a branch, newest first; see ``history`` for how far back."""
        found = [pull for pull in self._history.closed() if pull.head.label == branch]
        newest = sorted(found, key=lambda pull: pull.number, reverse=True)
        return [_pull_request(pull) for pull in newest[:CLOSED_LIMIT]]

    def recent_pull_requests(self, prefix: str, limit: int) -> Sequence[PullRequest]:
        """Closed and merged pull requests under a prefix, the last closed first."""
        closed = self._history.closed(limit)
        return [_pull_request(pull) for pull in closed if pull.head.label.startswith(prefix)]

    def pull_request(self, number: int) -> PullRequest | None:
        """One pull request; None if there is none of that number, or it comes from a fork."""
        answer = self._api.get(
            self._path(f"/pulls/{number:d}"), f"read pull request #{number:d} of {self._name}", also={404}
        )
        found = answer.one(Pull) if answer.status == 200 else None
        return _pull_request(found) if found and _own(found) else None

    def create(self, branch: str, base: str, title: str, body: str, *, draft: bool = False) -> PullRequest:
        """Open a pull request; if another run was quicker, take the one it opened.

        Gitea answers 409 for a second one from the same branch to the same base.
        """
        content = {"head": branch, "base": base, "title": marked(title, draft=draft), "body": body}
        doing = f"open a pull request from {branch} to {base} of {self._name}"

        def write() -> PullRequest:
            answer = self._api.write("POST", self._path("/pulls"), doing, content, also={409})
            if answer.status != 409:
                return _pull_request(answer.one(Pull))
            if (quicker := self._find(branch, base)) is not None:
                return quicker
            raise ForgeError(f"cannot {doing}: {answer.message()}", id="forge-refused")

        return settled(write, lambda: self._find(branch, base))

    def update(self, pull_request: PullRequest, title: str, body: str) -> PullRequest:
        """Change title and body in one request; a draft stays one."""
        wanted = marked(title, draft=pull_request.draft)
        return self._edit(pull_request.number, "update", {"title": wanted, "body": body})

    def close(self, pull_request: PullRequest, body: str) -> None:
        """Close without merging, storing a last body that says why."""
        self._edit(pull_request.number, "close", {"state": "closed", "body": body})

    def amend(self, pull_request: PullRequest, body: str) -> None:
        """Store another body, whether it is open or closed."""
        self._edit(pull_request.number, "change the text of", {"body": body})

    def set_draft(self, pull_request: PullRequest, *, draft: bool) -> None:
        """Make it a draft, or ready for review."""
        if pull_request.draft == draft:
            return
        changed = self._edit(
            pull_request.number, "mark as draft", {"title": marked(pull_request.title, draft=draft)}
        )
        if changed.draft != draft:
            raise ForgeError(
                f"pull request #{pull_request.number} of {self._name} "
                f"{'did not become' if draft else 'is still'} a draft: {self._api.host} marks them otherwise",
                hint="let WORK_IN_PROGRESS_PREFIXES of the server hold `WIP:`",
                id="forge-drafts",
            )

    def _edit(self, number: int, verb: str, content: Mapping[str, str]) -> PullRequest:
        doing, path = f"{verb} pull request #{number} of {self._name}", self._path(f"/pulls/{number:d}")

        def carried_out() -> PullRequest | None:
            now = self._api.get(path, doing).one(Pull)
            return _pull_request(now) if _holds(now, content) else None

        return settled(
            lambda: _pull_request(self._api.write("PATCH", path, doing, content).one(Pull)), carried_out
        )

    def _find(self, branch: str, base: str) -> PullRequest | None:
        """The open one from a branch; ``pulls/{base}/{head}`` would find the oldest, closed or not."""
        found = (pull for pull in self._open() if _own(pull))
        return next(
            (_pull_request(pull) for pull in found if (pull.head.label, pull.base.label) == (branch, base)),
            None,
        )

    def _open(self) -> Iterator[Pull]:
        doing = f"list the open pull requests of {self._name}"
        return self._pages(self._path("/pulls"), Pull, doing, limit=OPEN_LIMIT, state="open")

    def _newest(self, limit: int) -> Iterator[Pull]:
        doing = f"list the pull requests of {self._name}"
        return self._pages(self._path("/pulls"), Pull, doing, limit=limit, state="all", sort="recentupdate")


def _own(pull: Pull) -> bool:
    """Whether the head branch lives in this repository; a fork that is gone has the number -1."""
    return pull.head.repo_id == pull.base.repo_id


def _ours(pull: Pull, prefix: str) -> bool:
    return _own(pull) and pull.head.label.startswith(prefix)


def _holds(pull: Pull, content: Mapping[str, str]) -> bool:
    return all(getattr(pull, name) == value for name, value in content.items())


def _pull_request(pull: Pull) -> PullRequest:
    draft = is_marked(pull.title) if pull.draft is None else pull.draft  # servers before 1.22 do not say
    return PullRequest(
        number=pull.number,
        url=pull.html_url,
        branch=pull.head.label,
        title=unmarked(pull.title) if draft else pull.title,
        body=pull.body,
        open=pull.state == "open",
        merged=pull.merged,
        head=pull.head.sha,
        base=pull.base.label,
        author=pull.user.login if pull.user else "",
        draft=draft,
        labels=tuple(label.name for label in pull.labels),
        created=pull.created_at,
        closed=pull.closed_at,
    )
