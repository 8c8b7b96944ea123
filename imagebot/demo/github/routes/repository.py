"""The repository itself, who asks, and the rate limit."""

from __future__ import annotations

from dataclasses import asdict

from imagebot.demo.github import bodies
from imagebot.demo.github.call import Call, Routes, reply
from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.schema import mould
from imagebot.demo.http_server import Response


def _repository(call: Call) -> Response:
    hosted = call.hosted
    login = call.actor.login
    rights = {"admin": "admin", "maintain": "admin", "push": "write", "triage": "triage", "pull": "read"}
    permissions = {name: hosted.may(login, wanted) for name, wanted in rights.items()}  # type: ignore[arg-type] # literals above
    body = bodies.repository(hosted, call.site) | asdict(hosted.settings)
    del body["drafts"]
    if not permissions["push"]:  # merge settings are for those who may push
        body = {name: value for name, value in body.items() if not name.startswith(("allow_", "delete_"))}
        body["allow_forking"] = False
    return reply(200, body | {"permissions": permissions})


def _user(call: Call) -> Response:
    if call.actor.installation:
        raise Refused(403, "Resource not accessible by integration")
    return reply(200, mould("private-user") | bodies.user(call.actor.login))


def _rate_limit(call: Call) -> Response:
    whole = {"limit": 5000, "remaining": 4999, "reset": int(call.site.clock().timestamp()) + 3600, "used": 1}
    return reply(200, {"resources": {"core": whole, "search": whole, "graphql": whole}, "rate": whole})


ROUTES: Routes = {
    "GET /repos/{owner}/{repo}": _repository,
    "GET /user": _user,
    "GET /rate_limit": _rate_limit,
}
