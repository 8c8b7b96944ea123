"""Issues, comments, labels and milestones of the stand-in."""

from __future__ import annotations

from imagebot.demo.http_server import Response
from tests.forges.gitea import bodies
from tests.forges.gitea.calls import Call, Route, reply, route
from tests.forges.gitea.records import Comment, Issue, Label, Pull, Refused, now

LABEL_LIMIT = 50


def _issue(call: Call) -> Issue:
    found = call.hosted.issues.get(call.number())
    if found is None:
        raise Refused(404)
    return found


def listed(call: Call) -> Response:
    """Issues, and with another ``type`` pull requests; the newest first."""
    kind, state = call.request.one("type"), call.request.one("state", "open")
    found = [
        issue
        for issue in reversed(call.hosted.issues.values())
        if state in {"all", issue.state}
        and call.request.one("created_by") in {"", issue.author}
        and (not kind or isinstance(issue, Pull) == (kind == "pulls"))
    ]
    return call.paged([bodies.issue(call.hosted, issue, call.site) for issue in found])


def created(call: Call) -> Response:
    content, number = call.content, call.hosted.number()
    known = [each for each in content.get("labels") or () if each in call.hosted.labels]
    issue = Issue(number, content["title"], content.get("body", ""), call.account.login, labels=known)
    call.hosted.issues[number] = issue
    return reply(201, bodies.issue(call.hosted, issue, call.site))


def read(call: Call) -> Response:
    return reply(200, bodies.issue(call.hosted, _issue(call), call.site))


def edited(call: Call) -> Response:
    issue = _issue(call)
    issue.body, issue.updated = call.content.get("body", issue.body), now()
    return reply(201, bodies.issue(call.hosted, issue, call.site))


def labelled(call: Call) -> Response:
    """Add labels by number."""
    issue = _issue(call)
    call.must_write()
    known = {**call.hosted.labels, **call.hosted.organisation_labels}
    issue.labels += [each for each in call.content["labels"] if each in known and each not in issue.labels]
    return reply(200, [bodies.label(known[each]) for each in issue.labels])


def unlabelled(call: Call) -> Response:
    issue = _issue(call)
    call.must_write()
    if call.number("id") not in {**call.hosted.labels, **call.hosted.organisation_labels}:
        raise Refused(422, "label does not exist")
    issue.labels = [each for each in issue.labels if each != call.number("id")]
    return reply(204)


def labels(call: Call) -> Response:
    return call.paged([bodies.label(each) for each in call.hosted.labels.values()])


def label_created(call: Call) -> Response:
    """Make a label; a second one of the same name is made too."""
    call.must_write()
    if len(call.content["name"]) > LABEL_LIMIT:
        raise Refused(422, "[Name]: MaxSize")
    made = Label(next(call.hosted.ids), call.content["name"], call.content["color"].removeprefix("#"))
    call.hosted.labels[made.id] = made
    return reply(201, bodies.label(made))


def milestones(call: Call) -> Response:
    wanted = call.request.one("name").lower()
    found = [(number, title) for number, title in call.hosted.milestones.items() if wanted in title.lower()]
    return call.paged([bodies.milestone(number, title) for number, title in found])


def comments(call: Call) -> Response:
    """Comments of one issue, all at once."""
    number = _issue(call).number
    found = [each for each in call.hosted.comments.values() if each.number == number]
    return reply(200, [bodies.comment(call.hosted, each, call.site) for each in found])


def all_comments(call: Call) -> Response:
    """Comments of the whole repository that changed since, the oldest first."""
    since = call.request.one("since")
    found = [each for each in call.hosted.comments.values() if each.created >= since]
    return call.paged([bodies.comment(call.hosted, each, call.site) for each in found])


def commented(call: Call) -> Response:
    issue = _issue(call)
    made = Comment(next(call.hosted.ids), issue.number, call.account.login, call.content["body"])
    call.hosted.comments[made.id] = made
    issue.updated = now()
    return reply(201, bodies.comment(call.hosted, made, call.site))


def reacted(call: Call) -> Response:
    """React; 200 where the same reaction stands already."""
    comment = call.hosted.comments.get(call.number("id"))
    if comment is None:
        raise Refused(404)
    reaction = (call.account.login, call.content["content"])
    fresh = reaction not in comment.reactions
    if fresh:
        comment.reactions.append(reaction)
    body = {"user": bodies.user(reaction[0]), "content": reaction[1], "created_at": now()}
    return reply(201 if fresh else 200, body)


ROUTES: tuple[Route, ...] = (
    route("GET", "/issues", listed),
    route("POST", "/issues", created),
    route("GET", "/issues/comments", all_comments),
    route("POST", "/issues/comments/{id}/reactions", reacted),
    route("GET", "/issues/{n}", read),
    route("PATCH", "/issues/{n}", edited),
    route("POST", "/issues/{n}/labels", labelled),
    route("DELETE", "/issues/{n}/labels/{id}", unlabelled),
    route("GET", "/issues/{n}/comments", comments),
    route("POST", "/issues/{n}/comments", commented),
    route("GET", "/labels", labels),
    route("POST", "/labels", label_created),
    route("GET", "/milestones", milestones),
)
