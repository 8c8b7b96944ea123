"""Merging: https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gitlab.exceptions import GitlabError

from imagebot.errors import ForgeError, MergeBlocked
from imagebot.forges.gitlab.calls import FAILURES, Calls, Json
from imagebot.forges.gitlab.errors import is_lost, status_of, words_of
from imagebot.forges.gitlab.facts import merge_methods
from imagebot.forges.gitlab.readiness import Checks, checks_of, pipeline_runs, readiness, words_for
from imagebot.forges.gitlab.readiness import status_of as merge_status_of
from imagebot.forges.values import PullRequest, Readiness
from imagebot.policies.proposing import MergeMethod

_NOT_NOW = frozenset({401, 405, 406, 409, 422})
"""No right on the branch it goes to; not now; not now, before GitLab 15.6; another head; failed."""

_STATUSES_LIMIT = 100


class Merging:
    """The part of the forge that merges, or lets GitLab merge."""

    _calls: Calls

    def readiness(self, pull_request: PullRequest) -> Readiness:
        """Whether it can be merged now."""
        with self._calls.named(f"read whether merge request !{pull_request.number} can be merged"):
            item = self._read(pull_request)
            return readiness(item, self._approvals(pull_request), self._calls.project, self._checks(item))

    def merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Merge the head that ``pull_request`` names, and no other.

        Whether a merge commit is made is the project's own setting: another method is refused here, where
        GitLab would quietly use its own.
        """
        with self._merging(pull_request, method):
            self._send(pull_request, _how(method, message))

    def enable_auto_merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Let GitLab merge it when its checks have passed.

        Where no pipeline runs and none is asked for, GitLab would merge at once, also when the pipeline is
        only not there yet: that is refused (https://gitlab.com/gitlab-org/gitlab/-/issues/37292).
        """
        with self._merging(pull_request, method):
            asked_for = self._calls.project.get("only_allow_merge_if_pipeline_succeeds") is True
            if not asked_for and not pipeline_runs(self._read(pull_request)):
                raise _blocked(pull_request, "no pipeline runs, so that GitLab would not wait for one")
            # the second is the name of the first before GitLab 17.11; the other is ignored
            waiting = {"auto_merge": True, "merge_when_pipeline_succeeds": True}
            self._send(pull_request, {**_how(method, message), **waiting})

    def disable_auto_merge(self, pull_request: PullRequest) -> None:
        """Take that back, and look whether it is off.

        GitLab answers 201 also where it refused (https://gitlab.com/gitlab-org/gitlab/-/merge_requests/255704).
        """
        number = pull_request.number
        with self._calls.named(f"cancel the auto-merge of merge request !{number}"):
            try:
                self._calls.post(
                    self._calls.at(f"merge_requests/{number}/cancel_merge_when_pipeline_succeeds"), {}
                )
            except FAILURES:
                if _waits(self._read(pull_request)):
                    raise
            else:
                if _waits(self._read(pull_request)):
                    raise ForgeError(
                        f"GitLab does not cancel the auto-merge of !{number}",
                        hint="a person can cancel it, or give the token the role Developer",
                    )

    @contextmanager
    def _merging(self, pull_request: PullRequest, method: MergeMethod) -> Iterator[None]:
        with self._calls.named(f"merge merge request !{pull_request.number}"):
            if method not in merge_methods(self._calls.project):
                raise _blocked(pull_request, f"the project does not allow the method {method}")
            if not pull_request.head:
                raise _blocked(pull_request, "its head is not known")
            yield

    def _send(self, pull_request: PullRequest, content: Json) -> None:
        path = self._calls.at(f"merge_requests/{pull_request.number}/merge")
        try:
            self._calls.put(path, {"sha": pull_request.head, **content})
        except FAILURES as error:
            if not (is_lost(error) or status_of(error) in _NOT_NOW):
                raise
            current = self._read(pull_request)
            if _is_done(current, pull_request, waits="auto_merge" in content):
                return  # the answer to a first try was lost
            if not isinstance(error, GitlabError) or status_of(error) not in _NOT_NOW:
                raise
            raise _blocked(pull_request, _why(error, current)) from error

    def _read(self, pull_request: PullRequest) -> Json:
        return self._calls.get(self._calls.at(f"merge_requests/{pull_request.number}"))

    def _approvals(self, pull_request: PullRequest) -> Json:
        """Approvals; GitLab without them answers that there is no such thing."""
        path = self._calls.at(f"merge_requests/{pull_request.number}/approvals")
        try:
            return self._calls.get(path)
        except FAILURES as error:
            if status_of(error) not in {403, 404}:
                raise
            return {}

    def _checks(self, item: Json) -> Checks:
        """Checks of the head; a pipeline that goes on although one of its jobs failed has failed."""
        checks = checks_of(item, self._calls.project)
        pipeline = item.get("head_pipeline") or {}
        if checks != "pending" or pipeline.get("sha") != item.get("sha"):
            return checks
        query = {"pipeline_id": int(pipeline["id"])}
        path = self._calls.at(f"repository/commits/{pipeline['sha']}/statuses")
        jobs = self._calls.listed(path, query, _STATUSES_LIMIT)
        failed = any(job["status"] == "failed" and job.get("allow_failure") is not True for job in jobs)
        return "failed" if failed else "pending"


def _how(method: MergeMethod, message: str) -> Json:
    if method != "squash":
        return {"squash": False}
    return {"squash": True, **({"squash_commit_message": message.strip()} if message else {})}


def _is_done(current: Json, pull_request: PullRequest, *, waits: bool) -> bool:
    if current.get("sha") != pull_request.head:
        return False
    return current["state"] == "merged" or (waits and _waits(current))


def _waits(current: Json) -> bool:
    return current["state"] == "opened" and current.get("merge_when_pipeline_succeeds") is True


def _why(error: GitlabError, current: Json) -> str:
    """GitLab says no more than "405 Method Not Allowed": its status tells why."""
    status = merge_status_of(current)
    if status_of(error) == 401:
        return "the token may not merge into its branch"
    return words_of(error) if status_of(error) == 409 or status == "mergeable" else words_for(status)


def _blocked(pull_request: PullRequest, why: str) -> MergeBlocked:
    return MergeBlocked(
        f"GitLab does not merge !{pull_request.number}: {why}",
        hint="imagebot tries again in the next run, or merge it by hand",
    )
