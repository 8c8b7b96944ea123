"""Pull requests."""

from __future__ import annotations

from imagebot.demo.github import bodies, commits
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.checks import mergeable_state
from imagebot.demo.github.merging import said
from imagebot.demo.github.records import PullRequest
from imagebot.demo.http_server import Response

_SAID = ("commit_title", "commit_message")


def _list(call: Call) -> Response:
    """GitHub's filters, with their trap: ``head`` without an owner filters nothing."""
    found = [pull for pull in call.hosted.pulls.values() if _wanted(call, pull)]
    sort = call.request.one("sort", "created")
    descending = call.request.one("direction", "desc" if sort == "created" else "asc") == "desc"
    found.sort(
        key=lambda pull: (pull.updated_at if sort == "updated" else pull.created_at, pull.number),
        reverse=descending,
    )
    return paged(call, found, lambda pull: bodies.pull_request(call.hosted, pull, call.site, whole=False))


def _wanted(call: Call, pull: PullRequest) -> bool:
    request = call.request
    if request.one("state", "open") not in {"all", pull.state}:
        return False
    owner, colon, branch = request.one("head").partition(":")
    if colon and (owner.lower(), branch) != (_owner(call, pull).lower(), pull.head):
        return False
    return request.one("base") in {"", pull.base}


def _owner(call: Call, pull: PullRequest) -> str:
    return pull.fork.partition("/")[0] or call.hosted.owner


def _whole(call: Call, pull: PullRequest, status: int = 200) -> Response:
    hosted = call.hosted
    mergeable = hosted.mergeable(pull)
    body = bodies.pull_request(hosted, pull, call.site) | {
        "merged": pull.merged_at is not None,
        "merged_by": bodies.nullable_user(pull.merged_by),
        "mergeable": mergeable,
        "mergeable_state": mergeable_state(hosted, pull, mergeable=mergeable),
        "commits": len(hosted.between(pull.base_sha, pull.head_sha)),
        "comments": sum(comment.number == pull.number for comment in hosted.comments),
    }
    return reply(status, body)


def _get(call: Call) -> Response:
    return _whole(call, call.pull)


def _create(call: Call) -> Response:
    content = call.content
    pull = call.hosted.open_pull(
        str(content["head"]).rpartition(":")[2],
        str(content["base"]),
        str(content.get("title") or ""),
        str(content.get("body") or ""),
        call.actor.login,
        draft=content.get("draft") is True,
    )
    return _whole(call, pull, 201)


def _edit(call: Call) -> Response:
    call.hosted.edit_pull(call.pull, call.content, call.actor.login)
    return _whole(call, call.pull)


def _merge(call: Call) -> Response:
    content = call.content
    sha = call.hosted.merge(
        call.pull,
        content.get("sha"),
        call.actor.login,
        content.get("merge_method") or "merge",
        said(*map(content.get, _SAID)),
    )
    return reply(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def _commits(call: Call) -> Response:
    hosted, pull = call.hosted, call.pull
    found = hosted.between(pull.base_sha, pull.head_sha)
    return paged(call, found, lambda sha: commits.commit(hosted, sha, call.site))


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/pulls": _list,
    "POST /repos/{owner}/{repo}/pulls": _create,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}": _get,
    "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": _edit,
    "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge": _merge,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits": _commits,
}
