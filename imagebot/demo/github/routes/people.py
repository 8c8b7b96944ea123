"""Reviewers, their reviews, and what people may do."""

from __future__ import annotations

from imagebot.demo.github import bodies
from imagebot.demo.github.call import Call, Routes, paged, reply
from imagebot.demo.github.records import PullRequest, ReviewRequest
from imagebot.demo.github.refusals import Refused
from imagebot.demo.http_server import Response


def _request(call: Call) -> Response:
    """One bad name fails all of them."""
    pull, logins, teams = call.pull, call.texts("reviewers"), call.texts("team_reviewers")
    if pull.author in logins:
        raise Refused(422, "Review cannot be requested from pull request author.")
    known = call.site.accounts.teams
    for kind, unknown in (
        ("users or teams", [login for login in logins if not call.hosted.may(login, "read")]),
        ("teams", [team for team in teams if f"{call.hosted.owner}/{team}" not in known]),
    ):
        if unknown:
            raise Refused(
                422,
                "Reviews may only be requested from collaborators. One or more of the "
                f"{kind} you specified is not a collaborator of the {call.hosted.name} repository.",
            )
    named = [f"{call.hosted.owner}/{team}" for team in teams]
    pull.requests += [
        _asked(call, name) for name in [*logins, *named] if name not in [*pull.reviewers, *pull.teams]
    ]
    pull.reviewers = list(dict.fromkeys([*pull.reviewers, *logins]))
    pull.teams = list(dict.fromkeys([*pull.teams, *named]))
    return reply(201, bodies.pull_request(call.hosted, pull, call.site, whole=False))


def _asked(call: Call, name: str) -> ReviewRequest:
    return ReviewRequest(call.hosted.next_id(), call.actor.login, name, call.hosted.now())


def _events(call: Call) -> Response:
    """What happened to an issue or pull request: only requests for reviews are kept here."""
    thread = call.thread
    requests = thread.requests if isinstance(thread, PullRequest) else []
    return paged(call, requests, lambda request: bodies.review_request(request, call.site))


def _withdraw(call: Call) -> Response:
    pull, logins, teams = call.pull, call.texts("reviewers"), call.texts("team_reviewers")
    pull.reviewers = [login for login in pull.reviewers if login not in logins]
    pull.teams = [team for team in pull.teams if team.rpartition("/")[2] not in teams]
    return reply(200, bodies.pull_request(call.hosted, pull, call.site, whole=False))


def _reviews(call: Call) -> Response:
    return paged(call, call.pull.reviews, lambda review: bodies.review(call.pull, review))


def _permission(call: Call) -> Response:
    login = call.parameters["username"]
    if login not in call.site.accounts.permissions:
        raise Refused(404, f"{login} is not a user")
    role = call.hosted.permission(login)
    permission = "read" if role == "triage" else role  # the four old names; the role stands beside
    user = bodies.user(login) | {"role_name": role}
    return reply(200, {"permission": permission, "role_name": role, "user": user})


ROUTES: Routes = {
    "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": _request,
    "DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": _withdraw,
    "GET /repos/{owner}/{repo}/issues/{issue_number}/events": _events,
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews": _reviews,
    "GET /repos/{owner}/{repo}/collaborators/{username}/permission": _permission,
}
