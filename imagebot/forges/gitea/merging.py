"""Merging without a person, and what stands against it.

The forge's own automatic merge (``merge_when_checks_succeed``) is not used: it merges whatever head stands
there when checks pass, no list of pull requests tells that it is on, and after a later push it stays on.
imagebot merges by itself when everything has passed, and names the head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from imagebot.errors import ForgeError, MergeBlocked
from imagebot.forges.gitea.drafts import is_marked
from imagebot.forges.gitea.payloads import Branch, CombinedStatus, Pull, Review, Status
from imagebot.forges.gitea.repository import HostedRepository
from imagebot.forges.gitea.settled import settled
from imagebot.forges.squash import title_and_body
from imagebot.forges.values import Readiness

if TYPE_CHECKING:
    from imagebot.forges.values import PullRequest
    from imagebot.policies.proposing import MergeMethod

REVIEWS = 500
ASKED_AGAIN = 3
PAUSE_S = 1.0

Checks = Literal["none", "pending", "passed", "failed"]
Reviewed = Literal["enough", "missing", "refused"]


class Merging(HostedRepository):
    """Merges pull requests."""

    def readiness(self, pull_request: PullRequest) -> Readiness:
        """Whether it can be merged now, in four requests."""
        pull = self._worked_out(pull_request.number)
        rules = self._rules(pull.base.label)
        statuses = self._statuses(pull.head.sha)
        required = _required_passed(rules, statuses)
        review = _reviewed(rules, self._reviews(pull.number))
        draft = is_marked(pull.title) if pull.draft is None else pull.draft
        mergeable = None if draft else pull.mergeable
        why = "; ".join(_against(required, review, mergeable, draft=draft))
        return Readiness(_checks(statuses), required, review, mergeable, why)

    def merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Merge the head that was named; Gitea refuses with 405 and 409, and for a closed one with 404."""
        number = pull_request.number
        if not pull_request.head:
            raise MergeBlocked(
                f"pull request #{number} of {self._name} has no known head; nothing was merged"
            )
        path, doing = self._path(f"/pulls/{number:d}/merge"), f"merge #{number} of {self._name}"
        content = {"Do": method, "head_commit_id": pull_request.head}  # 1.27 knows it as `do` too
        if method == "squash" and message:
            title, body = title_and_body(message, number)
            # 1.27 describes the second spelling, older servers the first; each passes over the other
            content |= {"MergeTitleField": title, "MergeMessageField": body}
            content |= {"merge_title_field": title, "merge_message_field": body}

        def write() -> bool:
            answer = self._api.write("POST", path, doing, content, also={404, 405, 409, 422})
            if answer.status >= 300:
                raise MergeBlocked(
                    f"cannot {doing}: {answer.message()}",
                    hint="the next run tries again, if checks, reviews and rules of the branch let it",
                )
            return True

        settled(write, lambda: self._pull(number).merged or None)

    def enable_auto_merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Refuse: see above."""
        del method, message
        raise MergeBlocked(
            f"the automatic merge of {self._api.host} would take any head of #{pull_request.number}",
            hint="let imagebot merge: `merge-by: imagebot`",
        )

    def disable_auto_merge(self, pull_request: PullRequest) -> None:
        """Refuse: nothing tells whether it is on."""
        raise ForgeError(
            f"imagebot does not use the automatic merge of {self._api.host}, so it leaves that of"
            f" #{pull_request.number} as it is",
            hint="a person who switched it on can switch it off",
        )

    def _pull(self, number: int) -> Pull:
        path, doing = self._path(f"/pulls/{number:d}"), f"read pull request #{number} of {self._name}"
        return self._api.get(path, doing).one(Pull)

    def _worked_out(self, number: int) -> Pull:
        """The pull request, asked for again while it may be that Gitea still looks for conflicts.

        ``mergeable`` is false during that, as with a conflict; nothing else tells the two apart.
        """
        pull = self._pull(number)
        for _ in range(ASKED_AGAIN - 1):
            if pull.mergeable or pull.draft or pull.state != "open":
                break
            self._api.pause(PAUSE_S)
            pull = self._pull(number)
        return pull

    def _rules(self, branch: str) -> Branch:
        """Rules of the base as anybody sees them; ``branch_protections`` itself is for administrators."""
        path = self._path(f"/branches/{quote(branch, safe='')}")
        return self._api.get(path, f"read the rules of branch {branch} of {self._name}").one(Branch)

    def _statuses(self, commit: str) -> Sequence[Status]:
        path = self._path(f"/commits/{quote(commit, safe='')}/status")
        return self._api.get(path, f"read the checks of {commit[:7]}").one(CombinedStatus).statuses

    def _reviews(self, number: int) -> list[Review]:
        path, doing = self._path(f"/pulls/{number:d}/reviews"), f"read the reviews of #{number}"
        return list(self._pages(path, Review, doing, limit=REVIEWS))


def _checks(statuses: Sequence[Status]) -> Checks:
    """All checks together: a failure counts more than what is still to come. A warning is no success."""
    states = {status.status for status in statuses}
    if not states:
        return "none"
    if states - {"success", "pending", "skipped"}:
        return "failed"
    return "pending" if "pending" in states else "passed"


def _required_passed(rules: Branch, statuses: Sequence[Status]) -> bool:
    """Whether each pattern of names that is asked for has a check, and every such check succeeded."""
    if not rules.enable_status_check:
        return True
    for pattern in rules.status_check_contexts or ("*",):
        found = [status.status for status in statuses if fnmatchcase(status.context, pattern)]
        if not found or set(found) != {"success"}:
            return False
    return True


def _reviewed(rules: Branch, reviews: Sequence[Review]) -> Reviewed:
    """By the last word of each reviewer whose word counts."""
    last: dict[str, str] = {}
    for review in reviews:
        counts = review.official and not review.dismissed
        if counts and review.user and review.state in {"APPROVED", "REQUEST_CHANGES"}:
            last[review.user.login] = review.state
    if "REQUEST_CHANGES" in last.values():
        return "refused"
    return "enough" if len(last) >= rules.required_approvals else "missing"


def _against(required: bool, review: Reviewed, mergeable: bool | None, *, draft: bool) -> Iterator[str]:  # noqa: FBT001 - values of a Readiness
    if draft:
        yield "it is a draft"
    if not required:
        yield "a required check has not passed"
    if review == "missing":
        yield "a required review is missing"
    if review == "refused":
        yield "a reviewer asked for changes"
    if mergeable is False:
        yield "it does not merge without conflict, or the forge still works that out"
