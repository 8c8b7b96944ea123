"""What GitLab's statuses mean for merging."""

from __future__ import annotations

from typing import Any

import pytest

from imagebot.forges.gitlab.readiness import checks_of, pipeline_runs, readiness

HEAD, OLD = "a" * 40, "b" * 40
RESULT = "refs/merge-requests/1/merge"


def item(status: str, **fields: object) -> dict[str, Any]:
    """A merge request with a status."""
    return {"detailed_merge_status": status, "sha": HEAD, "has_conflicts": False, **fields}


def pipeline(status: str, sha: str = HEAD, ref: str = "imagebot/x") -> dict[str, Any]:
    """A pipeline as the newest one."""
    return {"head_pipeline": {"id": 1, "status": status, "sha": sha, "ref": ref}}


@pytest.mark.parametrize(
    ("status", "mergeable", "required", "review", "why"),
    [
        pytest.param("mergeable", True, True, "enough", "", id="mergeable"),
        pytest.param("checking", None, True, "enough", "works out", id="checking"),
        pytest.param("unchecked", None, True, "enough", "works out", id="unchecked"),
        pytest.param("preparing", None, True, "enough", "preparing", id="preparing"),
        pytest.param("conflict", False, True, "enough", "conflicts", id="conflict"),
        pytest.param("need_rebase", False, True, "enough", "rebased", id="need-rebase"),
        pytest.param("ci_must_pass", True, False, "enough", "must succeed", id="ci-must-pass"),
        pytest.param("ci_still_running", True, False, "enough", "running", id="ci-running"),
        pytest.param("status_checks_must_pass", True, False, "enough", "external", id="external"),
        pytest.param("not_approved", True, True, "missing", "approval", id="not-approved"),
        pytest.param("requested_changes", True, True, "refused", "changes", id="changes-wanted"),
        pytest.param("draft_status", True, True, "enough", "draft", id="draft"),
        pytest.param("discussions_not_resolved", True, True, "enough", "discussion", id="discussion"),
        pytest.param("a_new_\x1b_word", True, True, "enough", "a new", id="one-that-is-not-known-yet"),
    ],
)
def test_statuses(status: str, mergeable: bool | None, required: bool, review: str, why: str) -> None:
    ready = readiness(item(status), {}, {}, "none")

    assert (ready.mergeable, ready.required_passed, ready.review) == (mergeable, required, review)
    assert why in ready.why
    assert bool(ready.why) is (status != "mergeable")
    assert "\x1b" not in ready.why


def test_a_missing_approval_shows_behind_another_status() -> None:
    ready = readiness(item("draft_status"), {"approvals_left": 1}, {}, "none")

    assert (ready.review, ready.why) == ("missing", "it is a draft")


def test_gitlab_before_detailed_statuses() -> None:
    old = {"merge_status": "can_be_merged", "sha": HEAD}

    assert readiness(old, {}, {}, "none").mergeable is True
    assert readiness({**old, "merge_status": "cannot_be_merged"}, {}, {}, "none").mergeable is False
    assert readiness({**old, "merge_status": "checking"}, {}, {}, "none").mergeable is None


@pytest.mark.parametrize(
    ("fields", "checks"),
    [
        pytest.param({"head_pipeline": None}, "none", id="no-pipeline"),
        pytest.param(pipeline("success"), "passed", id="success"),
        pytest.param(pipeline("failed"), "failed", id="failed"),
        pytest.param(pipeline("canceled"), "failed", id="canceled"),
        pytest.param(pipeline("skipped"), "none", id="skipped"),
        pytest.param(pipeline("manual"), "pending", id="waits-for-a-person"),
        pytest.param(pipeline("created"), "pending", id="created"),
        pytest.param(pipeline("success", sha=OLD), "pending", id="of-an-older-head"),
        pytest.param(pipeline("success", sha=OLD, ref=RESULT), "passed", id="of-the-merge-result"),
    ],
)
def test_checks(fields: dict[str, Any], checks: str) -> None:
    assert checks_of(item("mergeable", **fields), {}) == checks


def test_the_pipeline_of_an_older_merge_result_does_not_count() -> None:
    assert checks_of(item("checking", **pipeline("success", sha=OLD, ref=RESULT)), {}) == "pending"


def test_a_skipped_pipeline_counts_where_the_project_says_so() -> None:
    project = {"allow_merge_on_skipped_pipeline": True}

    assert checks_of(item("mergeable", **pipeline("skipped")), project) == "passed"


@pytest.mark.parametrize(
    ("fields", "runs"),
    [
        pytest.param(pipeline("running"), True, id="running"),
        pytest.param(pipeline("success"), False, id="over"),
        pytest.param(pipeline("running", sha=OLD), False, id="of-an-older-head"),
        pytest.param({"head_pipeline": None}, False, id="none"),
    ],
)
def test_whether_there_is_a_pipeline_to_wait_for(fields: dict[str, Any], runs: bool) -> None:
    assert pipeline_runs(item("mergeable", **fields)) is runs
