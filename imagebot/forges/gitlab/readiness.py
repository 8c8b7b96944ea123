"""What GitLab says of a merge request, as an answer to whether it can be merged now."""

from __future__ import annotations

from typing import Literal

from imagebot.forges.gitlab.calls import Json
from imagebot.forges.values import Readiness
from imagebot.untrusted import clean

Checks = Literal["none", "pending", "passed", "failed"]
Review = Literal["enough", "missing", "refused"]

_UNKNOWN_YET = frozenset({"unchecked", "checking", "preparing", "approvals_syncing"})
_CANNOT = frozenset({"conflict", "need_rebase", "commits_status", "not_open", "broken_status"})
_CHECKS = frozenset({"ci_must_pass", "ci_still_running", "status_checks_must_pass", "external_status_checks"})
_REFUSED = frozenset({"requested_changes"})
_WORDS = {
    "approvals_syncing": "approvals are being counted anew",
    "blocked_status": "another merge request must be merged first",
    "merge_request_blocked": "another merge request must be merged first",
    "broken_status": "it cannot be merged",
    "checking": "GitLab works out whether it merges without conflict",
    "ci_must_pass": "a pipeline must succeed first",
    "ci_still_running": "a pipeline is running",
    "commits_status": "its branch is gone or holds no commit of its own",
    "conflict": "it conflicts with the branch it goes to",
    "discussions_not_resolved": "a discussion is open",
    "draft_status": "it is a draft",
    "need_rebase": "it must be rebased first",
    "not_approved": "an approval is missing",
    "not_open": "it is not open",
    "preparing": "GitLab is still preparing it",
    "requested_changes": "changes were asked for",
    "status_checks_must_pass": "an external check must pass first",
    "unchecked": "GitLab works out whether it merges without conflict",
}
"""``detailed_merge_status``: https://docs.gitlab.com/api/merge_requests/#merge-status."""

_PIPELINE: dict[str, Checks] = {
    "success": "passed",
    "failed": "failed",
    "canceled": "failed",
    "skipped": "passed",
}
"""Final statuses: https://docs.gitlab.com/api/pipelines/; all others go on."""


def readiness(item: Json, approvals: Json, project: Json, checks: Checks) -> Readiness:
    """Whether a merge request can be merged.

    Args:
        item: The merge request, asked for alone.
        approvals: Its approvals; without a licence for rules, they hold no ``approvals_left``.
        project: Its project, which may demand a pipeline that succeeded.
        checks: Of its head.
    """
    status = status_of(item)
    needs_pipeline = project.get("only_allow_merge_if_pipeline_succeeds") is True
    passed = status not in _CHECKS and (checks == "passed" or not needs_pipeline)
    review = _review(status, approvals)
    return Readiness(checks, passed, review, _mergeable(item, status), _why(status, review, passed=passed))


def pipeline_runs(item: Json) -> bool:
    """Whether a pipeline of this very head goes on, for which GitLab would wait."""
    pipeline = item.get("head_pipeline") or {}
    return pipeline.get("sha") == item.get("sha") and pipeline.get("status") not in {None, *_PIPELINE}


def checks_of(item: Json, project: Json) -> Checks:
    """Checks of the head: those of its newest pipeline, in which reports of other CI stand too.

    GitLab names the pipeline of an older head until it has made the next one, a moment after a push.
    """
    pipeline = item.get("head_pipeline")
    if not pipeline:
        return "none"
    status = str(pipeline["status"])
    if not _is_of_head(item, pipeline):
        return "pending"
    if status == "skipped" and project.get("allow_merge_on_skipped_pipeline") is not True:
        return "none"
    return _PIPELINE.get(status, "pending")


def status_of(item: Json) -> str:
    """``detailed_merge_status``, or what GitLab before 15.6 says instead of it."""
    if status := item.get("detailed_merge_status"):
        return str(status)
    if item.get("has_conflicts"):
        return "conflict"
    return {"can_be_merged": "mergeable", "cannot_be_merged": "conflict"}.get(
        str(item.get("merge_status")), "unchecked"
    )


def words_for(status: str) -> str:
    """What a ``detailed_merge_status`` means; the forge's own word where it is a new one."""
    return _WORDS.get(status, clean(status.replace("_", " "), 60))


def _is_of_head(item: Json, pipeline: Json) -> bool:
    """Whether a pipeline ran on the head, or on its merge result, whose commit is another one.

    Of the latter only GitLab knows; it says ``mergeable`` only for the newest.
    """
    on_result = str(pipeline.get("ref") or "").startswith("refs/merge-requests/")
    return pipeline.get("sha") == item.get("sha") or (on_result and status_of(item) == "mergeable")


def _review(status: str, approvals: Json) -> Review:
    if status in _REFUSED:
        return "refused"
    missing = status == "not_approved" or int(approvals.get("approvals_left") or 0) > 0
    return "missing" if missing else "enough"


def _mergeable(item: Json, status: str) -> bool | None:
    if item.get("has_conflicts") is True or status in _CANNOT:
        return False
    return None if status in _UNKNOWN_YET else True


def _why(status: str, review: Review, *, passed: bool) -> str:
    if status != "mergeable":
        return words_for(status)
    if not passed:
        return words_for("ci_must_pass")
    return words_for("not_approved") if review == "missing" else ""
