"""Merging without a person: whether nothing stands against it, and then only the head that was looked at.

https://docs.github.com/rest/pulls/pulls#merge-a-pull-request
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from github import GithubException

from imagebot.errors import MergeBlocked
from imagebot.forges.github.api import Item
from imagebot.forges.github.checks import State, read_checks, together
from imagebot.forges.github.errors import is_forbidden, is_limited, words
from imagebot.forges.github.retry import PAUSES_S
from imagebot.forges.github.rules import Rules
from imagebot.forges.squash import title_and_body
from imagebot.forges.values import PullRequest, Readiness
from imagebot.policies.proposing import MergeMethod
from imagebot.untrusted import clean

_REVIEWS = """query($id: ID!) { node(id: $id) { ... on PullRequest { reviewDecision } } }"""
_BLOCKED = frozenset({405, 409, 422})
_NAMED_CHECKS = 5


class Merging(Rules):
    """Asks what stands against a merge, merges, and lets GitHub merge by itself."""

    def readiness(self, pull_request: PullRequest) -> Readiness:
        """Whether it can be merged now: five questions, and more while GitHub works the merge out."""
        with self._api.named(f"read whether #{pull_request.number} can be merged"):
            item = self._worked_out(pull_request.number)
            checks = read_checks(self._api, self._path(f"commits/{item['head']['sha']}"))
            required = self._required_checks(item["base"]["ref"])
            decision = self._api.query(_REVIEWS, {"id": item["node_id"]})["node"]["reviewDecision"]
        open_checks = sorted(name for name in required if checks.get(name) != "passed")
        against = list(_against(item, checks, open_checks, decision))
        if item["head"]["sha"] != pull_request.head:
            against.insert(0, "its head moved")
        return Readiness(
            checks=together(checks.values()) if checks else "none",
            required_passed=not open_checks,
            review={"REVIEW_REQUIRED": "missing", "CHANGES_REQUESTED": "refused"}.get(decision, "enough"),  # type: ignore[arg-type] # of the literal's words
            mergeable=item.get("mergeable"),
            why="; ".join(against) or _blocked(item),
        )

    def merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Merge the head that ``pull_request`` names; GitHub refuses if it moved.

        It may be sent twice: what is merged already is refused, and found to be merged.
        """
        number = pull_request.number
        content = {"merge_method": method, "sha": _head(pull_request)}
        if method == "squash" and message:
            content["commit_title"], content["commit_message"] = title_and_body(message, number)
        with self._api.named(f"merge pull request #{number}"):
            try:
                self._api.write("PUT", self._path(f"pulls/{number}/merge"), content, again=True)
            except GithubException as error:
                if error.status not in _BLOCKED:
                    raise
                item = self._item(number, fresh=True)
                if not item.get("merged_at") or item["head"]["sha"] != pull_request.head:
                    raise self._would_not("merge", number, error) from error
            finally:
                self._seen.pop(number, None)

    def enable_auto_merge(self, pull_request: PullRequest, method: MergeMethod, *, message: str = "") -> None:
        """Let GitHub merge it when its checks have passed.

        GitHub refuses what could be merged at once ("clean status"), and where the repository or the branch
        asks for nothing to wait for: https://docs.github.com/graphql/reference/mutations#enablepullrequestautomerge
        Where it is on already it is switched off first: a later push leaves it on, with its first message.
        """
        number = pull_request.number
        with self._api.named(f"enable auto-merge of pull request #{number}"):
            node = {"pullRequestId": self._item(number)["node_id"]}
            content = {**node, "mergeMethod": method.upper(), "expectedHeadOid": _head(pull_request)}
            if method == "squash" and message:
                content["commitHeadline"], content["commitBody"] = title_and_body(message, number)
            try:
                if pull_request.auto_merge:
                    self._api.mutate(
                        "disablePullRequestAutoMerge", node, "pullRequest { number }", again=True
                    )
                self._api.mutate("enablePullRequestAutoMerge", content, "pullRequest { number }", again=True)
            except GithubException as error:
                if is_limited(error) or error.status != 400 or is_forbidden(error):
                    raise
                raise self._would_not("enable auto-merge of", number, error) from error
            finally:
                self._seen.pop(number, None)

    def disable_auto_merge(self, pull_request: PullRequest) -> None:
        """Take that back; where GitHub refuses because it is off already, nothing is wrong.

        https://docs.github.com/graphql/reference/mutations#disablepullrequestautomerge
        """
        number = pull_request.number
        with self._api.named(f"disable auto-merge of pull request #{number}"):
            content = {"pullRequestId": self._item(number)["node_id"]}
            try:
                self._api.mutate("disablePullRequestAutoMerge", content, "pullRequest { number }", again=True)
            except GithubException:
                if self._item(number, fresh=True).get("auto_merge") is not None:
                    raise
            finally:
                self._seen.pop(number, None)

    def _worked_out(self, number: int) -> Item:
        """A pull request of which GitHub has worked out whether it merges; asking makes it begin."""
        item = self._item(number, fresh=True)
        for pause in PAUSES_S:
            if item.get("mergeable") is not None or item["state"] != "open":
                break
            self._api.patience.wait(pause)
            item = self._item(number, fresh=True)
        return item

    def _would_not(self, doing: str, number: int, error: GithubException) -> MergeBlocked:
        return MergeBlocked(
            f"{self._api.place.host} would not {doing} pull request #{number}: {words(error)}",
            hint="a person can merge it, or change the rule that stands against it",
        )


def _head(pull_request: PullRequest) -> str:
    if not pull_request.head:
        raise MergeBlocked(f"the head of pull request #{pull_request.number} is not known")
    return pull_request.head


def _against(
    item: Item, checks: Mapping[str, State], open_checks: list[str], decision: str | None
) -> Iterator[str]:
    """What stands against merging, in our words."""
    if item["state"] != "open":
        yield "it is closed"
    if item.get("draft"):
        yield "it is a draft"
    if item.get("mergeable") is None and item["state"] == "open":
        yield "GitHub has not worked out yet whether it merges"
    if item.get("mergeable") is False:
        yield f"it conflicts with {clean(item['base']['ref'], 100)}"
    for name in open_checks[:_NAMED_CHECKS]:
        said = {"failed": "failed", "pending": "is still running"}.get(
            checks.get(name, ""), "was not reported"
        )
        yield f"the required check {clean(name, 100)} {said}"
    if len(open_checks) > _NAMED_CHECKS:
        yield f"and {len(open_checks) - _NAMED_CHECKS} more required checks"
    if decision == "REVIEW_REQUIRED":
        yield "a review is required"
    if decision == "CHANGES_REQUESTED":
        yield "a reviewer asked for changes"


def _blocked(item: Item) -> str:
    """What GitHub's own word for the state says, where nothing else was found."""
    said = {
        "blocked": "a rule of the branch blocks it",
        "behind": "it must be brought up to date with its base first",
    }
    return said.get(item.get("mergeable_state", ""), "")
