"""Response bodies: emptiest values of GitHub's own schemas, overlaid with state."""

from __future__ import annotations

from typing import Any

from imagebot.demo.github.schema import mould
from imagebot.demo.github.state import HostedRepository, PullRequest

Body = dict[str, Any]


def repository(hosted: HostedRepository, base: str) -> Body:
    """A whole repository."""
    body: Body = mould("full-repository")
    owner, _, name = hosted.name.partition("/")
    return body | {
        "id": 1,
        "name": name,
        "full_name": hosted.name,
        "owner": user(owner),
        "default_branch": hosted.default_branch,
        "clone_url": hosted.clone_url,
        "html_url": f"{base}/{hosted.name}",
        "url": f"{base}/api/v3/repos/{hosted.name}",
        "private": True,
    }


def user(login: str) -> Body:
    """A user as it stands inside other bodies."""
    body: Body = mould("simple-user")
    return body | {"login": login, "id": sum(login.encode()), "type": "User"}


def pull_request(hosted: HostedRepository, pull: PullRequest, base: str, *, whole: bool) -> Body:
    """A pull request: as in a list, or whole."""
    body: Body = mould("pull-request" if whole else "pull-request-simple")
    url = f"{base}/api/v3/repos/{hosted.name}/pulls/{pull.number}"
    body |= {
        "id": pull.number,
        "number": pull.number,
        "state": pull.state,
        "title": pull.title,
        "body": pull.body,
        "user": user(pull.author),
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_sha,
        "url": url,
        "html_url": pull.html_url,
        "head": _side(hosted, pull.head, pull.head_sha, base),
        "base": _side(hosted, pull.base, pull.base_sha, base),
    }
    if whole:
        body |= {
            "merged": pull.merged_at is not None,
            "mergeable": None,
            "mergeable_state": "unknown",
        }
    return body


def _side(hosted: HostedRepository, branch: str, sha: str, base: str) -> Body:
    owner = hosted.name.partition("/")[0]
    repo = mould("repository") | {
        k: v for k, v in repository(hosted, base).items() if k in mould("repository")
    }
    return {
        "label": f"{owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": user(owner),
        "repo": repo,
    }
