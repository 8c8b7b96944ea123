"""Opening, editing, closing and reopening pull requests, and what moving branches do to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagebot.demo.github.records import PullRequest
from imagebot.demo.github.refusals import Refused, custom, invalid, too_long

if TYPE_CHECKING:
    from imagebot.demo.github.state import HostedRepository

_KIND = "PullRequest"


def check_texts(kind: str, title: str, body: str) -> None:
    """GitHub's limits of titles and bodies, in characters."""
    if not title.strip():
        raise invalid(kind, "title", "missing_field")
    too_long(kind, "title", title, 256)
    too_long(kind, "body", body, 65536)


def open_pull(
    hosted: HostedRepository, head: str, base: str, title: str, body: str, author: str, *, draft: bool = False
) -> PullRequest:
    """Open a pull request, under GitHub's conditions."""
    check_texts(_KIND, title, body)
    head_sha, base_sha = hosted.tip(head), hosted.tip(base)
    if head_sha is None:
        raise invalid(_KIND, "head")
    if base_sha is None:
        raise invalid(_KIND, "base")
    if draft and not hosted.settings.drafts:
        raise Refused(422, "Draft pull requests are not supported in this repository.")
    _refuse_twin(hosted, head, base)
    if not hosted.between(base_sha, head_sha):
        raise custom(_KIND, f"No commits between {base} and {head}")
    number, at = hosted.next_number(), hosted.now()
    pull = PullRequest(
        number=number,
        title=title,
        body=body,
        author=author,
        html_url=f"{hosted.page}/pull/{number}",
        created_at=at,
        updated_at=at,
        head=head,
        base=base,
        head_sha=head_sha,
        base_sha=base_sha,
        draft=draft,
    )
    hosted.pulls[number] = pull
    return pull


def _refuse_twin(hosted: HostedRepository, head: str, base: str) -> None:
    own = [pull for pull in hosted.pulls.values() if pull.open and not pull.fork]
    if any((pull.head, pull.base) == (head, base) for pull in own):
        raise custom(_KIND, f"A pull request already exists for {hosted.owner}:{head}.")


def edit_pull(hosted: HostedRepository, pull: PullRequest, changes: Mapping[str, Any], by: str) -> None:
    """Change title, body, state or base; ``draft`` is not among what can be changed here."""
    title = str(changes.get("title", pull.title))
    body = str(changes.get("body") or "") if "body" in changes else pull.body
    check_texts(_KIND, title, body)
    if "base" in changes and changes["base"] != pull.base:
        _retarget(hosted, pull, str(changes["base"]))
    if changes.get("state") == "open" and not pull.open:
        _reopen(hosted, pull)
    pull.title, pull.body, pull.updated_at = title, body, hosted.now()
    if changes.get("state") == "closed" and pull.open:
        pull.close(hosted.now(), by)


def _retarget(hosted: HostedRepository, pull: PullRequest, base: str) -> None:
    if not pull.open:
        raise custom(_KIND, "Cannot change the base branch of a closed pull request.")
    tip = hosted.tip(base)
    if tip is None:
        raise invalid(_KIND, "base")
    _refuse_twin(hosted, pull.head, base)
    pull.base, pull.base_sha = base, tip


def _reopen(hosted: HostedRepository, pull: PullRequest) -> None:
    """Only what still is what it was when it was closed can be opened again."""
    if pull.merged_at:
        raise custom(_KIND, "state cannot be changed. The pull request has been merged.")
    tip = hosted.tip(pull.head)
    for branch, commit in ((pull.head, tip), (pull.base, hosted.tip(pull.base))):
        if commit is None:
            raise custom(_KIND, f"state cannot be changed. The {branch} branch has been deleted.")
    if tip is None or not hosted.contains(tip, pull.head_sha):
        raise custom(_KIND, f"state cannot be changed. The {pull.head} branch was force-pushed or recreated.")
    try:
        _refuse_twin(hosted, pull.head, pull.base)
    except Refused as twin:
        raise custom(_KIND, f"state cannot be changed. {twin.errors[0]['message']}") from twin
    pull.state, pull.closed_at, pull.head_sha = "open", None, tip


def follow_branches(hosted: HostedRepository, by: str) -> None:
    """A push moves a pull request; deleting a branch closes it; a base that holds its head merged it."""
    tips = hosted.tips()
    for pull in hosted.pulls.values():
        head = pull.head_sha if pull.fork else tips.get(pull.head)
        base = tips.get(pull.base)
        if not pull.open:
            continue
        if head is None or base is None:
            pull.close(hosted.now(), by)
        elif (head, base) != (pull.head_sha, pull.base_sha):
            _follow(hosted, pull, head, base, by)


def _follow(hosted: HostedRepository, pull: PullRequest, head: str, base: str, by: str) -> None:
    merged = base != pull.base_sha and hosted.contains(base, head)
    if head != pull.head_sha:
        pull.head_sha, pull.updated_at = head, hosted.now()
    if merged:  # the old base stays, so that the changes can still be shown
        pull.close(hosted.now(), by)
        pull.merged_at, pull.merged_by, pull.merge_sha = pull.closed_at, by, base
        return
    pull.base_sha = base
    if hosted.contains(base, head):
        pull.close(hosted.now(), by)
