"""Response bodies: emptiest values of GitHub's own schemas, overlaid with state."""

from __future__ import annotations

import hashlib
from typing import Any

from imagebot.demo.github.records import Comment, Issue, Label, Milestone, PullRequest, Review, ReviewRequest
from imagebot.demo.github.schema import mould
from imagebot.demo.github.site import Site
from imagebot.demo.github.state import HostedRepository

Body = dict[str, Any]
_BOT = "[bot]"


def identity(login: str) -> int:
    """A number for a login that is always the same."""
    return int.from_bytes(hashlib.sha256(login.encode()).digest()[:3])


def node_id(hosted: HostedRepository, kind: str = "R", number: int = 0) -> str:
    """The id of something in GraphQL."""
    return f"{kind}_{hosted.id}_{number}"


def user(login: str) -> Body:
    """A user as it stands inside other bodies."""
    body: Body = mould("simple-user")
    kind = "Bot" if login.endswith(_BOT) else "User"
    return body | {"login": login, "id": identity(login), "type": kind}


def nullable_user(login: str) -> Body | None:
    """A user, if there is one."""
    return user(login) if login else None


def repository(hosted: HostedRepository, site: Site, kind: str = "full-repository") -> Body:
    """A repository: whole, or as it stands inside other bodies."""
    body: Body = mould(kind)
    settings = hosted.settings
    return body | {
        "id": hosted.id,
        "node_id": node_id(hosted),
        "name": hosted.name.partition("/")[2],
        "full_name": hosted.name,
        "owner": user(hosted.owner),
        "default_branch": hosted.default_branch,
        "clone_url": hosted.clone_url,
        "html_url": hosted.page,
        "url": f"{site.api}/repos/{hosted.name}",
        "private": settings.private,
        "visibility": "private" if settings.private else "public",
        "archived": settings.archived,
        "has_issues": settings.has_issues,
    }


def pull_request(hosted: HostedRepository, pull: PullRequest, site: Site, *, whole: bool = True) -> Body:
    """A pull request: as in a list, or whole."""
    body: Body = mould("pull-request" if whole else "pull-request-simple")
    body |= _thread(hosted, pull, site) | {
        "node_id": node_id(hosted, "PR", pull.number),
        "url": f"{site.api}/repos/{hosted.name}/pulls/{pull.number}",
        "issue_url": f"{site.api}/repos/{hosted.name}/issues/{pull.number}",
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_sha,
        "draft": pull.draft,
        "requested_reviewers": [user(login) for login in pull.reviewers],
        "requested_teams": [team(name) for name in pull.teams],
        "auto_merge": _auto_merge(pull),
        "head": _side(hosted, pull.head, pull.head_sha, site) | _of_fork(hosted, pull, site),
        "base": _side(hosted, pull.base, pull.base_sha, site),
    }
    return body


def _auto_merge(pull: PullRequest) -> Body | None:
    if pull.auto_merge is None:
        return None
    texts = {"commit_title": pull.title, "commit_message": ""}
    return {"enabled_by": user(pull.auto_merge.by), "merge_method": pull.auto_merge.method, **texts}


def _thread(hosted: HostedRepository, thread: Issue, site: Site) -> Body:
    """What issues and pull requests share."""
    return {
        "id": hosted.id * 10000 + thread.number,
        "number": thread.number,
        "state": thread.state,
        "title": thread.title,
        "body": thread.body,
        "user": user(thread.author),
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
        "closed_at": thread.closed_at,
        "html_url": thread.html_url,
        "comments_url": f"{site.api}/repos/{hosted.name}/issues/{thread.number}/comments",
        "labels": [label(hosted.labels[name.lower()], site) for name in thread.labels],
        "assignees": [user(login) for login in thread.assignees],
        "assignee": user(thread.assignees[0]) if thread.assignees else None,
        "milestone": milestone(hosted.milestones[thread.milestone]) if thread.milestone else None,
        "author_association": "MEMBER",
    }


