"""What GitLab does to merge requests by itself, and what it refuses.

https://docs.gitlab.com/api/merge_requests/ and https://docs.gitlab.com/user/project/quick_actions/.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from imagebot.demo.hosting import Method
from tests.forges.gitlab.state import MergeRequest, Note, Project, Refused, User, now

TITLE_LIMIT, TEXT_LIMIT = 255, 1_048_576
ACTION = re.compile(r"^[^\S\n]*/(close|merge|approve)\b.*\n?", re.MULTILINE)


def follow(project: Project) -> None:
    """Follow the branches: a push moves a merge request, and a branch that goes closes it."""
    found = [each for each in project.merge_requests.values() if each.state == "opened"]
    tips = project.repository.tips() if found else {}
    for item in found:
        if item.source_project_id != project.id:
            continue
        tip = tips.get(item.source_branch)
        if tip is None:
            item.close()
        elif tip != item.sha:
            item.sha, item.updated_at, item.auto_merge = tip, now(), False
        elif item.auto_merge and item.pipeline is not None and item.pipeline.status == "success":
            kept = {"squash": item.squash, "squash_commit_message": item.squash_message}
            accept(project, item, item.author, kept)


def check_texts(title: str, text: str) -> None:
    """Lengths that GitLab takes."""
    if not title.strip() or len(title) > TITLE_LIMIT:
        raise Refused(400, {"title": [f"is too long (maximum is {TITLE_LIMIT} characters)"]})
    if len(text) > TEXT_LIMIT:
        raise Refused(400, {"description": [f"is too long (maximum is {TEXT_LIMIT} characters)"]})


def saved(text: str, item: MergeRequest) -> str:
    """A text as it is stored: its quick actions are carried out instead."""
    for action in ACTION.finditer(text):
        if action[1] == "approve":
            item.approved_by.add("the author of the text")
        else:
            item.state = {"close": "closed", "merge": "merged"}[action[1]]
    return ACTION.sub("", text)


def check_branch(project: Project, branch: str) -> None:
    """One open merge request a branch."""
    for item in project.merge_requests.values():
        if (item.state, item.source_branch, item.source_project_id) == ("opened", branch, project.id):
            text = f"Another open merge request already exists for this source branch: !{item.iid}"
            raise Refused(409, [text])


def merge_status(project: Project, item: MergeRequest) -> str:
    """``detailed_merge_status``: the first thing that stands against merging."""
    if item.state != "opened":
        return "not_open"
    checks: list[tuple[str, Callable[[], bool]]] = [
        ("draft_status", lambda: item.draft),
        ("commits_status", lambda: not project.repository.between(_base(project, item), item.sha)),
        ("conflict", lambda: project.repository.merged_tree(_base(project, item), item.sha) is None),
        ("requested_changes", lambda: bool(item.refused_by)),
        ("not_approved", lambda: len(item.approved_by) < project.approvals_required),
    ]
    against = next((name for name, stands in checks if stands()), None)
    return against or _pipeline_status(project, item)


def _base(project: Project, item: MergeRequest) -> str:
    return project.repository.tip(item.target_branch) or ""


def _pipeline_status(project: Project, item: MergeRequest) -> str:
    if not project.only_allow_merge_if_pipeline_succeeds:
        return "mergeable"
    if item.pipeline is None or item.pipeline.sha != item.sha:
        return "ci_must_pass"
    status = item.pipeline.status
    return {"success": "mergeable", "failed": "ci_must_pass"}.get(status, "ci_still_running")


def accept(project: Project, item: MergeRequest, user: User, content: dict[str, object]) -> None:
    """``PUT .../merge``."""
    if project.role(user) < 30:
        raise Refused(401, "401 Unauthorized")
    status = merge_status(project, item)
    waits = content.get("auto_merge") is True or content.get("merge_when_pipeline_succeeds") is True
    if status != "mergeable" and not (waits and status in {"ci_still_running", "ci_must_pass"}):
        raise Refused(405, "405 Method Not Allowed")
    if content.get("sha", item.sha) != item.sha:
        raise Refused(409, f"SHA does not match HEAD of source branch: {item.sha}")
    squash, message = content.get("squash") is True, str(content.get("squash_commit_message") or "")
    running = item.pipeline is not None and item.pipeline.status in {"pending", "running"}
    if waits and (running or status != "mergeable"):
        item.auto_merge = True
        item.squash, item.squash_message = squash, message
    else:
        merge(project, item, user, squash=squash, message=message)


def merge(project: Project, item: MergeRequest, user: User, *, squash: bool, message: str = "") -> None:
    """Merge, as the project's settings say; a message is that of the squashed commit."""
    method: Method = "squash" if squash else "rebase" if project.merge_method == "ff" else "merge"
    text = f"Merge branch '{item.source_branch}' into '{item.target_branch}'\n\n{item.title}\n"
    if squash:
        text = message or f"{item.title}\n"
    made = project.repository.merge_branch(item.target_branch, item.sha, text, user.username, method)
    if made is None:
        raise Refused(422, "Branch cannot be merged")
    item.state, item.merged_at, item.updated_at, item.auto_merge = "merged", now(), now(), False


def write(project: Project, item: MergeRequest, user: User, text: str, *, system: bool = False) -> Note:
    """A note on a merge request."""
    number = 1 + sum(len(each.notes) for each in project.merge_requests.values())
    note = Note(number, user, text if system else saved(text, item), system)
    item.notes.append(note)
    item.updated_at = now()
    return note
