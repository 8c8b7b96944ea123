"""Issues, and the half of a pull request that is one."""

from __future__ import annotations

from imagebot.demo.github import bodies, threads
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.records import Issue
from imagebot.demo.github.refusals import Refused
from imagebot.demo.http_server import Response


def _list(call: Call) -> Response:
    """Pull requests are in the list of issues too."""
    _refuse_disabled(call)
    hosted, request = call.hosted, call.request
    found = [thread for thread in (*hosted.pulls.values(), *hosted.issues.values()) if _wanted(call, thread)]
    by_update = request.one("sort") == "updated"
    found.sort(
        key=lambda thread: (thread.updated_at if by_update else thread.created_at, thread.number),
        reverse=request.one("direction", "desc") == "desc",
    )
    return paged(call, found, lambda thread: bodies.issue(hosted, thread, call.site))


def _wanted(call: Call, thread: Issue) -> bool:
    request = call.request
    labels = {name.lower() for name in request.one("labels").split(",") if name}
    return (
        request.one("state", "open") in {"all", thread.state}
        and request.one("creator", thread.author).lower() == thread.author.lower()
        and labels <= {name.lower() for name in thread.labels}
        and thread.updated_at >= request.one("since")
    )


def _refuse_disabled(call: Call) -> None:
    if not call.hosted.settings.has_issues:
        raise Refused(410, "Issues has been disabled in this repository.")


def _create(call: Call) -> Response:
    _refuse_disabled(call)
    hosted, content = call.hosted, call.content
    title, body = str(content.get("title") or ""), str(content.get("body") or "")
    issue = threads.open_issue(hosted, title, body, call.actor.login)
    if hosted.may(call.actor.login, "triage"):  # else GitHub drops them without a word
        threads.add_labels(hosted, issue, content.get("labels") or ())
        issue.assignees = [login for login in call.texts("assignees") if hosted.may(login, "read")]
    return reply(201, bodies.issue(hosted, issue, call.site))


def _get(call: Call) -> Response:
    return reply(200, bodies.issue(call.hosted, call.thread, call.site))


def _edit(call: Call) -> Response:
    threads.edit(call.hosted, call.thread, call.content, call.actor.login)
    return _get(call)


def _assign(call: Call) -> Response:
    """Names that nobody has are dropped without a word."""
    thread = call.thread
    known = [login for login in call.texts("assignees") if call.hosted.may(login, "read")]
    thread.assignees = list(dict.fromkeys([*thread.assignees, *known]))
    return reply(201, bodies.issue(call.hosted, thread, call.site))


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/issues": _list,
    "POST /repos/{owner}/{repo}/issues": _create,
    "GET /repos/{owner}/{repo}/issues/{issue_number}": _get,
    "PATCH /repos/{owner}/{repo}/issues/{issue_number}": _edit,
    "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees": _assign,
}
