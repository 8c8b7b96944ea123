"""The operations of GitLab's REST API that imagebot uses: https://docs.gitlab.com/api/api_resources/."""

from __future__ import annotations

from imagebot.demo.http_server import Response
from tests.forges.gitlab import bodies, rules
from tests.forges.gitlab.call import OPERATIONS, Call, operation, paged, reply
from tests.forges.gitlab.state import Issue, MergeRequest, Refused, User, now

_MR = r"/merge_requests/(\d+)"


def _shown(call: Call, item: MergeRequest, status: int = 200) -> Response:
    return reply(status, bodies.merge_request(call.project, item, call.base, whole=True))


@operation("GET", "")
def get_project(call: Call) -> Response:
    return reply(200, bodies.project(call.project, call.actor, call.base))


@operation("GET", "/merge_requests", query="state order_by sort source_branch iids[]")
def list_merge_requests(call: Call) -> Response:
    state, branch = call.request.one("state", "all"), call.request.one("source_branch")
    iids = {int(each) for each in call.request.query.get("iids[]", [])}
    found = [
        item
        for item in call.project.merge_requests.values()
        if state in {"all", item.state}
        and branch in {"", item.source_branch}
        and (not iids or item.iid in iids)
    ]
    key = call.request.one("order_by", "created_at")
    found.sort(
        key=lambda item: (getattr(item, key), item.iid), reverse=call.request.one("sort", "desc") == "desc"
    )
    return paged(call, [bodies.merge_request(call.project, item, call.base, whole=False) for item in found])


@operation("POST", "/merge_requests", content="source_branch target_branch title description")
def create_merge_request(call: Call) -> Response:
    project, content = call.project, call.content
    branch = content["source_branch"]
    rules.check_branch(project, branch)
    rules.check_texts(content["title"], content.get("description", ""))
    tip = project.repository.tip(branch)
    if tip is None:
        raise Refused(400, {"source_branch": ["does not exist"]})
    iid = len(project.merge_requests) + 1
    item = MergeRequest(
        iid, project.id, branch, content["target_branch"], call.actor, content["title"], "", tip
    )
    item.description = rules.saved(content.get("description", ""), item)
    project.merge_requests[iid] = item
    return _shown(call, item, 201)


@operation("GET", _MR)
def get_merge_request(call: Call) -> Response:
    return _shown(call, call.project.merge_request(call.number))


@operation(
    "PUT",
    _MR,
    content="title description state_event add_labels remove_labels reviewer_ids assignee_ids milestone_id",
)
def update_merge_request(call: Call) -> Response:
    item, content = call.project.merge_request(call.number), call.content
    title, text = content.get("title", item.title), content.get("description", item.description)
    rules.check_texts(title, text)
    item.title, item.updated_at = title, now()
    if "description" in content:
        item.description = rules.saved(text, item)
    _decorate(call, item)
    _turn(call, item, content.get("state_event", ""))
    return _shown(call, item)


def _turn(call: Call, item: MergeRequest, event: str) -> None:
    if event == "close" and item.state == "opened":
        item.close()
    elif event == "reopen" and item.state == "closed" and call.project.repository.tip(item.source_branch):
        rules.check_branch(call.project, item.source_branch)
        item.state, item.closed_at, item.updated_at = "opened", None, now()


def _decorate(call: Call, item: MergeRequest) -> None:
    """Labels are made as needed; people who may not see the project are dropped without a word."""
    content = call.content
    if call.project.read_only_labels:
        return
    dropped = content.get("remove_labels", "").split(",")
    added = [each for each in content.get("add_labels", "").split(",") if each and len(each) <= 255]
    item.labels = list(dict.fromkeys(each for each in (*item.labels, *added) if each not in dropped))
    if "reviewer_ids" in content:
        item.reviewers = _members(call, content["reviewer_ids"])
    if "assignee_ids" in content:
        item.assignees = _members(call, content["assignee_ids"])
    if "milestone_id" in content:
        item.milestone = next((m for m in call.project.milestones if m.id == content["milestone_id"]), None)


def _members(call: Call, ids: list[int]) -> list[User]:
    found = [call.user(each) for each in ids]
    return [each for each in found if each and call.project.role(each)]


@operation(
    "PUT", _MR + "/merge", content="sha squash squash_commit_message auto_merge merge_when_pipeline_succeeds"
)
def merge(call: Call) -> Response:
    item = call.project.merge_request(call.number)
    rules.accept(call.project, item, call.actor, call.content)
    return _shown(call, item)


