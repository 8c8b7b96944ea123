"""What the fields of the GraphQL API give and do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagebot.demo.github import bodies, merging
from imagebot.demo.github.accounts import Actor
from imagebot.demo.github.checks import decision, mergeable_state
from imagebot.demo.github.records import PullRequest
from imagebot.demo.github.refs import Update, update_all
from imagebot.demo.github.refusals import Refused
from imagebot.demo.github.site import Site
from imagebot.demo.github.state import HostedRepository

Fields = dict[str, Any]
_MERGEABLE = {None: "UNKNOWN", True: "MERGEABLE", False: "CONFLICTING"}


def root(site: Site, actor: Actor) -> Fields:
    """The fields of queries and mutations for an actor."""
    at = _Root(site, actor)
    mutations: Mapping[str, Callable[[Fields], Fields]] = {
        "markPullRequestReadyForReview": lambda given: at.set_draft(given, draft=False),
        "convertPullRequestToDraft": lambda given: at.set_draft(given, draft=True),
        "enablePullRequestAutoMerge": at.enable_auto_merge,
        "disablePullRequestAutoMerge": at.disable_auto_merge,
        "updateRefs": at.update_refs,
    }
    return {
        "viewer": lambda _info: user(at.actor.login),
        "node": lambda _info, id: at.node(id),  # noqa: A006 - GitHub's name
        "repository": lambda _info, owner, name, **_: at.repository(f"{owner}/{name}"),
        **{name: _mutation(name, at, act) for name, act in mutations.items()},
    }


def _mutation(name: str, at: _Root, act: Callable[[Fields], Fields]) -> Callable[..., Fields]:
    """A mutation by its input, for those who may write."""

    def resolve(_info: object, **given: Fields) -> Fields:
        hosted = at.hosted(given["input"])
        if not hosted.may(at.actor.login, "write"):
            words = f"{at.actor.login} does not have the correct permissions to execute"
            raise Refused(403, f"{words} `{name[0].upper()}{name[1:]}`")
        right = "contents" if name == "updateRefs" else "pull_requests"
        if not at.actor.has(right, "write"):
            kind = "integration" if at.actor.installation else "personal access token"
            raise Refused(403, f"Resource not accessible by {kind}")
        if hosted.settings.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        answer = act(given["input"])
        hosted.sync(at.actor.login)
        return answer | {"clientMutationId": given["input"].get("clientMutationId")}

    return resolve


class _Root:
    def __init__(self, site: Site, actor: Actor) -> None:
        self.site = site
        self.actor = actor

    def repository(self, name: str) -> Fields:
        hosted = self.site.find(name)
        if hosted is None or not self._sees(hosted):
            raise Refused(404, f"Could not resolve to a Repository with the name '{name}'.")
        return {
            "__typename": "Repository",
            "id": bodies.node_id(hosted),
            "nameWithOwner": hosted.name,
            "autoMergeAllowed": hosted.settings.allow_auto_merge,
            "pullRequest": lambda _info, number: self._pull_by_number(hosted, number),
        }

    def _sees(self, hosted: HostedRepository) -> bool:
        chosen = self.actor.repositories
        return hosted.may(self.actor.login, "read") and (chosen is None or hosted.name in chosen)

    def _pull_by_number(self, hosted: HostedRepository, number: int) -> Fields:
        pull = hosted.pulls.get(number)
        if pull is None:
            raise Refused(404, f"Could not resolve to a PullRequest with the number of {number}.")
        return pull_request(hosted, pull)

    def node(self, node_id: str) -> Fields:
        hosted, number = self._resolved(node_id)
        return pull_request(hosted, hosted.pulls[number]) if number else self.repository(hosted.name)

    def _resolved(self, node_id: str) -> tuple[HostedRepository, int]:
        """The repository behind an id, and the number of the pull request; 0 for the repository itself."""
        for hosted in filter(self._sees, self.site.repositories.values()):
            ids = {bodies.node_id(hosted): 0}
            ids |= {bodies.node_id(hosted, "PR", number): number for number in hosted.pulls}
            if node_id in ids:
                return hosted, ids[node_id]
        raise Refused(404, f"Could not resolve to a node with the global id of '{node_id}'")

    def hosted(self, given: Fields) -> HostedRepository:
        return self._resolved(given.get("pullRequestId") or given["repositoryId"])[0]

    def _pull(self, given: Fields) -> tuple[HostedRepository, PullRequest]:
        hosted, number = self._resolved(given["pullRequestId"])
        return hosted, hosted.pulls[number]

    def set_draft(self, given: Fields, *, draft: bool) -> Fields:
        hosted, pull = self._pull(given)
        pull.draft, pull.updated_at = draft, hosted.now()
        return {"pullRequest": pull_request(hosted, pull)}

    def enable_auto_merge(self, given: Fields) -> Fields:
        hosted, pull = self._pull(given)
        if given.get("expectedHeadOid") not in {None, pull.head_sha}:
            raise Refused(409, "Head branch was modified. Review and try the merge again.")
        method = given["mergeMethod"].lower()
        message = merging.said(given.get("commitHeadline"), given.get("commitBody"))
        merging.enable_auto_merge(hosted, pull, self.actor.login, method, message)
        return {"pullRequest": pull_request(hosted, pull), "actor": user(self.actor.login)}

    def disable_auto_merge(self, given: Fields) -> Fields:
        hosted, pull = self._pull(given)
        pull.auto_merge = None
        return {"pullRequest": pull_request(hosted, pull), "actor": user(self.actor.login)}

    def update_refs(self, given: Fields) -> Fields:
        updates = [
            Update(each["name"], each.get("beforeOid"), each["afterOid"], each.get("force") is True)
            for each in given["refUpdates"]
        ]
        update_all(self.hosted(given), updates)
        return {}


def user(login: str) -> Fields:
    """An actor."""
    kind = "Bot" if login.endswith("[bot]") else "User"
    page = {"resourcePath": f"/{login}", "url": f"/{login}", "avatarUrl": f"/{login}.png"}
    return {"__typename": kind, "id": f"U_{bodies.identity(login)}", "login": login, **page}


def pull_request(hosted: HostedRepository, pull: PullRequest) -> Fields:
    """A pull request. To ask for ``mergeable`` begins the work; ``mergeStateStatus`` only tells of it."""
    waits = pull.auto_merge
    return {
        "__typename": "PullRequest",
        "id": bodies.node_id(hosted, "PR", pull.number),
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "state": "MERGED" if pull.merged_at else pull.state.upper(),
        "url": pull.html_url,
        "closed": not pull.open,
        "closedAt": pull.closed_at,
        "merged": pull.merged_at is not None,
        "isDraft": pull.draft,
        "mergeable": lambda _info: _MERGEABLE[hosted.mergeable(pull)],
        "mergeStateStatus": lambda _info: _state(hosted, pull),
        "reviewDecision": decision(hosted, pull),
        "autoMergeRequest": waits and {"enabledBy": user(waits.by), "mergeMethod": waits.method.upper()},
        "headRefName": pull.head,
        "headRefOid": pull.head_sha,
        "baseRefName": pull.base,
        "timelineItems": lambda _info, **wanted: _timeline(pull, wanted),
    }


def _state(hosted: HostedRepository, pull: PullRequest) -> str:
    known = pull.open and pull.asked == (pull.head_sha, pull.base_sha)
    return mergeable_state(hosted, pull, mergeable=hosted.merges(pull) if known else None).upper()


def _timeline(pull: PullRequest, wanted: Fields) -> Fields:
    """Only the end of it: who closed or merged it."""
    kinds = wanted.get("itemTypes")
    events = []
    if pull.merged_at:
        events.append(("MERGED_EVENT", "MergedEvent", pull.merged_by, pull.merged_at))
    if pull.closed_at:
        events.append(("CLOSED_EVENT", "ClosedEvent", pull.closed_by, pull.closed_at))
    nodes = [
        {"__typename": name, "id": f"{kind}_{pull.number}", "actor": user(by), "createdAt": at}
        for kind, name, by, at in events
        if kinds is None or kind in kinds
    ]
    return {"nodes": nodes, "totalCount": len(nodes)}
