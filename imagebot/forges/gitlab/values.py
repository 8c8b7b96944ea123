"""GitLab's answers as imagebot's values.

A field that is not as it should be raises KeyError, TypeError or ValueError.
"""

from __future__ import annotations

from datetime import UTC, datetime

from imagebot.forges.gitlab.calls import Json
from imagebot.forges.gitlab.texts import armed, title_of
from imagebot.forges.values import Comment, Issue, PullRequest

_OPEN = frozenset({"opened", "locked"})
"""``locked`` is one that is being merged right now."""


def pull_request(item: Json) -> PullRequest:
    """A merge request; what people know it by is its ``iid``."""
    merged = item["state"] == "merged"
    return PullRequest(
        number=int(item["iid"]),
        url=str(item["web_url"]),
        branch=str(item["source_branch"]),
        title=title_of(item["title"]) if is_draft(item) else str(item["title"]),
        body=armed(item["description"] or ""),
        open=item["state"] in _OPEN,
        merged=merged,
        head=item.get("sha") or "",
        base=str(item["target_branch"]),
        author=login_of(item),
        draft=is_draft(item),
        labels=tuple(map(str, item.get("labels") or ())),
        created=moment(item.get("created_at")),
        closed=moment(item.get("merged_at") if merged else item.get("closed_at")),
        auto_merge=item.get("merge_when_pipeline_succeeds") is True,
        auto_merge_by=str((item.get("merge_user") or {}).get("username", "")),
    )


def is_own(item: Json) -> bool:
    """Whether a merge request comes from a branch of the project itself and not of a fork."""
    return bool(item["source_project_id"] == item["target_project_id"])


def is_draft(item: Json) -> bool:
    """Whether it is a draft; ``work_in_progress`` is the older name."""
    return item.get("draft", item.get("work_in_progress")) is True


def comment(item: Json, number: int, login: str) -> Comment:
    """A note that a person or imagebot wrote."""
    created = moment(item["created_at"])
    if created is None:
        raise ValueError
    author = login_of(item)
    own = bool(login) and author == login
    return Comment(
        id=int(item["id"]),
        number=number,
        author=author,
        body=armed(item["body"]) if own else str(item["body"]),
        created=created,
        own=own,
    )


def issue(item: Json) -> Issue:
    """An issue; what people know it by is its ``iid``."""
    return Issue(
        number=int(item["iid"]),
        url=str(item["web_url"]),
        title=str(item["title"]),
        body=armed(item["description"] or ""),
        open=item["state"] == "opened",
    )


def moment(text: str | None) -> datetime | None:
    """A time as GitLab writes it: ISO 8601, with milliseconds and a zone."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def login_of(item: Json) -> str:
    """Who wrote it; empty if the account is gone."""
    author = item.get("author")
    return str(author["username"]) if author else ""
