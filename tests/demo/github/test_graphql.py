"""What only GraphQL can do. Refusals come with status 200; PyGithub makes 400 and 404 of them."""

from __future__ import annotations

from typing import Any

import pytest
from github import GithubException
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.person import Person
from imagebot.demo.github.state import HostedRepository, Permission
from imagebot.demo.hosting import NOBODY
from tests.demo.github.conftest import Connect

QUERY = """
query($number: Int!) {
  repository(owner: "acme", name: "config") {
    pullRequest(number: $number) {
      mergeStateStatus reviewDecision isDraft state mergeable
      autoMergeRequest { mergeMethod enabledBy { login } }
      timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent { actor { login } } } }
    }
  }
}"""


def ask(repo: Repository, number: int = 1) -> dict[str, Any]:
    told = repo.requester.graphql_query(QUERY, {"number": number})[1]
    found: dict[str, Any] = told["data"]["repository"]["pullRequest"]
    return found


def test_drafts_go_both_ways(pull: PullRequest, repo: Repository) -> None:
    drafts = []
    for change in (pull.convert_to_draft, pull.mark_ready_for_review, pull.mark_ready_for_review):
        change()
        drafts.append(ask(repo)["isDraft"])

    assert drafts == [True, False, False]


def test_what_a_query_tells(
    pull: PullRequest, repo: Repository, hosted: HostedRepository, owner: Owner, ann: Person
) -> None:
    ann.push("main", {"b.yaml": b""})
    owner.require(reviews=1)
    told = [ask(repo)["mergeStateStatus"], ask(repo)["mergeStateStatus"]]
    ann.review(hosted.pulls[1], "CHANGES_REQUESTED")
    told.append(ask(repo)["reviewDecision"])
    ann.close(hosted.pulls[1])

    assert told == ["UNKNOWN", "BLOCKED", "CHANGES_REQUESTED"]  # the state only tells of what was asked for
    assert ask(repo)["state"] == "CLOSED"
    assert ask(repo)["timelineItems"]["nodes"] == [{"actor": {"login": "ann"}}]


def test_auto_merge_waits_for_the_checks(
    pull: PullRequest, repo: Repository, owner: Owner, hosted: HostedRepository
) -> None:
    owner.set(allow_auto_merge=True)
    owner.require(checks=["ci"])
    pull.enable_automerge("SQUASH", expected_head_oid=pull.head.sha)
    waiting = ask(repo)["autoMergeRequest"]

    owner.set_check(pull.head.sha, "ci", "success")

    assert waiting == {"mergeMethod": "SQUASH", "enabledBy": {"login": "imagebot"}}
    assert repo.get_pull(1).merged
    assert hosted.message("main").startswith("Move (#1)")


def test_auto_merge_can_be_taken_back(pull: PullRequest, repo: Repository, owner: Owner) -> None:
    owner.set(allow_auto_merge=True)
    owner.require(checks=["ci"])
    pull.enable_automerge()
    pull.disable_automerge()
    owner.set_check(pull.head.sha, "ci", "success")

    assert not repo.get_pull(1).merged


# https://github.com/peter-evans/enable-pull-request-automerge/issues/343 and /issues/355,
# https://github.com/iterative/cml/pull/955
@pytest.mark.parametrize(
    ("settings", "rules", "words"),
    [
        pytest.param({}, {"checks": ["ci"]}, "Pull request Auto merge is not allowed for this repository", id="off"),
        pytest.param({"allow_auto_merge": True}, None, "Pull request Protected branch rules not configured for this branch", id="no-rules"),
        pytest.param({"allow_auto_merge": True}, {"checks": ["done"]}, "Pull request Pull request is in clean status", id="clean"),
        pytest.param({"allow_auto_merge": True}, {"checks": []}, "Pull request Pull request is in clean status", id="nothing-required"),
    ],
)  # fmt: skip
def test_where_auto_merge_is_refused(
    pull: PullRequest, owner: Owner, settings: dict[str, bool], rules: dict[str, Any] | None, words: str
) -> None:
    owner.set_status(pull.head.sha, "done", "success")
    owner.set(**settings)
    if rules is not None:
        owner.require(**rules)

    with pytest.raises(GithubException, match=words) as refused:
        pull.enable_automerge()
    assert refused.value.status == 400