@operation("GET", _MR + "/approvals")
def approvals(call: Call) -> Response:
    item = call.project.merge_request(call.number)
    left = max(0, call.project.approvals_required - len(item.approved_by))
    return reply(200, {"approved": left == 0, "approvals_left": left, "approved_by": []})


@operation("GET", _MR + "/notes", query="order_by sort")
def list_notes(call: Call) -> Response:
    notes = call.project.merge_request(call.number).notes
    shown = notes[::-1] if call.request.one("sort", "desc") == "desc" else notes
    return paged(call, [bodies.note(each) for each in shown])


@operation("POST", _MR + "/notes", content="body")
def create_note(call: Call) -> Response:
    item = call.project.merge_request(call.number)
    return reply(201, bodies.note(rules.write(call.project, item, call.actor, call.content["body"])))


@operation("POST", _MR + r"/notes/(\d+)/award_emoji", content="name")
def award(call: Call) -> Response:
    item = call.project.merge_request(call.number)
    note = next((each for each in item.notes if each.id == int(call.parts[1])), None)
    if note is None:
        raise Refused(404, "404 Not found")
    given = (call.actor, call.content["name"])
    if given in note.awards:
        raise Refused(404, "404 Award Emoji Name has already been taken Not Found")
    note.awards.append(given)
    return reply(201, {"id": 1, "name": given[1], "user": bodies.user(call.actor)})


@operation("GET", "/members/all", query="query")
def list_members(call: Call) -> Response:
    """https://docs.gitlab.com/api/project_members/: the query finds parts of names too."""
    found = [
        {**bodies.user(call.users[login]), "access_level": level}
        for login, level in call.project.members.items()
        if call.request.one("query").casefold() in login.casefold()
    ]
    return paged(call, found)


@operation("GET", "/milestones", query="title state include_ancestors")
def list_milestones(call: Call) -> Response:
    found = [each for each in call.project.milestones if each.title == call.request.one("title")]
    return paged(call, [{"id": each.id, "title": each.title, "state": "active"} for each in found])


@operation("GET", r"/repository/commits/([0-9a-f]{40})/statuses", query="pipeline_id")
def list_statuses(call: Call) -> Response:
    found = [each for each in call.project.pipelines if each.id == int(call.request.one("pipeline_id"))]
    jobs = [(name, state) for each in found for name, state in each.jobs.items()]
    return paged(call, [{"name": name, "status": state, "allow_failure": False} for name, state in jobs])


@operation("GET", "/issues", query="state scope order_by sort")
def list_issues(call: Call) -> Response:
    found = [each for each in call.project.issues.values() if each.state == call.request.one("state")]
    if call.request.one("scope") == "created_by_me":
        found = [each for each in found if each.author == call.actor]
    return paged(call, [bodies.issue(call.project, each, call.base) for each in reversed(found)])


@operation("POST", "/issues", content="title description labels")
def create_issue(call: Call) -> Response:
    iid = len(call.project.issues) + 1
    labels = [each for each in call.content.get("labels", "").split(",") if each]
    made = Issue(iid, call.actor, call.content["title"], call.content["description"], labels)
    call.project.issues[iid] = made
    return reply(201, bodies.issue(call.project, made, call.base))


@operation("PUT", r"/issues/(\d+)", content="description")
def update_issue(call: Call) -> Response:
    item = call.project.issues[call.number]
    item.description = call.content["description"]
    return reply(200, bodies.issue(call.project, item, call.base))


@operation("GET", "/releases/(.+)")
def get_release(call: Call) -> Response:
    found = call.project.releases.get(call.parts[0])
    if found is None:
        raise Refused(404, "404 Not Found")
    return reply(200, {"tag_name": found.tag, "name": found.tag, "description": found.description})


@operation("GET", "/repository/compare", query="from to")
def compare(call: Call) -> Response:
    repository = call.project.repository
    old, new = (repository.commit_of(call.request.one(name)) for name in ("from", "to"))
    if old is None or new is None:
        raise Refused(404, "404 Ref Not Found")
    commits = [
        {
            "id": each,
            "title": repository.message(each).partition("\n")[0],
            "message": repository.message(each),
        }
        for each in repository.between(old, new)
    ]
    return reply(200, {"commits": commits, "diffs": [], "compare_timeout": False})


KNOWN = tuple(OPERATIONS)
