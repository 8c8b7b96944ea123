"""Commit statuses and check runs: two worlds that know nothing of each other."""

from __future__ import annotations

from collections.abc import Collection

from imagebot.demo.github import bodies
from imagebot.demo.github.call import Call, Routes, page_of, reply
from imagebot.demo.github.records import CheckRun, Status
from imagebot.demo.github.refusals import Refused, not_found, too_long
from imagebot.demo.github.schema import mould
from imagebot.demo.http_server import Response


def _commit(call: Call) -> str:
    commit = call.hosted.commit_of(call.parameters["ref"])
    if commit is None:
        raise not_found()
    return commit


def _combined(call: Call) -> Response:
    """Without any status the state is ``pending``, which says nothing."""
    commit = _commit(call)
    newest = {each.context: each for each in call.hosted.statuses if each.commit == commit}
    state = _worst({each.state for each in newest.values()})
    shown, headers = page_of(call, list(newest.values()))
    url = f"{call.site.api}/repos/{call.hosted.name}/commits/{commit}"
    body = {
        "state": state,
        "sha": commit,
        "total_count": len(newest),
        "statuses": [_simple(each) for each in shown],
        "repository": bodies.repository(call.hosted, call.site, "minimal-repository"),
        "commit_url": url,
        "url": f"{url}/status",
    }
    return reply(200, body, headers)


def _worst(states: Collection[str]) -> str:
    if "failure" in states or "error" in states:
        return "failure"
    return "success" if states and "pending" not in states else "pending"


def _simple(status: Status) -> bodies.Body:
    body: bodies.Body = mould("simple-commit-status")
    return body | _status(status)


def _status(status: Status) -> bodies.Body:
    return {
        "id": status.id,
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.url or None,
        "created_at": status.at,
        "updated_at": status.at,
    }


def _create(call: Call) -> Response:
    content, commit = call.content, call.parameters["sha"]
    if call.hosted.commit_of(commit) is None:
        raise Refused(422, f"No commit found for SHA: {commit}")
    description = str(content.get("description") or "")
    too_long("Status", "description", description, 140)
    made = Status(
        call.hosted.next_id(),
        commit,
        str(content.get("context") or "default"),
        content["state"],
        description,
        str(content.get("target_url") or ""),
        call.actor.login,
        call.hosted.now(),
    )
    call.hosted.statuses.append(made)
    call.hosted.sync()
    body: bodies.Body = mould("status")
    return reply(201, body | _status(made) | {"creator": bodies.user(made.author)})


def _runs(call: Call) -> Response:
    commit, name = _commit(call), call.request.one("check_name")
    newest = {each.name: each for each in call.hosted.check_runs if each.commit == commit}
    found = [each for each in newest.values() if name in {"", each.name}]
    shown, headers = page_of(call, found)
    return reply(
        200, {"total_count": len(found), "check_runs": [_run(call, each) for each in shown]}, headers
    )


def _run(call: Call, run: CheckRun) -> bodies.Body:
    body: bodies.Body = mould("check-run")
    return body | {
        "id": run.id,
        "head_sha": run.commit,
        "name": run.name,
        "status": "completed" if run.conclusion else "in_progress",
        "conclusion": run.conclusion,
        "started_at": run.at,
        "completed_at": run.at if run.conclusion else None,
        "html_url": f"{call.hosted.page}/runs/{run.id}",
        "check_suite": {"id": run.id},
    }


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}/commits/{ref}/status": _combined,
    "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": _runs,
    "POST /repos/{owner}/{repo}/statuses/{sha}": _create,
}
