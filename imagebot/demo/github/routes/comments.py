"""Comments and reactions to them."""

from __future__ import annotations

from imagebot.demo.github import bodies, threads
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.records import Comment
from imagebot.demo.github.refusals import not_found
from imagebot.demo.http_server import Response


def _found(call: Call) -> Comment:
    wanted = int(call.parameters["comment_id"])
    for comment in call.hosted.comments:
        if comment.id == wanted:
            return comment
    raise not_found()


def _create(call: Call) -> Response:
    body = str(call.content.get("body") or "")
    made = threads.comment(call.hosted, call.thread, call.actor.login, body)
    return reply(201, bodies.comment(call.hosted, made, call.site))


def _of_thread(call: Call) -> Response:
    number, since = call.thread.number, call.request.one("since")
    found = [each for each in call.hosted.comments if each.number == number and each.updated_at >= since]
    return paged(call, found, lambda comment: bodies.comment(call.hosted, comment, call.site))


def _of_repository(call: Call) -> Response:
    """``direction`` counts only beside ``sort``; the oldest come first unless asked."""
    request = call.request
    found = [each for each in call.hosted.comments if each.updated_at >= request.one("since")]
    if sort := request.one("sort"):
        found.sort(
            key=lambda each: (each.updated_at if sort == "updated" else each.created_at, each.id),
            reverse=request.one("direction", "desc") == "desc",
        )
    return paged(call, found, lambda comment: bodies.comment(call.hosted, comment, call.site))


def _get(call: Call) -> Response:
    return reply(200, bodies.comment(call.hosted, _found(call), call.site))


def _edit(call: Call) -> Response:
    comment, body = _found(call), str(call.content["body"])
    threads.check_comment(body)
    comment.body, comment.updated_at = body, call.hosted.now()
    return _get(call)


def _react(call: Call) -> Response:
    content, login = str(call.content["content"]), call.actor.login
    new = threads.react(_found(call), login, content)
    return reply(201 if new else 200, _reaction(call, content, login))


def _reactions(call: Call) -> Response:
    pairs = [(content, login) for content, logins in _found(call).reactions.items() for login in logins]
    return paged(call, pairs, lambda pair: _reaction(call, *pair))


def _reaction(call: Call, content: str, login: str) -> bodies.Body:
    known = {"id": bodies.identity(f"{content} {login}"), "node_id": "", "created_at": call.hosted.now()}
    return known | {"content": content, "user": bodies.user(login)}


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": _of_thread,
    "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": _create,
    "GET /repos/{owner}/{repo}/issues/comments": _of_repository,
    "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": _get,
    "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": _edit,
    "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": _react,
    "GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": _reactions,
}
