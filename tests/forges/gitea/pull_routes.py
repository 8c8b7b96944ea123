"""Pull requests of the stand-in."""

from __future__ import annotations

from imagebot.demo.http_server import Response
from tests.forges.gitea import bodies
from tests.forges.gitea.calls import Call, Route, reply, route
from tests.forges.gitea.records import Pull, Refused, now


def _pull(call: Call) -> Pull:
    call.hosted.sync()
    found = call.hosted.pulls.get(call.number())
    if found is None:
        raise Refused(404)
    return found


def _shown(call: Call, pull: Pull, status: int) -> Response:
    return reply(status, bodies.pull(call.hosted, pull, call.site, call.hosted.tips()))


def listed(call: Call) -> Response:
    """Pull requests in a state; there is no filter by head branch."""
    call.hosted.sync()
    state = call.request.one("state", "open")
    found = [pull for pull in call.hosted.pulls.values() if state in {"all", pull.state}]
    recent = call.request.one("sort") == "recentupdate"
    found.sort(key=lambda pull: (pull.updated if recent else pull.created, pull.number), reverse=True)
    tips = call.hosted.tips()
    return call.paged(found, lambda pull: bodies.pull(call.hosted, pull, call.site, tips))


def created(call: Call) -> Response:
    """Readers may propose too: only the token's scope stops them."""
    content = call.content
    pull = call.hosted.open_pull(
        content["head"], content["base"], content["title"], content.get("body") or "", call.account.login
    )
    return _shown(call, pull, 201)


def read(call: Call) -> Response:
    return _shown(call, _pull(call), 200)


def edited(call: Call) -> Response:
    """Change what is named; 201, although nothing is created."""
    pull, content = _pull(call), call.content
    if pull.author != call.account.login:
        call.must_write()
    for login in content.get("assignees") or ():
        if login not in call.hosted.assignable:
            raise Refused(
                422, f"Assignee does not exist: [name: user does not exist [uid: 0, name: {login}]]"
            )
    if "milestone" in content and content["milestone"] not in call.hosted.milestones:
        raise Refused(500, "GetMilestoneByRepoID: milestone does not exist")
    if content.get("state") and pull.merged:
        raise Refused(412, "cannot change state of this pull request, it was already merged")
    pull.title = content.get("title") or pull.title
    pull.body = content.get("body", pull.body)
    pull.assignees = content.get("assignees", pull.assignees)
    pull.milestone = content.get("milestone", pull.milestone)
    pull.updated = now()
    if content.get("state") == "closed":
        pull.close()
    elif content.get("state") == "open":
        pull.reopen()
    return _shown(call, pull, 201)


def merged(call: Call) -> Response:
    pull, content = _pull(call), call.content
    call.must_write()
    method = content.get("Do") or content.get("do") or ""
    if method not in {"merge", "squash", "rebase", "rebase-merge"}:
        raise Refused(422, "[Do]: In")
    title, body = (
        content.get(new) or content.get(old) or ""
        for new, old in (
            ("merge_title_field", "MergeTitleField"),
            ("merge_message_field", "MergeMessageField"),
        )
    )
    message = f"{title}\n\n{body}".strip()
    call.hosted.merge_pull(pull, method, content.get("head_commit_id", ""), call.account.login, message)
    return reply(200)


def reviews(call: Call) -> Response:
    pull = _pull(call)
    return call.paged([bodies.review(each, number) for number, each in enumerate(pull.reviews, 1)])


def asked(call: Call) -> Response:
    """One name that cannot be asked fails them all."""
    pull, content = _pull(call), call.content
    call.must_write()
    for login in content.get("reviewers") or ():
        if login not in call.hosted.readers:
            raise Refused(422, f"Reviewer can't be added: no read permission [{login}]")
        if login == pull.author:
            raise Refused(422, "poster of pr can't be reviewer")
    for team in content.get("team_reviewers") or ():
        if team not in call.hosted.teams:
            raise Refused(404, f"team does not exist [name: {team}]")
    pull.reviewers += [login for login in content.get("reviewers") or () if login not in pull.reviewers]
    pull.teams += [team for team in content.get("team_reviewers") or () if team not in pull.teams]
    return reply(201, [])


ROUTES: tuple[Route, ...] = (
    route("GET", "/pulls", listed),
    route("POST", "/pulls", created),
    route("GET", "/pulls/{n}", read),
    route("PATCH", "/pulls/{n}", edited),
    route("POST", "/pulls/{n}/merge", merged),
    route("GET", "/pulls/{n}/reviews", reviews),
    route("POST", "/pulls/{n}/requested_reviewers", asked),
)
