"""Issues, labels, comments, reviewers, assignees and milestones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from github.PullRequest import PullRequest
from github.Repository import Repository

from imagebot.demo.github import GitHubStandIn
from imagebot.demo.github.owner import Owner
from imagebot.demo.github.person import Person
from imagebot.demo.github.state import HostedRepository

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_unknown_label_is_made_in_grey_and_case_does_not_matter(
    repo: Repository, pull: PullRequest
) -> None:
    repo.create_label("env/production", "ff0000", "Where it hurts")

    pull.add_to_labels("ENV/Production", "new")
    pull.add_to_labels("new")

    assert [(label.name, label.color, label.description) for label in pull.get_labels()] == [
        ("env/production", "ff0000", "Where it hurts"),
        ("new", "ededed", None),
    ]
    pull.remove_from_labels("env/production")
    assert [label.name for label in repo.get_pull(1).labels] == ["new"]
    assert [label.name for label in repo.get_labels()] == ["env/production", "new"]


def test_one_request_sets_everything_that_an_issue_has(
    repo: Repository, pull: PullRequest, owner: Owner, ann: Person
) -> None:
    number = owner.add_milestone("March")
    owner.add_milestone("February", "closed")

    pull.as_issue().edit(
        title="New", body="text", labels=["a", "b"], assignees=["ann"], milestone=repo.get_milestones()[0]
    )

    found = repo.get_pull(1)
    assert (found.title, found.body, found.milestone.number) == ("New", "text", number)
    assert ([each.name for each in found.labels], [each.login for each in found.assignees]) == (
        ["a", "b"],
        ["ann"],
    )
    found.as_issue().edit(milestone=None, labels=[], state="closed")
    told = repo.get_pull(1).raw_data
    assert (told["milestone"], told["labels"], told["state"]) == (None, [], "closed")


def test_assignees_that_nobody_knows_are_dropped(pull: PullRequest, repo: Repository, ann: Person) -> None:
    pull.add_to_assignees("ann", "nobody")

    assert [each.login for each in repo.get_pull(1).assignees] == ["ann"]


def test_one_bad_reviewer_fails_all_and_a_request_can_be_withdrawn(
    github: GitHubStandIn, pull: PullRequest, repo: Repository, ann: Person
) -> None:
    github.add_team("acme/platform", "ann")
    with pytest.raises(Exception, match="not a collaborator"):
        pull.create_review_request(["ann", "nobody"], ["platform"])
    assert repo.get_pull(1).requested_reviewers == []

    pull.create_review_request(["ann"], ["platform"])

    found = repo.get_pull(1)
    assert [each.login for each in found.requested_reviewers] == ["ann"]
    assert [each.slug for each in found.requested_teams] == ["platform"]
    pull.delete_review_request(["ann"], ["platform"])
    assert (repo.get_pull(1).requested_reviewers, repo.get_pull(1).requested_teams) == ([], [])


def test_issues_are_found_by_creator_label_and_state(repo: Repository, pull: PullRequest) -> None:
    repo.create_issue("Dashboard", "mark", labels=["imagebot", "x"])
    repo.create_issue("Other").edit(state="closed")

    def found(**filters: object) -> list[int]:
        return [each.number for each in repo.get_issues(**filters)]  # type: ignore[arg-type] # a table of filters

    assert found() == [2, 1]  # a pull request is an issue too
    assert found(state="all", direction="asc") == [1, 2, 3]
    assert found(state="closed") == [3]
    assert found(labels=["Imagebot", "x"]) == [2]
    assert found(labels=["imagebot", "y"]) == []
    assert found(creator="somebody") == []
    assert [each.pull_request is None for each in repo.get_issues()] == [True, False]


def test_an_issue_is_closed_and_opened_again(repo: Repository, hosted: HostedRepository) -> None:
    issue = repo.create_issue("Dashboard", "mark")
    issue.edit(state="closed", body="new")
    assert (hosted.issues[1].open, hosted.issues[1].closed_by, hosted.issues[1].body) == (
        False,
        "imagebot",
        "new",
    )
    issue.edit(state="open")

    assert repo.get_issue(1).state == "open"


def test_comments_of_the_whole_repository_since(
    github: GitHubStandIn, repo: Repository, pull: PullRequest, ann: Person
) -> None:
    for hour, number in enumerate((1, 2, 1)):
        if number == 2:
            repo.create_issue("Dashboard")
        github.site.clock = lambda hour=hour: NOON + timedelta(hours=hour)  # type: ignore[misc] # bound now
        ann.comment(number, f"at {12 + hour}")

    def found(**options: object) -> list[str]:
        return [each.body for each in repo.get_issues_comments(**options)]  # type: ignore[arg-type] # a table

    assert found() == ["at 12", "at 13", "at 14"]
    assert found(since=NOON + timedelta(hours=1)) == ["at 13", "at 14"]
    assert found(sort="created", direction="desc") == ["at 14", "at 13", "at 12"]
    assert [each.body for each in pull.get_issue_comments()] == ["at 12", "at 14"]
    assert [each.issue_url.rpartition("/")[2] for each in repo.get_issues_comments()] == ["1", "2", "1"]


def test_a_comment_is_edited_and_answered_with_a_thumb(
    repo: Repository, pull: PullRequest, ann: Person, hosted: HostedRepository
) -> None:
    ann.comment(1, "/imagebot rebase")
    own = pull.create_issue_comment("old")
    own.edit("new")
    said = pull.get_issue_comment(hosted.comments[0].id)

    said.create_reaction("+1")
    said.create_reaction("+1")
    said.create_reaction("eyes")

    assert [(each.body, each.user.login) for each in pull.get_issue_comments()] == [
        ("/imagebot rebase", "ann"),
        ("new", "imagebot"),
    ]
    assert [(each.content, each.user.login) for each in said.get_reactions()] == [
        ("+1", "imagebot"),
        ("eyes", "imagebot"),
    ]
    assert pull.get_issue_comment(said.id).raw_data["reactions"]["+1"] == 1


def test_people_label_and_take_labels_away(repo: Repository, pull: PullRequest, ann: Person) -> None:
    ann.label(1, "imagebot/urgent", "keep")
    ann.unlabel(1, "imagebot/urgent")

    assert [each.name for each in repo.get_pull(1).labels] == ["keep"]
