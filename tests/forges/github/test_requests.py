"""What each step costs, request by request: people share GitHub's limits with imagebot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from imagebot.forges.github import GitHubForge
from imagebot.forges.values import Decoration, PullRequest
from tests.forges.contract.github_world import GitHubWorld
from tests.forges.contract.proposed import BODY, BRANCH, TITLE, propose, push
from tests.forges.contract.world import BASE, MAINTAINER, MILESTONE, PATH, REVIEWER, SCRIPT, TEAM

REPOSITORY = "/repos/acme/config"
WANTED = Decoration(
    labels=("imagebot", "env/staging"),
    reviewers=(REVIEWER,),
    teams=(f"acme/{TEAM}",),
    assignees=(MAINTAINER,),
    milestone=MILESTONE,
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def asked(world: GitHubWorld, act: Callable[[], object]) -> list[str]:
    """The requests that something made."""
    before = len(world.server.requests)
    act()
    return [
        f"{seen.method} {seen.path.replace('/api/v3', '').replace(REPOSITORY, '')}"
        for seen in world.server.requests[before:]
    ]


@pytest.fixture
def forge(world: GitHubWorld) -> GitHubForge:
    """A forge that has read the facts."""
    made = world.forge()
    made.facts()
    return made


@pytest.fixture
def opened(world: GitHubWorld, forge: GitHubForge) -> PullRequest:
    """An open pull request, as the forge that opened it knows it."""
    return propose(world, forge)


def test_facts_are_two_requests_and_then_none(world: GitHubWorld) -> None:
    forge = world.forge()

    assert asked(world, forge.facts) == ["GET ", "GET /user"]
    assert asked(world, forge.facts) == []


def test_every_open_pull_request_is_one_request(world: GitHubWorld, forge: GitHubForge) -> None:
    for number in range(5):
        propose(world, forge, f"imagebot/staging/{number}")

    assert asked(world, lambda: forge.open_pull_requests("imagebot/")) == ["GET /pulls"]


def test_a_new_pull_request_is_one_write_and_its_decoration_two(
    world: GitHubWorld, forge: GitHubForge
) -> None:
    push(world)
    forge.decorate(forge.create(BRANCH, BASE, TITLE, BODY), Decoration(labels=WANTED.labels))
    push(world, "imagebot/staging/api")

    assert asked(world, lambda: forge.create("imagebot/staging/api", BASE, TITLE, BODY)) == ["POST /pulls"]
    second = forge.open_pull_requests("imagebot/")["imagebot/staging/api"]
    assert asked(world, lambda: forge.decorate(second, WANTED)) == [
        "GET /pulls/2",
        "GET /milestones",
        "PATCH /issues/2",
        "GET /pulls/2",
        "GET /issues/2/events",
        "POST /pulls/2/requested_reviewers",
    ]


def test_labels_are_made_once_in_their_colours(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    assert asked(world, lambda: forge.decorate(opened, Decoration(labels=("imagebot", "env/staging")))) == [
        "GET /pulls/1",
        "GET /labels",
        "POST /labels",
        "POST /labels",
        "PATCH /issues/1",
    ]
    assert {label.name: label.color for label in world.hosted.labels.values()} == {
        "imagebot": "1d76db",
        "env/staging": "0e8a16",
    }


def test_what_the_list_shows_as_set_costs_nothing(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    forge.decorate(opened, WANTED)
    late = world.forge()
    known = late.open_pull_requests("imagebot/")[BRANCH]

    assert asked(world, lambda: late.decorate(known, WANTED)) == []


def test_who_answered_or_was_taken_off_is_not_asked_again(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    forge.decorate(opened, WANTED)
    world.review(opened, "approve")
    world.hosted.pulls[1].teams.clear()
    known = forge.open_pull_requests("imagebot/")[BRANCH]

    assert asked(world, lambda: forge.decorate(known, WANTED)) == ["GET /issues/1/events"]
    assert world.shown(opened).reviewers == set()


@pytest.mark.parametrize(
    ("act", "requests"),
    [
        pytest.param(lambda f, p: f.update(p, "A", "B"), ["PATCH /pulls/1"], id="update"),
        pytest.param(lambda f, p: f.close(p, "B"), ["PATCH /pulls/1"], id="close"),
        pytest.param(lambda f, p: f.amend(p, "B"), ["PATCH /pulls/1"], id="amend"),
        pytest.param(lambda f, p: f.set_draft(p, draft=True), ["POST /api/graphql"], id="draft"),
        pytest.param(lambda f, p: f.comment(1, "x"), ["POST /issues/1/comments"], id="comment"),
        pytest.param(lambda f, p: f.comments(LONG_AGO, [1]), ["GET /issues/comments"], id="comments"),
        pytest.param(lambda f, p: f.comments(LONG_AGO, []), [], id="comments-of-nothing"),
        pytest.param(lambda f, p: f.merge(p, "squash"), ["PUT /pulls/1/merge"], id="merge"),
        pytest.param(lambda f, p: f.closed_pull_requests(BRANCH), ["GET /pulls"], id="closed"),
        pytest.param(lambda f, p: f.recent_pull_requests("imagebot/", 50), ["GET /pulls"], id="recent"),
        pytest.param(
            lambda f, p: f.readiness(p),
            [
                "GET /pulls/1",
                "GET /commits/HEAD/status",
                "GET /commits/HEAD/check-runs",
                "GET /rules/branches/main",
                "GET /branches/main",
                "POST /api/graphql",
            ],
            id="readiness",
        ),
    ],
)
def test_what_each_step_asks(
    world: GitHubWorld,
    forge: GitHubForge,
    opened: PullRequest,
    act: Callable[[GitHubForge, PullRequest], object],
    requests: list[str],
) -> None:
    found = asked(world, lambda: act(forge, opened))

    assert [request.replace(opened.head, "HEAD") for request in found] == requests


def test_what_github_has_not_worked_out_is_asked_again(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    push(world, tag=3)

    found = asked(world, lambda: forge.readiness(opened))

    assert found[:2] == ["GET /pulls/1", "GET /pulls/1"]
    assert len(found) == 7


def test_rules_are_asked_once_for_each_base(
    world: GitHubWorld, forge: GitHubForge, opened: PullRequest
) -> None:
    forge.readiness(opened)

    assert len([r for r in asked(world, lambda: forge.readiness(opened)) if "branches" in r]) == 0


@pytest.mark.parametrize(
    ("content", "blobs"),
    [
        pytest.param(b"text\n", 0, id="text"),
        pytest.param(b"\xff\n", 1, id="bytes"),
        pytest.param(b"\0", 1, id="nul"),
    ],
)
def test_a_commit_is_three_writes_and_one_more_for_bytes(
    world: GitHubWorld, forge: GitHubForge, content: bytes, blobs: int
) -> None:
    base = world.tip(BASE) or ""

    found = asked(
        world, lambda: forge.commit(BRANCH, base, {PATH: content, SCRIPT: b"x"}, "Move", expected=None)
    )

    writes = [request for request in found if request.startswith("POST")]
    assert writes == ["POST /git/blobs"] * blobs + ["POST /git/trees", "POST /git/commits", "POST /git/refs"]
    assert len(found) - len(writes) == 2


def test_a_release_asks_tag_by_tag_and_other_hosts_nothing(world: GitHubWorld, forge: GitHubForge) -> None:
    world.release("v2", "notes")

    assert asked(world, lambda: forge.release(world.source, ("2", "v2", "x"))) == [
        "GET /releases/tags/2",
        "GET /releases/tags/v2",
    ]
    assert asked(world, lambda: forge.release("https://github.com/acme/config", ("2",))) == []
