"""Merging, at once or when the checks have passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagebot.demo.github.checks import mergeable_state, objections
from imagebot.demo.github.records import AutoMerge, PullRequest
from imagebot.demo.github.refusals import Refused
from imagebot.demo.hosting import Method

if TYPE_CHECKING:
    from imagebot.demo.github.state import HostedRepository

_KINDS = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}


def merge(
    hosted: HostedRepository,
    pull: PullRequest,
    sha: str | None,
    author: str,
    method: Method = "merge",
    message: str = "",
) -> str:
    """Merge with a real commit; the base's new tip.

    Args:
        hosted: Where.
        pull: What.
        sha: Head that it must have; None for any.
        author: Who merges.
        method: How.
        message: Of the commit that is made; empty for GitHub's own.

    Raises:
        Refused: 405 with the rule that is not met, 409 for another head than ``sha``.
    """
    _check(hosted, pull, sha, method)
    made = hosted.merge_branch(pull.base, pull.head_sha, message or _message(pull, method), author, method)
    if made is None:
        raise Refused(405, "Pull Request is not mergeable")
    at = hosted.now()
    pull.close(at, author)
    pull.merged_at, pull.merged_by, pull.merge_sha, pull.auto_merge = at, author, made, None
    if hosted.settings.delete_branch_on_merge:
        hosted.delete_branch(pull.head)
    return made


def _check(hosted: HostedRepository, pull: PullRequest, sha: str | None, method: Method) -> None:
    if not pull.open:
        raise Refused(405, "Pull Request is not mergeable")
    if sha and sha != pull.head_sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    if pull.draft:
        raise Refused(405, "Pull Request is still a draft")
    if not hosted.settings.allows(method):
        raise Refused(405, f"{_KINDS[method]} are not allowed on this repository.")
    against = objections(hosted, pull)
    if against:
        raise Refused(405, " ".join(against))


def said(title: str | None, body: str | None) -> str:
    """A message as a request gives it: empty without a title."""
    return f"{title}\n\n{body or ''}".rstrip() + "\n" if title else ""


def _message(pull: PullRequest, method: Method) -> str:
    if method == "squash":
        return f"{pull.title} (#{pull.number})\n"
    return f"Merge pull request #{pull.number} from {pull.head}\n\n{pull.title}\n"


def enable_auto_merge(
    hosted: HostedRepository, pull: PullRequest, by: str, method: Method, message: str = ""
) -> None:
    """Let GitHub merge when nothing stands against it any more.

    Source of the words: https://github.com/peter-evans/enable-pull-request-automerge/issues/343 and
    https://github.com/iterative/cml/pull/955.

    Raises:
        Refused: Where nothing has to be waited for, or it is not allowed.
    """
    if not hosted.settings.allow_auto_merge:
        raise Refused(422, "Pull request Auto merge is not allowed for this repository")
    if not hosted.settings.allows(method):
        raise Refused(422, f"Merge method {_KINDS[method].lower()} are not allowed on this repository")
    state = mergeable_state(hosted, pull, mergeable=hosted.merges(pull))
    if pull.open and not hosted.has_rules(pull.base):
        raise Refused(422, "Pull request Protected branch rules not configured for this branch")
    if not pull.open or state in {"clean", "unstable", "draft"}:
        raise Refused(422, f"Pull request Pull request is in {state if pull.open else 'closed'} status")
    pull.auto_merge = AutoMerge(by, method, message)


def merge_what_waits(hosted: HostedRepository) -> None:
    """Merge what was only waiting for its checks."""
    for pull in hosted.pulls.values():
        waits = pull.auto_merge
        if waits is None or not pull.open or pull.draft or not hosted.settings.allows(waits.method):
            continue
        if hosted.merges(pull) and not objections(hosted, pull):
            merge(hosted, pull, None, waits.by, waits.method, waits.message)