def _side(hosted: HostedRepository, branch: str, sha: str, site: Site) -> Body:
    return {
        "label": f"{hosted.owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": user(hosted.owner),
        "repo": repository(hosted, site, "repository"),
    }


def _of_fork(hosted: HostedRepository, pull: PullRequest, site: Site) -> Body:
    """What is different of a head in a fork."""
    if not pull.fork:
        return {}
    owner = pull.fork.partition("/")[0]
    repo = repository(hosted, site, "repository") | {
        "full_name": pull.fork,
        "owner": user(owner),
        "fork": True,
    }
    return {"label": f"{owner}:{pull.head}", "user": user(owner), "repo": repo}


def review_request(request: ReviewRequest, site: Site) -> Body:
    """The event of asking somebody for a review."""
    asked: Body = (
        {"requested_team": team(request.name)}
        if "/" in request.name
        else {"requested_reviewer": user(request.name)}
    )
    return asked | {
        "id": request.id,
        "node_id": f"RRE_{request.id}",
        "url": f"{site.api}/events/{request.id}",
        "actor": user(request.by),
        "review_requester": user(request.by),
        "event": "review_requested",
        "commit_id": None,
        "commit_url": None,
        "created_at": request.at,
        "performed_via_github_app": None,
    }


def issue(hosted: HostedRepository, thread: Issue, site: Site) -> Body:
    """An issue; a pull request is one too, and says so."""
    body: Body = mould("issue")
    url = f"{site.api}/repos/{hosted.name}"
    comments = sum(comment.number == thread.number for comment in hosted.comments)
    body |= _thread(hosted, thread, site) | {
        "node_id": node_id(hosted, "I", thread.number),
        "url": f"{url}/issues/{thread.number}",
        "repository_url": url,
        "comments": comments,
        "closed_by": None if thread.open else nullable_user(thread.closed_by),
    }
    if isinstance(thread, PullRequest):
        pull_url = f"{url}/pulls/{thread.number}"
        own = {"url": pull_url, "html_url": thread.html_url, "merged_at": thread.merged_at}
        body["pull_request"] = own | dict.fromkeys(("diff_url", "patch_url"), thread.html_url)
    return body


def comment(hosted: HostedRepository, found: Comment, site: Site) -> Body:
    """A comment, with the count of its reactions."""
    body: Body = mould("issue-comment")
    url = f"{site.api}/repos/{hosted.name}/issues/comments/{found.id}"
    thread = hosted.thread(found.number)
    counts = {name: len(logins) for name, logins in found.reactions.items()}
    return body | {
        "id": found.id,
        "url": url,
        "html_url": f"{thread.html_url if thread else hosted.page}#issuecomment-{found.id}",
        "issue_url": f"{site.api}/repos/{hosted.name}/issues/{found.number}",
        "body": found.body,
        "user": user(found.author),
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "author_association": "MEMBER" if hosted.may(found.author, "write") else "NONE",
        "reactions": mould("reaction-rollup") | {"url": f"{url}/reactions"} | counts,
    }


def review(pull: PullRequest, found: Review) -> Body:
    """A review."""
    body: Body = mould("pull-request-review")
    return body | {
        "id": found.id,
        "user": user(found.author),
        "state": found.state,
        "body": found.body,
        "commit_id": found.commit,
        "submitted_at": found.at,
        "html_url": f"{pull.html_url}#pullrequestreview-{found.id}",
        "author_association": "MEMBER",
    }


def label(found: Label, site: Site) -> Body:
    """A label."""
    body: Body = mould("label")
    known = {"id": found.id, "name": found.name, "color": found.color, "description": found.description}
    return body | known | {"url": f"{site.url}/labels"}


def milestone(found: Milestone) -> Body:
    """A milestone."""
    body: Body = mould("milestone")
    return body | {"number": found.number, "title": found.title, "state": found.state, "creator": None}


def team(name: str) -> Body:
    """A team inside a pull request."""
    body: Body = mould("team")
    slug = name.rpartition("/")[2]
    return body | {"id": identity(name), "name": slug, "slug": slug, "permission": "push", "parent": None}
