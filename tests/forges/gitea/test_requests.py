"""How many requests each thing costs, and which: what the description of the API lets be done in one is done in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from imagebot.forges.gitea.forge import GiteaForge
from imagebot.forges.values import Decoration, PullRequest
from tests.forges.contract.proposed import BRANCH, propose
from tests.forges.contract.world import MAINTAINER, MILESTONE, REVIEWER, TEAM
from tests.forges.gitea.hosted import FORK
from tests.forges.gitea.records import Issue, Label, Pull
from tests.forges.gitea.world import GiteaWorld

PREFIX = "/api/v1/repos/acme/config"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def opened(world: GiteaWorld, forge: GiteaForge) -> PullRequest:
    return propose(world, forge)


def sent(world: GiteaWorld, since: int) -> Sequence[str]:
    return [f"{seen.method} {seen.path.removeprefix(PREFIX)}" for seen in world.server.requests[since:]]


def many(world: GiteaWorld, number: int) -> None:
    """So many pull requests that are closed, each of a branch of its own; older than any other."""
    tip = world.tip("main") or ""
    for each in range(number):
        pull = Pull(
            each + 1, f"Old {each}", "", world.bot, head=f"imagebot/old/{each}", base="main", head_sha=tip
        )
        pull.close()
        pull.updated = pull.closed = f"2025-01-01T00:{each // 60:02}:{each % 60:02}Z"
        world.server.hosted.issues[pull.number] = pull


def test_everything_at_once(world: GiteaWorld, forge: GiteaForge, opened: PullRequest) -> None:
    before = len(world.server.requests)

    failed = forge.decorate(
        opened,
        Decoration(("one", "two"), (), (REVIEWER,), (f"acme/{TEAM}",), (MAINTAINER,), MILESTONE),
    )

    assert failed == ()
    assert sent(world, before) == [
        "GET /api/v1/orgs/acme/labels",
        "GET /labels",
        "POST /labels",
        "POST /labels",
        "POST /issues/1/labels",
        "GET /pulls/1",
        "PATCH /pulls/1",
        "GET /milestones",
        "PATCH /pulls/1",
        "POST /pulls/1/requested_reviewers",
    ]


def test_labels_are_listed_once_for_all_pull_requests(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    forge.decorate(opened, Decoration(labels=("one",)))
    other = propose(world, forge, "imagebot/staging/api")
    before = len(world.server.requests)

    forge.decorate(other, Decoration(labels=("one",)))

    assert sent(world, before) == ["POST /issues/2/labels"]


def test_labels_of_the_organisation_are_not_made_again(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    world.server.hosted.organisation_labels[77] = Label(77, "team/web", "00aabb")

    assert forge.decorate(opened, Decoration(labels=("team/web",))) == ()

    assert world.server.hosted.issues[1].labels == [77]
    assert world.server.hosted.labels == {}


def test_names_of_people_have_no_case(world: GiteaWorld, forge: GiteaForge, opened: PullRequest) -> None:
    forge.decorate(opened, Decoration(reviewers=(REVIEWER,)))
    before = world.writes

    assert forge.decorate(opened, Decoration(reviewers=(REVIEWER.upper(),))) == ()

    assert world.writes == before


def test_closed_ones_of_many_branches_are_listed_once(world: GiteaWorld, forge: GiteaForge) -> None:
    many(world, 120)
    before = len(world.server.requests)

    for each in range(0, 120, 10):
        (closed,) = forge.closed_pull_requests(f"imagebot/old/{each}")
        assert closed.title == f"Old {each}"

    assert len(sent(world, before)) == 3 + 11


def test_forks_cannot_make_a_closed_one_forgotten(world: GiteaWorld, forge: GiteaForge) -> None:
    many(world, 1200)
    pulls = list(world.server.hosted.pulls.values())
    for pull in pulls[1:]:
        pull.repo_id = FORK
    before = len(world.server.requests)

    assert [each.number for each in forge.closed_pull_requests("imagebot/old/0")] == [pulls[0].number]
    assert len(sent(world, before)) == 24
    assert forge.closed_pull_requests("imagebot/old/1") == []
    assert len(sent(world, before)) == 25


def test_what_changed_since_is_seen(world: GiteaWorld, forge: GiteaForge) -> None:
    many(world, 60)
    assert forge.closed_pull_requests(BRANCH) == []
    opened = propose(world, forge)
    assert forge.closed_pull_requests(BRANCH) == []

    world.close(opened)
    closed = [each.number for each in forge.closed_pull_requests(BRANCH)]
    world.reopen(opened)

    assert closed == [opened.number]
    assert forge.closed_pull_requests(BRANCH) == []


def test_what_changed_in_the_second_of_the_last_reading_is_seen(world: GiteaWorld, forge: GiteaForge) -> None:
    """Times are whole seconds: what changes in that of the last reading may stand behind what did not."""
    first, second = propose(world, forge), propose(world, forge, "imagebot/staging/api")
    pulls = world.server.hosted.pulls
    pulls[first.number].updated = pulls[second.number].updated = "2026-01-01T00:00:00Z"
    assert forge.closed_pull_requests(BRANCH) == []

    world.close(first)
    pulls[first.number].updated = "2026-01-01T00:00:00Z"

    assert [each.number for each in forge.closed_pull_requests(BRANCH)] == [first.number]


def test_a_short_look_back_does_not_hide_what_lies_behind_it(world: GiteaWorld, forge: GiteaForge) -> None:
    many(world, 60)

    assert len(forge.recent_pull_requests("imagebot/", 2)) == 2
    assert [each.title for each in forge.closed_pull_requests("imagebot/old/0")] == ["Old 0"]


def test_recent_ones_are_told_last_closed_first(world: GiteaWorld, forge: GiteaForge) -> None:
    many(world, 60)

    assert [each.title for each in forge.recent_pull_requests("imagebot/", 3)] == [
        "Old 59",
        "Old 58",
        "Old 57",
    ]


def test_more_open_ones_than_a_page_are_all_listed(world: GiteaWorld, forge: GiteaForge) -> None:
    many(world, 60)
    tip = world.tip("main") or ""
    for pull in world.server.hosted.pulls.values():
        pull.reopen()
        world.server.hosted.move(pull.head, tip)
    before = len(world.server.requests)

    assert len(forge.open_pull_requests("imagebot/")) == 60

    assert sent(world, before) == ["GET /pulls", "GET /pulls"]


def test_of_very_many_comments_the_newest_are_read(
    world: GiteaWorld, forge: GiteaForge, opened: PullRequest
) -> None:
    for each in range(1120):
        world.comment(opened, f"{each}", author=MAINTAINER)
    forge.facts()
    before = len(world.server.requests)

    found = forge.comments(LONG_AGO, [opened.number])

    assert len(found) == 1000
    assert found[-1].body == "1119"
    assert len(sent(world, before)) == 22


def test_comments_on_issues_are_left_out(world: GiteaWorld, forge: GiteaForge, opened: PullRequest) -> None:
    world.server.hosted.issues[2] = Issue(2, "An issue", "", MAINTAINER)
    on_issue = PullRequest(2, "", "", "", "", open=True, merged=False)
    world.comment(on_issue, "/imagebot rebase", author=MAINTAINER)
    world.comment(opened, "/imagebot hold", author=MAINTAINER)

    assert [each.body for each in forge.comments(LONG_AGO, [])] == ["/imagebot hold"]


def test_readiness_is_four_requests(world: GiteaWorld, forge: GiteaForge, opened: PullRequest) -> None:
    before = len(world.server.requests)

    forge.readiness(opened)

    assert sent(world, before) == [
        "GET /pulls/1",
        "GET /branches/main",
        f"GET /commits/{opened.head}/status",
        "GET /pulls/1/reviews",
    ]
