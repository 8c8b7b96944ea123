"""What the stand-in keeps, in the JSON forms of Gitea."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

from tests.forges.gitea.hosted import FORK
from tests.forges.gitea.records import Account, Comment, Issue, Label, Pull, Review, now

if TYPE_CHECKING:
    from tests.forges.gitea.hosted import Hosted

Json = dict[str, Any]


def user(login: str) -> Json:
    return {
        "id": crc32(login.encode()),
        "login": login,
        "full_name": "",
        "email": f"{login}@noreply.localhost",
    }


def repository(hosted: Hosted, site: str, account: Account) -> Json:
    owner, _, name = hosted.name.partition("/")
    permissions = {"admin": account.is_admin, "push": account.may_write, "pull": account.may_read}
    return {
        "id": 1,
        "owner": user(owner),
        "name": name,
        "full_name": hosted.name,
        "default_branch": hosted.default_branch,
        "archived": hosted.archived,
        "has_issues": True,
        "has_pull_requests": True,
        "allow_merge_commits": True,
        "allow_squash_merge": True,
        "allow_rebase": True,
        "default_merge_style": "merge",
        "html_url": f"{site}/{hosted.name}",
        "clone_url": f"{site}/{hosted.name}.git",
        "permissions": permissions,
    }


def label(each: Label) -> Json:
    return {"id": each.id, "name": each.name, "color": each.color, "exclusive": False, "description": ""}


def milestone(number: int, title: str) -> Json:
    return {"id": number, "title": title, "state": "open", "open_issues": 0, "closed_issues": 0}


def issue(hosted: Hosted, each: Issue, site: str) -> Json:
    known = {**hosted.labels, **hosted.organisation_labels}
    kind = "pulls" if isinstance(each, Pull) else "issues"
    return {
        "id": each.number + 500,
        "number": each.number,
        "title": each.title,
        "body": each.body,
        "state": each.state,
        "user": user(each.author),
        "labels": [label(known[number]) for number in each.labels],
        "assignees": [user(login) for login in each.assignees] or None,
        "assignee": user(each.assignees[0]) if each.assignees else None,
        "milestone": milestone(each.milestone, hosted.milestones[each.milestone]) if each.milestone else None,
        "comments": sum(comment.number == each.number for comment in hosted.comments.values()),
        "created_at": each.created,
        "updated_at": each.updated,
        "closed_at": each.closed,
        "html_url": f"{site}/{hosted.name}/{kind}/{each.number}",
    }


def pull(hosted: Hosted, each: Pull, site: str, tips: Mapping[str, str]) -> Json:
    """A pull request; the ``ref`` of a head that is gone names no branch, its ``label`` always does."""
    there = each.repo_id == FORK or each.head in tips
    head = {
        "label": each.head,
        "ref": each.head if there else f"refs/pull/{each.number}/head",
        "sha": each.head_sha,
        "repo_id": each.repo_id,
        "repo": None,
    }
    return {
        **issue(hosted, each, site),
        "url": f"{site}/{hosted.name}/pulls/{each.number}",
        "draft": each.draft,
        "merged": each.merged,
        "merged_at": each.closed if each.merged else None,
        "mergeable": each.open and hosted.mergeable(each),
        "head": head,
        "base": {"label": each.base, "ref": each.base, "sha": tips.get(each.base, ""), "repo_id": 1},
        "requested_reviewers": [user(login) for login in each.reviewers] or None,
        "requested_reviewers_teams": [{"id": 7, "name": name} for name in each.teams] or None,
    }


def review(each: Review, number: int) -> Json:
    return {
        "id": number,
        "user": user(each.author),
        "state": each.state,
        "official": each.official,
        "dismissed": False,
        "stale": False,
        "submitted_at": now(),
    }


def comment(hosted: Hosted, each: Comment, site: str) -> Json:
    page = f"{site}/{hosted.name}"
    on_pull = isinstance(hosted.issues[each.number], Pull)
    return {
        "id": each.id,
        "body": each.body,
        "user": user(each.author),
        "created_at": each.created,
        "updated_at": each.created,
        "html_url": f"{page}/issues/{each.number}#issuecomment-{each.id}",
        "pull_request_url": f"{page}/pulls/{each.number}" if on_pull else "",
        "issue_url": "" if on_pull else f"{page}/issues/{each.number}",
    }


def combined(statuses: Mapping[str, str], commit: str) -> Json:
    """All checks of a commit; without one there is no list, and a state all the same."""
    listed = [
        {"id": number, "context": name, "status": state}
        for number, (name, state) in enumerate(statuses.items())
    ]
    worst = next((state for state in ("failure", "pending") if state in statuses.values()), "success")
    return {
        "state": worst if listed else "pending",
        "sha": commit,
        "total_count": len(listed),
        "statuses": listed or None,
    }