def test_auto_merge_of_another_head_is_refused(pull: PullRequest, owner: Owner) -> None:
    owner.set(allow_auto_merge=True)
    owner.require(checks=["ci"])

    with pytest.raises(GithubException, match="Head branch was modified"):
        pull.enable_automerge(expected_head_oid=NOBODY)


def update(repo: Repository, *updates: dict[str, Any]) -> None:
    given = {"repositoryId": repo.raw_data["node_id"], "refUpdates": list(updates)}
    repo.requester.graphql_named_mutation("updateRefs", given, "clientMutationId")


def test_references_move_by_compare_and_swap(repo: Repository, hosted: HostedRepository) -> None:
    main, topic = hosted.tip("main"), hosted.tip("topic")
    name = "refs/heads/imagebot/x"
    tips = []
    for before, after, force in ((NOBODY, topic, False), (topic, main, True), (main, NOBODY, False)):
        update(repo, {"name": name, "beforeOid": before, "afterOid": after, "force": force})
        tips.append(hosted.tip("imagebot/x"))

    assert tips == [topic, main, None]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        pytest.param(NOBODY, "main", "Reference update failed", id="exists"),
        pytest.param("main", "main", "Reference update failed", id="moved"),
        pytest.param("topic", "main", "Update is not a fast forward", id="not-forward"),
        pytest.param("topic", "1" * 40, "Object does not exist", id="no-object"),
    ],
)
def test_where_references_do_not_move_all_stay(
    repo: Repository, hosted: HostedRepository, before: str, after: str, words: str
) -> None:
    tips = hosted.tips()
    swap = {
        "name": "refs/heads/topic",
        "beforeOid": tips.get(before, before),
        "afterOid": tips.get(after, after),
    }

    with pytest.raises(GithubException, match=words):
        update(repo, {"name": "refs/heads/new", "beforeOid": NOBODY, "afterOid": tips["main"]}, swap)

    assert hosted.tips() == tips


def test_what_is_not_there_is_not_found(repo: Repository, hosted: HostedRepository) -> None:
    with pytest.raises(
        GithubException, match="Could not resolve to a PullRequest with the number of 7"
    ) as refused:
        ask(repo, 7)

    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("permission", "rights", "words"),
    [
        pytest.param("read", None, "bob does not have the correct permissions to execute `ConvertPullRequestToDraft`", id="person"),
        pytest.param("write", {"contents": "write"}, "Resource not accessible by personal access token", id="token"),
    ],
)  # fmt: skip
def test_those_who_may_not_write_are_told(
    github: GitHubStandIn,
    pull: PullRequest,
    connect: Connect,
    permission: Permission,
    rights: dict[str, str] | None,
    words: str,
) -> None:
    client = connect(github.add_user("bob", permission, rights=rights))

    with pytest.raises(GithubException) as refused:
        client.requester.graphql_named_mutation(
            "convertPullRequestToDraft", {"pullRequestId": pull.node_id}, "clientMutationId"
        )

    error = refused.value.data["errors"][0]
    assert (error["type"], error["message"]) == ("FORBIDDEN", words)


def test_a_mutation_is_a_write_and_a_query_none(
    github: GitHubStandIn, pull: PullRequest, repo: Repository
) -> None:
    before = len(github.writes)

    ask(repo)
    assert len(github.writes) == before
    pull.convert_to_draft()
    assert len(github.writes) == before + 1


def test_a_fault_can_be_ordered_for_one_mutation(
    github: GitHubStandIn, pull: PullRequest, repo: Repository
) -> None:
    github.fail("POST /api/graphql convertPullRequestToDraft", 502, "Server Error", applied=True)

    ask(repo)
    with pytest.raises(GithubException, match="502"):
        pull.convert_to_draft()

    assert ask(repo)["isDraft"]


def test_a_text_that_the_schema_does_not_know_is_a_violation(
    github: GitHubStandIn, repo: Repository, hosted: HostedRepository
) -> None:
    with pytest.raises(GithubException, match="Cannot query field"):
        repo.requester.graphql_query("query { viewer { birthday } }", {})

    assert "birthday" in github.violations[0]
    github.violations.clear()
