"""The repository itself, its people, branches and releases, in the stand-in."""

from __future__ import annotations

from imagebot.demo.http_server import Response
from tests.forges.gitea import bodies
from tests.forges.gitea.calls import Call, Route, reply, route
from tests.forges.gitea.records import Refused


def read(call: Call) -> Response:
    return reply(200, bodies.repository(call.hosted, call.site, call.account))


def permission(call: Call) -> Response:
    """What somebody may do: administrators are told of others, everybody of themselves."""
    login = call.parts["login"]
    if not call.account.is_admin and login.lower() != call.account.login:
        raise Refused(
            403,
            "Only admins can query all permissions, repo admins can query all repo permissions, "
            "collaborators can query only their own",
        )
    if login not in call.hosted.people:
        raise Refused(404, f"user does not exist [uid: 0, name: {login}]")
    level = call.hosted.people[login]
    return reply(200, {"permission": level, "role_name": level, "user": bodies.user(login)})


def branch(call: Call) -> Response:
    """A branch with its rules, for everybody who may read."""
    name, hosted = call.parts["branch"], call.hosted
    if hosted.tip(name) is None:
        raise Refused(404, f"branch does not exist [name: {name}]")
    ruled = name == hosted.default_branch
    return reply(
        200,
        {
            "name": name,
            "protected": ruled,
            "required_approvals": hosted.rules.approvals if ruled else 0,
            "enable_status_check": ruled and bool(hosted.rules.checks),
            "status_check_contexts": hosted.rules.checks if ruled else [],
            "user_can_push": call.account.may_write,
            "user_can_merge": call.account.may_write,
        },
    )


def status(call: Call) -> Response:
    commit = call.hosted.commit_of(call.parts["ref"])
    if commit is None:
        raise Refused(404)
    return reply(200, bodies.combined(call.hosted.statuses.get(commit, {}), commit))


def release(call: Call) -> Response:
    tag = call.parts["tag"]
    if tag not in call.hosted.releases:
        raise Refused(404)
    page = f"{call.site}/{call.hosted.name}/releases/tag/{tag}"
    content = {"id": 9, "tag_name": tag, "name": tag, "body": call.hosted.releases[tag], "html_url": page}
    return reply(200, {**content, "draft": False, "prerelease": False})


def compare(call: Call) -> Response:
    old, _, new = call.parts["between"].partition("...")
    base, head = call.hosted.commit_of(old), call.hosted.commit_of(new)
    if base is None or head is None:
        raise Refused(404)
    commits = call.hosted.between(base, head)
    listed = [{"sha": each, "commit": {"message": f"{call.hosted.message(each)}\n"}} for each in commits]
    return reply(200, {"total_commits": len(commits), "commits": listed})


ROUTES: tuple[Route, ...] = (
    route("GET", "", read),
    route("GET", "/collaborators/{login}/permission", permission),
    route("GET", "/branches/{branch*}", branch),
    route("GET", "/commits/{ref*}/status", status),
    route("GET", "/releases/tags/{tag*}", release),
    route("GET", "/compare/{between*}", compare),
)
