"""The stand-in's answers, with the fields that GitLab documents and imagebot may read."""

from __future__ import annotations

from typing import Any

from tests.forges.gitlab.rules import merge_status
from tests.forges.gitlab.state import Issue, MergeRequest, Note, Pipeline, Project, User

Body = dict[str, Any]


def user(person: User) -> Body:
    """A user as it stands inside other answers."""
    return {"id": person.id, "username": person.username, "name": person.username.title(), "state": "active"}


def project(one: Project, actor: User, base: str) -> Body:
    """https://docs.gitlab.com/api/projects/#get-a-single-project."""
    level = one.role(actor)
    access = {"access_level": level, "notification_level": 3} if level else None
    return {
        "id": one.id,
        "path_with_namespace": one.path,
        "default_branch": one.repository.default_branch,
        "web_url": f"{base}/{one.path}",
        "archived": one.archived,
        "issues_access_level": "enabled",
        "builds_access_level": "enabled",
        "merge_method": one.merge_method,
        "squash_option": one.squash_option,
        "only_allow_merge_if_pipeline_succeeds": one.only_allow_merge_if_pipeline_succeeds,
        "allow_merge_on_skipped_pipeline": None,
        "permissions": {"project_access": access, "group_access": None},
    }


def merge_request(one: Project, item: MergeRequest, base: str, *, whole: bool) -> Body:
    """https://docs.gitlab.com/api/merge_requests/: as in a list, which works no status out, or alone."""
    status = merge_status(one, item) if whole else "unchecked"
    body = {
        "id": 1000 + item.iid,
        "iid": item.iid,
        "project_id": one.id,
        "source_project_id": item.source_project_id,
        "target_project_id": one.id,
        "title": item.title,
        "description": item.description,
        "state": item.state,
        "draft": item.draft,
        "source_branch": item.source_branch,
        "target_branch": item.target_branch,
        "author": user(item.author),
        "reviewers": [user(each) for each in item.reviewers],
        "assignees": [user(each) for each in item.assignees],
        "labels": sorted(item.labels),
        "milestone": {"id": item.milestone.id, "title": item.milestone.title} if item.milestone else None,
        "sha": item.sha,
        "detailed_merge_status": status,
        "has_conflicts": status == "conflict",
        "merge_when_pipeline_succeeds": item.auto_merge,
        "merge_user": user(item.merge_user) if item.merge_user else None,
        "user_notes_count": sum(not each.system for each in item.notes),
        "created_at": item.created_at,
        "updated_at": item.updated_at,
        "closed_at": item.closed_at,
        "merged_at": item.merged_at,
        "web_url": f"{base}/{one.path}/-/merge_requests/{item.iid}",
    }
    return body | {"head_pipeline": pipeline(item.pipeline)} if whole else body


def pipeline(one: Pipeline | None) -> Body | None:
    """https://docs.gitlab.com/api/pipelines/."""
    return {"id": one.id, "sha": one.sha, "ref": one.ref, "status": one.status} if one else None


def note(one: Note) -> Body:
    """https://docs.gitlab.com/api/notes/."""
    return {
        "id": one.id,
        "body": one.body,
        "author": user(one.author),
        "system": one.system,
        "created_at": one.created_at,
    }


def issue(one: Project, item: Issue, base: str) -> Body:
    """https://docs.gitlab.com/api/issues/."""
    return {
        "id": 5000 + item.iid,
        "iid": item.iid,
        "title": item.title,
        "description": item.description,
        "state": item.state,
        "labels": item.labels,
        "author": user(item.author),
        "created_at": item.created_at,
        "web_url": f"{base}/{one.path}/-/issues/{item.iid}",
    }
