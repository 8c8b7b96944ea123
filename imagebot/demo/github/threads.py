"""What is done alike to issues and pull requests: labels, assignees, milestones, comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imagebot.demo.github.lifecycle import check_texts, edit_pull
from imagebot.demo.github.records import Comment, Issue, Label, PullRequest
from imagebot.demo.github.refusals import invalid, too_long

if TYPE_CHECKING:
    from imagebot.demo.github.state import HostedRepository


def open_issue(hosted: HostedRepository, title: str, body: str, author: str) -> Issue:
    """Open an issue."""
    check_texts("Issue", title, body)
    number, at = hosted.next_number(), hosted.now()
    issue = Issue(
        number=number,
        title=title,
        body=body,
        author=author,
        html_url=f"{hosted.page}/issues/{number}",
        created_at=at,
        updated_at=at,
    )
    hosted.issues[number] = issue
    return issue


def edit(hosted: HostedRepository, thread: Issue, changes: Mapping[str, Any], by: str) -> None:
    """Change what ``PATCH /issues/{number}`` can change; all of it or nothing."""
    labels = [_name(item) for item in changes.get("labels") or ()]
    milestone = changes.get("milestone", thread.milestone) or None  # an empty text takes it away too
    assignees = [str(login) for login in changes.get("assignees", thread.assignees) or ()]
    if milestone not in {None, thread.milestone}:
        found = hosted.milestones.get(milestone)
        if found is None or found.state == "closed":
            raise invalid("Issue", "milestone")
    if not all(hosted.may(login, "read") for login in assignees):
        raise invalid("Issue", "assignees")
    _edit_text(hosted, thread, changes, by)
    thread.milestone, thread.assignees = milestone, assignees
    if "labels" in changes:
        thread.labels = []
        add_labels(hosted, thread, labels)


def _edit_text(hosted: HostedRepository, thread: Issue, changes: Mapping[str, Any], by: str) -> None:
    if isinstance(thread, PullRequest):
        edit_pull(hosted, thread, changes, by)
        return
    title = str(changes.get("title", thread.title))
    body = str(changes.get("body") or "") if "body" in changes else thread.body
    check_texts("Issue", title, body)
    thread.title, thread.body, thread.updated_at = title, body, hosted.now()
    if changes.get("state") == "closed" and thread.open:
        thread.close(hosted.now(), by)
    elif changes.get("state") == "open":
        thread.state, thread.closed_at = "open", None


def _name(item: object) -> str:
    return str(item["name"]) if isinstance(item, Mapping) else str(item)


def add_labels(hosted: HostedRepository, thread: Issue, names: Sequence[object]) -> None:
    """Add labels; one that is unknown is made, in grey."""
    for name in map(_name, names):
        label = hosted.labels.get(name.lower()) or create_label(hosted, name)
        if label.name not in thread.labels:
            thread.labels.append(label.name)
            thread.updated_at = hosted.now()


def create_label(
    hosted: HostedRepository, name: str, color: str = "ededed", description: str | None = None
) -> Label:
    """A new label; names are the same without regard to case."""
    if name.lower() in hosted.labels:
        raise invalid("Label", "name", "already_exists")
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    too_long("Label", "name", name, 50)
    too_long("Label", "description", description or "", 100)
    label = Label(hosted.next_id(), name, color, description)
    hosted.labels[name.lower()] = label
    return label


def comment(hosted: HostedRepository, thread: Issue, author: str, body: str) -> Comment:
    """Write a comment."""
    check_comment(body)
    at = hosted.now()
    made = Comment(hosted.next_id(), thread.number, author, body, at, at)
    hosted.comments.append(made)
    thread.updated_at = at
    return made


def check_comment(body: str) -> None:
    """What GitHub asks of the text of a comment."""
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    too_long("IssueComment", "body", body, 65536)


def react(found: Comment, login: str, content: str) -> bool:
    """React to a comment; whether that is new."""
    logins = found.reactions.setdefault(content, [])
    if login in logins:
        return False
    logins.append(login)
    return True
