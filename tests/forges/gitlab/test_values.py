"""GitLab's answers as values: what may be missing, and what it is called by age."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from imagebot.forges.gitlab import values

MERGE_REQUEST: dict[str, Any] = {
    "iid": 7,
    "web_url": "https://gitlab.example.com/a/b/c/-/merge_requests/7",
    "source_branch": "imagebot/staging/web",
    "target_branch": "main",
    "source_project_id": 1,
    "target_project_id": 1,
    "title": "Title",
    "description": "Body",
    "state": "opened",
    "author": {"username": "imagebot"},
    "created_at": "2026-01-02T03:04:05.678Z",
}


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        pytest.param({"description": None}, "body", "", id="no-description"),
        pytest.param({"author": None}, "author", "", id="the-account-is-gone"),
        pytest.param({"sha": None}, "head", "", id="the-branch-is-gone"),
        pytest.param({"labels": None}, "labels", (), id="no-labels"),
        pytest.param({"state": "locked"}, "open", True, id="is-being-merged"),
        pytest.param({"state": "closed"}, "open", False, id="closed"),
        pytest.param({"state": "merged"}, "merged", True, id="merged"),
        pytest.param({"draft": True, "title": "Draft: T"}, "title", "T", id="draft"),
        pytest.param({"work_in_progress": True, "title": "Draft: T"}, "draft", True, id="its-older-name"),
        pytest.param({"title": "Draft: T"}, "title", "Draft: T", id="not-said-to-be-a-draft"),
        pytest.param(
            {"state": "merged", "merged_at": "2026-01-02T03:04:05+01:00", "closed_at": None},
            "closed",
            datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC),
            id="merged-is-when-it-was-closed",
        ),
        pytest.param(
            {"created_at": "2026-01-02T03:04:05"},
            "created",
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            id="no-zone",
        ),
    ],
)
def test_merge_requests(fields: dict[str, object], name: str, value: object) -> None:
    assert getattr(values.pull_request(MERGE_REQUEST | fields), name) == value


def test_a_fork_that_is_gone_is_not_ours() -> None:
    assert values.is_own(MERGE_REQUEST) is True
    assert values.is_own(MERGE_REQUEST | {"source_project_id": None}) is False


def test_nobody_is_imagebot_where_the_token_does_not_tell() -> None:
    note = {"id": 1, "body": "Hello", "author": None, "created_at": "2026-01-02T03:04:05Z"}

    assert values.comment(note, 7, "").own is False
    assert values.comment(note, 7, "imagebot").own is False


@pytest.mark.parametrize("missing", ["iid", "web_url", "source_branch", "title", "state", "description"])
def test_what_must_be_there(missing: str) -> None:
    fields = {name: value for name, value in MERGE_REQUEST.items() if name != missing}

    with pytest.raises(KeyError):
        values.pull_request(fields)
