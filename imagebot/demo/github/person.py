"""What people do beside the bot: they review, merge, close, comment, push, and move settings under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Literal

from imagebot.demo.github import merging, threads
from imagebot.demo.github.commits import noreply
from imagebot.demo.github.records import Comment, PullRequest, Review
from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.state import HostedRepository
from imagebot.demo.hosting import Method

Verdict = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]


class Person:
    """Somebody at a browser, with a clone beside it. Rights are not asked for, GitHub's rules are.

    Args:
        hosted: Where.
        login: Who.
        lock: Held while something is done, as the server holds it for each request.
    """

    def __init__(self, hosted: HostedRepository, login: str, lock: RLock) -> None:
        self._hosted = hosted
        self._lock = lock
        self.login = login

    @contextmanager
    def _acting(self) -> Iterator[HostedRepository]:
        with self._lock:
            self._hosted.sync()
            yield self._hosted
            self._hosted.sync(self.login)

    def merge(self, pull: PullRequest, method: Method = "merge") -> str:
        """Merge; the base's new tip."""
        with self._acting() as hosted:
            return merging.merge(hosted, pull, None, self.login, method)

    def enable_auto_merge(self, pull: PullRequest, method: Method = "merge") -> None:
        """Let GitHub merge when the checks have passed."""
        with self._acting() as hosted:
            merging.enable_auto_merge(hosted, pull, self.login, method)

    def propose_from_fork(self, branch: str, title: str, files: Mapping[str, bytes]) -> PullRequest:
        """Open a pull request from a branch of one's own fork."""
        with self._acting() as hosted:
            kept, base = f"forks/{self.login}/{branch}", hosted.default_branch
            hosted.move(kept, hosted.tip(base) or "")
            hosted.commit(kept, files, f"{title}\n", self.login, noreply(self.login))
            pull = hosted.open_pull(kept, base, title, "", self.login)
            pull.head, pull.fork = branch, f"{self.login}/{hosted.name.partition('/')[2]}"
            hosted.git("update-ref", f"refs/pull/{pull.number}/head", pull.head_sha)
            hosted.delete_branch(kept)
            return pull

    def edit(self, pull: PullRequest, **changes: str) -> None:
        """Change title, body or base."""
        with self._acting() as hosted:
            hosted.edit_pull(pull, changes, self.login)

    def close(self, pull: PullRequest) -> None:
        """Close without merging."""
        self.edit(pull, state="closed")

    def reopen(self, pull: PullRequest) -> None:
        """Open again, where GitHub lets one."""
        self.edit(pull, state="open")

    def set_draft(self, pull: PullRequest, *, draft: bool) -> None:
        """Make it a draft, or ready for review."""
        with self._acting():
            pull.draft = draft

    def comment(self, number: int, text: str) -> Comment:
        """Comment on an issue or pull request."""
        with self._acting() as hosted:
            thread = hosted.thread(number)
            if thread is None:
                raise Refused(404, "Not Found")
            return threads.comment(hosted, thread, self.login, text)

    def label(self, number: int, *names: str) -> None:
        """Add labels."""
        with self._acting() as hosted:
            thread = hosted.thread(number)
            if thread is not None:
                threads.add_labels(hosted, thread, names)

    def unlabel(self, number: int, *names: str) -> None:
        """Take labels away."""
        with self._acting() as hosted:
            thread = hosted.thread(number)
            if thread is not None:
                thread.labels = [name for name in thread.labels if name not in names]

    def review(self, pull: PullRequest, state: Verdict, body: str = "") -> None:
        """Review; that answers a request for one."""
        with self._acting() as hosted:
            if self.login == pull.author and state != "COMMENTED":
                raise Refused(422, "Review Can not approve your own pull request")
            review = Review(hosted.next_id(), self.login, state, body, pull.head_sha, hosted.now())
            pull.reviews.append(review)
            pull.reviewers = [login for login in pull.reviewers if login != self.login]

    def push(self, branch: str, files: Mapping[str, bytes], message: str = "A person's change\n") -> str:
        """Push a commit on top of a branch; its id."""
        with self._acting() as hosted:
            return hosted.commit(branch, files, message, self.login, noreply(self.login))

    def force_push(self, branch: str, commit: str) -> None:
        """Let a branch name another commit; one that does not exist is made."""
        with self._acting() as hosted:
            hosted.move(branch, commit)

    def delete_branch(self, branch: str) -> None:
        """Delete a branch; that closes its pull requests."""
        with self._acting() as hosted:
            hosted.delete_branch(branch)
